/**
 * Operations as functions: torch.add(x, y) beside x.add(y). Each calls the method of its name, where its formula, shapes and errors are told.
 */
import { Tensor } from "./core.js";
import "./tensor.js";
import { type FunctionOf, type Method } from "./operation.js";
import { tensor } from "./creation/from-data.js";

/** The method `name` as a function that takes the tensor first. A number in its place becomes a tensor of no dimensions. */
function functionOf<K extends Method>(name: K): FunctionOf<K> {
  const call = (x: unknown, ...rest: unknown[]): unknown => {
    const input = typeof x === "number" || typeof x === "boolean" ? lifted(x) : x;
    if (!(input instanceof Tensor)) {
      throw new TypeError(
        `${name}: expected a tensor first, got ${describe(x)}; make one with tensor(${describe(x) === "an array" ? "[...]" : "..."})`,
      );
    }
    return (input[name] as (...args: unknown[]) => unknown)(...rest);
  };
  Object.defineProperty(call, "name", { value: name, configurable: true });
  return call as unknown as FunctionOf<K>;
}

function lifted(value: number | boolean): Tensor {
  return Number.isInteger(value) ? tensor(value, { dtype: "int64" }) : tensor(value);
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

export const abs = functionOf("abs");
export const acos = functionOf("acos");
export const acosh = functionOf("acosh");
export const add = functionOf("add");
export const addcdiv = functionOf("addcdiv");
export const addcmul = functionOf("addcmul");
export const addmm = functionOf("addmm");
export const all = functionOf("all");
export const allclose = functionOf("allclose");
export const amax = functionOf("amax");
export const amin = functionOf("amin");
export const aminmax = functionOf("aminmax");
export const any = functionOf("any");
export const argmax = functionOf("argmax");
export const argmin = functionOf("argmin");
export const argsort = functionOf("argsort");
export const argwhere = functionOf("argwhere");
export const asin = functionOf("asin");
export const asinh = functionOf("asinh");
export const atan = functionOf("atan");
export const atan2 = functionOf("atan2");
export const atanh = functionOf("atanh");
export const bincount = functionOf("bincount");
export const bitwiseAnd = functionOf("bitwiseAnd");
export const bitwiseNot = functionOf("bitwiseNot");
export const bitwiseOr = functionOf("bitwiseOr");
export const bitwiseXor = functionOf("bitwiseXor");
export const bmm = functionOf("bmm");
export const broadcastTo = functionOf("broadcastTo");
export const ceil = functionOf("ceil");
export const celu = functionOf("celu");
export const chunk = functionOf("chunk");
export const clamp = functionOf("clamp");
export const clampMax = functionOf("clampMax");
export const clampMin = functionOf("clampMin");
export const clone = functionOf("clone");
export const copysign = functionOf("copysign");
export const cos = functionOf("cos");
export const cosh = functionOf("cosh");
export const countNonzero = functionOf("countNonzero");
export const cummax = functionOf("cummax");
export const cummin = functionOf("cummin");
export const cumprod = functionOf("cumprod");
export const cumsum = functionOf("cumsum");
export const deg2rad = functionOf("deg2rad");
export const detach = functionOf("detach");
export const diag = functionOf("diag");
export const diagonal = functionOf("diagonal");
export const digamma = functionOf("digamma");
export const div = functionOf("div");
export const dot = functionOf("dot");
export const eq = functionOf("eq");
export const equal = functionOf("equal");
export const erf = functionOf("erf");
export const exp = functionOf("exp");
export const exp2 = functionOf("exp2");
export const expm1 = functionOf("expm1");
export const flatten = functionOf("flatten");
export const flip = functionOf("flip");
export const floor = functionOf("floor");
export const floorDivide = functionOf("floorDivide");
export const fmax = functionOf("fmax");
export const fmin = functionOf("fmin");
export const fmod = functionOf("fmod");
export const frac = functionOf("frac");
export const gather = functionOf("gather");
export const ge = functionOf("ge");
export const gt = functionOf("gt");
export const hardshrink = functionOf("hardshrink");
export const heaviside = functionOf("heaviside");
export const histc = functionOf("histc");
export const histogram = functionOf("histogram");
export const hypot = functionOf("hypot");
export const indexAdd = functionOf("indexAdd");
export const indexCopy = functionOf("indexCopy");
export const indexFill = functionOf("indexFill");
export const indexPut = functionOf("indexPut");
export const indexReduce = functionOf("indexReduce");
export const indexSelect = functionOf("indexSelect");
export const isclose = functionOf("isclose");
export const isfinite = functionOf("isfinite");
export const isinf = functionOf("isinf");
export const isnan = functionOf("isnan");
export const isneginf = functionOf("isneginf");
export const isposinf = functionOf("isposinf");
export const kthvalue = functionOf("kthvalue");
export const le = functionOf("le");
export const lerp = functionOf("lerp");
export const lgamma = functionOf("lgamma");
export const log = functionOf("log");
export const log10 = functionOf("log10");
export const log1p = functionOf("log1p");
export const log2 = functionOf("log2");
export const logSoftmax = functionOf("logSoftmax");
export const logaddexp = functionOf("logaddexp");
export const logaddexp2 = functionOf("logaddexp2");
export const logicalAnd = functionOf("logicalAnd");
export const logicalNot = functionOf("logicalNot");
export const logicalOr = functionOf("logicalOr");
export const logicalXor = functionOf("logicalXor");
export const logit = functionOf("logit");
export const logsumexp = functionOf("logsumexp");
export const lt = functionOf("lt");
export const maskedFill = functionOf("maskedFill");
export const maskedScatter = functionOf("maskedScatter");
export const maskedSelect = functionOf("maskedSelect");
export const matmul = functionOf("matmul");
export const max = functionOf("max");
export const maximum = functionOf("maximum");
export const mean = functionOf("mean");
export const median = functionOf("median");
export const min = functionOf("min");
export const minimum = functionOf("minimum");
export const mm = functionOf("mm");
export const mode = functionOf("mode");
export const movedim = functionOf("movedim");
export const msort = functionOf("msort");
export const mul = functionOf("mul");
export const mv = functionOf("mv");
export const nanToNum = functionOf("nanToNum");
export const nanmean = functionOf("nanmean");
export const nanmedian = functionOf("nanmedian");
export const nanquantile = functionOf("nanquantile");
export const nansum = functionOf("nansum");
export const narrow = functionOf("narrow");
export const ne = functionOf("ne");
export const neg = functionOf("neg");
export const nonzero = functionOf("nonzero");
export const norm = functionOf("norm");
export const numel = functionOf("numel");
export const outer = functionOf("outer");
export const permute = functionOf("permute");
/** The method takes n alone, the function takes it first, as PyTorch's. */
export function polygamma(n: number, x: Tensor): Tensor {
  return x.polygamma(n);
}
export const pow = functionOf("pow");
export const prod = functionOf("prod");
export const put = functionOf("put");
export const quantile = functionOf("quantile");
export const rad2deg = functionOf("rad2deg");
export const reciprocal = functionOf("reciprocal");
export const relu = functionOf("relu");
export const remainder = functionOf("remainder");
export const repeatInterleave = functionOf("repeatInterleave");
export const reshape = functionOf("reshape");
export const roll = functionOf("roll");
export const round = functionOf("round");
export const rsqrt = functionOf("rsqrt");
export const rsub = functionOf("rsub");
export const scatter = functionOf("scatter");
export const scatterAdd = functionOf("scatterAdd");
export const scatterReduce = functionOf("scatterReduce");
export const select = functionOf("select");
export const selu = functionOf("selu");
export const sigmoid = functionOf("sigmoid");
export const sign = functionOf("sign");
export const signbit = functionOf("signbit");
export const sin = functionOf("sin");
export const sinc = functionOf("sinc");
export const sinh = functionOf("sinh");
export const softmax = functionOf("softmax");
export const sort = functionOf("sort");
export const split = functionOf("split");
export const sqrt = functionOf("sqrt");
export const square = functionOf("square");
export const squeeze = functionOf("squeeze");
export const std = functionOf("std");
export const sub = functionOf("sub");
export const sum = functionOf("sum");
export const t = functionOf("t");
export const take = functionOf("take");
export const takeAlongDim = functionOf("takeAlongDim");
export const tan = functionOf("tan");
export const tanh = functionOf("tanh");
export const threshold = functionOf("threshold");
export const tile = functionOf("tile");
export const topk = functionOf("topk");
export const trace = functionOf("trace");
export const transpose = functionOf("transpose");
export const tril = functionOf("tril");
export const triu = functionOf("triu");
export const trunc = functionOf("trunc");
export const unbind = functionOf("unbind");
export const unflatten = functionOf("unflatten");
export const unique = functionOf("unique");
export const uniqueConsecutive = functionOf("uniqueConsecutive");
export const unsqueeze = functionOf("unsqueeze");
const variance = functionOf("var");
export { variance as var };
export const xlogy = functionOf("xlogy");
