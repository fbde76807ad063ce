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

/** The method `x.absolute` as a function. */
export const absolute = functionOf("absolute");
/** The method `x.negative` as a function. */
export const negative = functionOf("negative");
/** The method `x.subtract` as a function. */
export const subtract = functionOf("subtract");
/** The method `x.multiply` as a function. */
export const multiply = functionOf("multiply");
/** The method `x.divide` as a function. */
export const divide = functionOf("divide");
/** The method `x.trueDivide` as a function. */
export const trueDivide = functionOf("trueDivide");
/** The method `x.greater` as a function. */
export const greater = functionOf("greater");
/** The method `x.greaterEqual` as a function. */
export const greaterEqual = functionOf("greaterEqual");
/** The method `x.less` as a function. */
export const less = functionOf("less");
/** The method `x.lessEqual` as a function. */
export const lessEqual = functionOf("lessEqual");
/** The method `x.notEqual` as a function. */
export const notEqual = functionOf("notEqual");
/** The method `x.arccos` as a function. */
export const arccos = functionOf("arccos");
/** The method `x.arccosh` as a function. */
export const arccosh = functionOf("arccosh");
/** The method `x.arcsin` as a function. */
export const arcsin = functionOf("arcsin");
/** The method `x.arcsinh` as a function. */
export const arcsinh = functionOf("arcsinh");
/** The method `x.arctan` as a function. */
export const arctan = functionOf("arctan");
/** The method `x.arctan2` as a function. */
export const arctan2 = functionOf("arctan2");
/** The method `x.arctanh` as a function. */
export const arctanh = functionOf("arctanh");
/** The method `x.fix` as a function. */
export const fix = functionOf("fix");
/** The method `x.clip` as a function. */
export const clip = functionOf("clip");
/** The method `x.abs` as a function. */
export const abs = functionOf("abs");
/** The method `x.acos` as a function. */
export const acos = functionOf("acos");
/** The method `x.acosh` as a function. */
export const acosh = functionOf("acosh");
/** The method `x.add` as a function. */
export const add = functionOf("add");
/** The method `x.addcdiv` as a function. */
export const addcdiv = functionOf("addcdiv");
/** The method `x.addcmul` as a function. */
export const addcmul = functionOf("addcmul");
/** The method `x.addmm` as a function. */
export const addmm = functionOf("addmm");
/** The method `x.adjoint` as a function. */
export const adjoint = functionOf("adjoint");
/** The method `x.all` as a function. */
export const all = functionOf("all");
/** The method `x.allclose` as a function. */
export const allclose = functionOf("allclose");
/** The method `x.amax` as a function. */
export const amax = functionOf("amax");
/** The method `x.amin` as a function. */
export const amin = functionOf("amin");
/** The method `x.aminmax` as a function. */
export const aminmax = functionOf("aminmax");
/** The method `x.angle` as a function. */
export const angle = functionOf("angle");
/** The method `x.any` as a function. */
export const any = functionOf("any");
/** The method `x.argmax` as a function. */
export const argmax = functionOf("argmax");
/** The method `x.argmin` as a function. */
export const argmin = functionOf("argmin");
/** The method `x.argsort` as a function. */
export const argsort = functionOf("argsort");
/** The method `x.argwhere` as a function. */
export const argwhere = functionOf("argwhere");
/** The method `x.asStrided` as a function. */
export const asStrided = functionOf("asStrided");
/** The method `x.asStridedScatter` as a function. */
export const asStridedScatter = functionOf("asStridedScatter");
/** The method `x.asin` as a function. */
export const asin = functionOf("asin");
/** The method `x.asinh` as a function. */
export const asinh = functionOf("asinh");
/** The method `x.atan` as a function. */
export const atan = functionOf("atan");
/** The method `x.atan2` as a function. */
export const atan2 = functionOf("atan2");
/** The method `x.atanh` as a function. */
export const atanh = functionOf("atanh");
/** The method `x.bincount` as a function. */
export const bincount = functionOf("bincount");
/** The method `x.bitwiseAnd` as a function. */
export const bitwiseAnd = functionOf("bitwiseAnd");
/** The method `x.bitwiseLeftShift` as a function. */
export const bitwiseLeftShift = functionOf("bitwiseLeftShift");
/** The method `x.bitwiseNot` as a function. */
export const bitwiseNot = functionOf("bitwiseNot");
/** The method `x.bitwiseOr` as a function. */
export const bitwiseOr = functionOf("bitwiseOr");
/** The method `x.bitwiseRightShift` as a function. */
export const bitwiseRightShift = functionOf("bitwiseRightShift");
/** The method `x.bitwiseXor` as a function. */
export const bitwiseXor = functionOf("bitwiseXor");
/** The method `x.bmm` as a function. */
export const bmm = functionOf("bmm");
/** The method `x.broadcastTo` as a function. */
export const broadcastTo = functionOf("broadcastTo");
/** The method `x.ceil` as a function. */
export const ceil = functionOf("ceil");
/** The method `x.celu` as a function. */
export const celu = functionOf("celu");
/** The method `x.chunk` as a function. */
export const chunk = functionOf("chunk");
/** The method `x.clamp` as a function. */
export const clamp = functionOf("clamp");
/** The method `x.clampMax` as a function. */
export const clampMax = functionOf("clampMax");
/** The method `x.clampMin` as a function. */
export const clampMin = functionOf("clampMin");
/** The method `x.clone` as a function. */
export const clone = functionOf("clone");
/** The method `x.copysign` as a function. */
export const copysign = functionOf("copysign");
/** The method `x.cos` as a function. */
export const cos = functionOf("cos");
/** The method `x.cosh` as a function. */
export const cosh = functionOf("cosh");
/** The method `x.countNonzero` as a function. */
export const countNonzero = functionOf("countNonzero");
/** The method `x.cummax` as a function. */
export const cummax = functionOf("cummax");
/** The method `x.cummin` as a function. */
export const cummin = functionOf("cummin");
/** The method `x.diff` as a function. */
export const diff = functionOf("diff");
/** The method `x.dist` as a function. */
export const dist = functionOf("dist");
/** The method `x.logcumsumexp` as a function. */
export const logcumsumexp = functionOf("logcumsumexp");
/** The method `x.cumprod` as a function. */
export const cumprod = functionOf("cumprod");
/** The method `x.cumsum` as a function. */
export const cumsum = functionOf("cumsum");
/** The method `x.deg2rad` as a function. */
export const deg2rad = functionOf("deg2rad");
/** The method `x.detach` as a function. */
export const detach = functionOf("detach");
/** The method `x.diag` as a function. */
export const diag = functionOf("diag");
/** The method `x.diagEmbed` as a function. */
export const diagEmbed = functionOf("diagEmbed");
/** The method `x.diagflat` as a function. */
export const diagflat = functionOf("diagflat");
/** The method `x.diagonal` as a function. */
export const diagonal = functionOf("diagonal");
/** The method `x.diagonalScatter` as a function. */
export const diagonalScatter = functionOf("diagonalScatter");
/** The method `x.digamma` as a function. */
export const digamma = functionOf("digamma");
/** The method `x.div` as a function. */
export const div = functionOf("div");
/** The method `x.dot` as a function. */
export const dot = functionOf("dot");
/** The method `x.dsplit` as a function. */
export const dsplit = functionOf("dsplit");
/** The method `x.eq` as a function. */
export const eq = functionOf("eq");
/** The method `x.equal` as a function. */
export const equal = functionOf("equal");
/** The method `x.erf` as a function. */
export const erf = functionOf("erf");
/** The method `x.erfc` as a function. */
export const erfc = functionOf("erfc");
/** The method `x.erfinv` as a function. */
export const erfinv = functionOf("erfinv");
/** The method `x.exp` as a function. */
export const exp = functionOf("exp");
/** The method `x.exp2` as a function. */
export const exp2 = functionOf("exp2");
/** The method `x.expm1` as a function. */
export const expm1 = functionOf("expm1");
/** The method `x.fill` as a function. */
export const fill = functionOf("fill");
/** The method `x.flatten` as a function. */
export const flatten = functionOf("flatten");
/** The method `x.flip` as a function. */
export const flip = functionOf("flip");
/** The method `x.floatPower` as a function. */
export const floatPower = functionOf("floatPower");
/** The method `x.fliplr` as a function. */
export const fliplr = functionOf("fliplr");
/** The method `x.flipud` as a function. */
export const flipud = functionOf("flipud");
/** The method `x.floor` as a function. */
export const floor = functionOf("floor");
/** The method `x.floorDivide` as a function. */
export const floorDivide = functionOf("floorDivide");
/** The method `x.fmax` as a function. */
export const fmax = functionOf("fmax");
/** The method `x.fmin` as a function. */
export const fmin = functionOf("fmin");
/** The method `x.fmod` as a function. */
export const fmod = functionOf("fmod");
/** The method `x.frac` as a function. */
export const frac = functionOf("frac");
/** The method `x.frexp` as a function. */
export const frexp = functionOf("frexp");
/** The method `x.gather` as a function. */
export const gather = functionOf("gather");
/** The method `x.gcd` as a function. */
export const gcd = functionOf("gcd");
/** The method `x.ge` as a function. */
export const ge = functionOf("ge");
/** The method `x.gt` as a function. */
export const gt = functionOf("gt");
/** The method `x.hardshrink` as a function. */
export const hardshrink = functionOf("hardshrink");
/** The method `x.heaviside` as a function. */
export const heaviside = functionOf("heaviside");
/** The method `x.histc` as a function. */
export const histc = functionOf("histc");
/** The method `x.histogram` as a function. */
export const histogram = functionOf("histogram");
/** The method `x.hsplit` as a function. */
export const hsplit = functionOf("hsplit");
/** The method `x.hypot` as a function. */
export const hypot = functionOf("hypot");
/** The method `x.i0` as a function. */
export const i0 = functionOf("i0");
/** The method `x.igamma` as a function. */
export const igamma = functionOf("igamma");
/** The method `x.igammac` as a function. */
export const igammac = functionOf("igammac");
/** The method `x.indexAdd` as a function. */
export const indexAdd = functionOf("indexAdd");
/** The method `x.indexCopy` as a function. */
export const indexCopy = functionOf("indexCopy");
/** The method `x.indexFill` as a function. */
export const indexFill = functionOf("indexFill");
/** The method `x.indexPut` as a function. */
export const indexPut = functionOf("indexPut");
/** The method `x.indexReduce` as a function. */
export const indexReduce = functionOf("indexReduce");
/** The method `x.indexSelect` as a function. */
export const indexSelect = functionOf("indexSelect");
/** The method `x.isFloatingPoint` as a function. */
export const isFloatingPoint = functionOf("isFloatingPoint");
/** The method `x.isNonzero` as a function. */
export const isNonzero = functionOf("isNonzero");
/** The method `x.isclose` as a function. */
export const isclose = functionOf("isclose");
/** The method `x.isfinite` as a function. */
export const isfinite = functionOf("isfinite");
/** The method `x.isinf` as a function. */
export const isinf = functionOf("isinf");
/** The method `x.isSameSize` as a function. */
export const isSameSize = functionOf("isSameSize");
/** The method `x.isSigned` as a function. */
export const isSigned = functionOf("isSigned");
/** The method `x.isnan` as a function. */
export const isnan = functionOf("isnan");
/** The method `x.isneginf` as a function. */
export const isneginf = functionOf("isneginf");
/** The method `x.isposinf` as a function. */
export const isposinf = functionOf("isposinf");
/** The method `x.isreal` as a function. */
export const isreal = functionOf("isreal");
/** The method `x.kthvalue` as a function. */
export const kthvalue = functionOf("kthvalue");
/** The method `x.lcm` as a function. */
export const lcm = functionOf("lcm");
/** The method `x.ldexp` as a function. */
export const ldexp = functionOf("ldexp");
/** The method `x.le` as a function. */
export const le = functionOf("le");
/** The method `x.lerp` as a function. */
export const lerp = functionOf("lerp");
/** The method `x.lgamma` as a function. */
export const lgamma = functionOf("lgamma");
/** The method `x.log` as a function. */
export const log = functionOf("log");
/** The method `x.log10` as a function. */
export const log10 = functionOf("log10");
/** The method `x.log1p` as a function. */
export const log1p = functionOf("log1p");
/** The method `x.log2` as a function. */
export const log2 = functionOf("log2");
/** The method `x.logSoftmax` as a function. */
export const logSoftmax = functionOf("logSoftmax");
/** The method `x.logaddexp` as a function. */
export const logaddexp = functionOf("logaddexp");
/** The method `x.logaddexp2` as a function. */
export const logaddexp2 = functionOf("logaddexp2");
/** The method `x.logicalAnd` as a function. */
export const logicalAnd = functionOf("logicalAnd");
/** The method `x.logicalNot` as a function. */
export const logicalNot = functionOf("logicalNot");
/** The method `x.logicalOr` as a function. */
export const logicalOr = functionOf("logicalOr");
/** The method `x.logicalXor` as a function. */
export const logicalXor = functionOf("logicalXor");
/** The method `x.logit` as a function. */
export const logit = functionOf("logit");
/** The method `x.logsumexp` as a function. */
export const logsumexp = functionOf("logsumexp");
/** The method `x.lt` as a function. */
export const lt = functionOf("lt");
/** The method `x.maskedFill` as a function. */
export const maskedFill = functionOf("maskedFill");
/** The method `x.maskedScatter` as a function. */
export const maskedScatter = functionOf("maskedScatter");
/** The method `x.maskedSelect` as a function. */
export const maskedSelect = functionOf("maskedSelect");
/** The method `x.matmul` as a function. */
export const matmul = functionOf("matmul");
/** The method `x.max` as a function. */
export const max = functionOf("max");
/** The method `x.maximum` as a function. */
export const maximum = functionOf("maximum");
/** The method `x.mean` as a function. */
export const mean = functionOf("mean");
/** The method `x.median` as a function. */
export const median = functionOf("median");
/** The method `x.min` as a function. */
export const min = functionOf("min");
/** The method `x.minimum` as a function. */
export const minimum = functionOf("minimum");
/** The method `x.mm` as a function. */
export const mm = functionOf("mm");
/** The method `x.mode` as a function. */
export const mode = functionOf("mode");
/** The method `x.moveaxis` as a function. */
export const moveaxis = functionOf("moveaxis");
/** The method `x.movedim` as a function. */
export const movedim = functionOf("movedim");
/** The method `x.msort` as a function. */
export const msort = functionOf("msort");
/** The method `x.mul` as a function. */
export const mul = functionOf("mul");
/** The method `x.mv` as a function. */
export const mv = functionOf("mv");
/** The method `x.mvlgamma` as a function. */
export const mvlgamma = functionOf("mvlgamma");
/** The method `x.nanToNum` as a function. */
export const nanToNum = functionOf("nanToNum");
/** The method `x.nanmean` as a function. */
export const nanmean = functionOf("nanmean");
/** The method `x.nanmedian` as a function. */
export const nanmedian = functionOf("nanmedian");
/** The method `x.nanquantile` as a function. */
export const nanquantile = functionOf("nanquantile");
/** The method `x.nansum` as a function. */
export const nansum = functionOf("nansum");
/** The method `x.narrow` as a function. */
export const narrow = functionOf("narrow");
/** The method `x.ne` as a function. */
export const ne = functionOf("ne");
/** The method `x.neg` as a function. */
export const neg = functionOf("neg");
/** The method `x.nextafter` as a function. */
export const nextafter = functionOf("nextafter");
/** The method `x.nonzero` as a function. */
export const nonzero = functionOf("nonzero");
/** The method `x.norm` as a function. */
export const norm = functionOf("norm");
/** The method `x.numel` as a function. */
export const numel = functionOf("numel");
/** The method `x.outer` as a function. */
export const outer = functionOf("outer");
/** The method `x.permute` as a function. */
export const permute = functionOf("permute");
/** The method `x.positive` as a function. */
export const positive = functionOf("positive");
/** The method `x.pow` as a function. */
export const pow = functionOf("pow");
/** The method `x.prod` as a function. */
export const prod = functionOf("prod");
/** The method `x.put` as a function. */
export const put = functionOf("put");
/** The method `x.quantile` as a function. */
export const quantile = functionOf("quantile");
/** The method `x.rad2deg` as a function. */
export const rad2deg = functionOf("rad2deg");
/** The method `x.ravel` as a function. */
export const ravel = functionOf("ravel");
/** The method `x.reciprocal` as a function. */
export const reciprocal = functionOf("reciprocal");
/** The method `x.relu` as a function. */
export const relu = functionOf("relu");
/** The method `x.remainder` as a function. */
export const remainder = functionOf("remainder");
/** The method `x.repeatInterleave` as a function. */
export const repeatInterleave = functionOf("repeatInterleave");
/** The method `x.reshape` as a function. */
export const reshape = functionOf("reshape");
/** The method `x.roll` as a function. */
export const roll = functionOf("roll");
/** The method `x.rot90` as a function. */
export const rot90 = functionOf("rot90");
/** The method `x.round` as a function. */
export const round = functionOf("round");
/** The method `x.rsqrt` as a function. */
export const rsqrt = functionOf("rsqrt");
/** The method `x.rsub` as a function. */
export const rsub = functionOf("rsub");
/** The method `x.scatter` as a function. */
export const scatter = functionOf("scatter");
/** The method `x.scatterAdd` as a function. */
export const scatterAdd = functionOf("scatterAdd");
/** The method `x.scatterReduce` as a function. */
export const scatterReduce = functionOf("scatterReduce");
/** The method `x.select` as a function. */
export const select = functionOf("select");
/** The method `x.selectScatter` as a function. */
export const selectScatter = functionOf("selectScatter");
/** The method `x.selu` as a function. */
export const selu = functionOf("selu");
/** The method `x.sgn` as a function. */
export const sgn = functionOf("sgn");
/** The method `x.sigmoid` as a function. */
export const sigmoid = functionOf("sigmoid");
/** The method `x.sign` as a function. */
export const sign = functionOf("sign");
/** The method `x.signbit` as a function. */
export const signbit = functionOf("signbit");
/** The method `x.sin` as a function. */
export const sin = functionOf("sin");
/** The method `x.sinc` as a function. */
export const sinc = functionOf("sinc");
/** The method `x.sinh` as a function. */
export const sinh = functionOf("sinh");
/** The method `x.sliceScatter` as a function. */
export const sliceScatter = functionOf("sliceScatter");
/** The method `x.softmax` as a function. */
export const softmax = functionOf("softmax");
/** The method `x.sort` as a function. */
export const sort = functionOf("sort");
/** The method `x.split` as a function. */
export const split = functionOf("split");
/** The method `x.splitWithSizes` as a function. */
export const splitWithSizes = functionOf("splitWithSizes");
/** The method `x.sqrt` as a function. */
export const sqrt = functionOf("sqrt");
/** The method `x.square` as a function. */
export const square = functionOf("square");
/** The method `x.squeeze` as a function. */
export const squeeze = functionOf("squeeze");
/** The method `x.std` as a function. */
export const std = functionOf("std");
/** The method `x.sub` as a function. */
export const sub = functionOf("sub");
/** The method `x.sum` as a function. */
export const sum = functionOf("sum");
/** The method `x.swapaxes` as a function. */
export const swapaxes = functionOf("swapaxes");
/** The method `x.swapdims` as a function. */
export const swapdims = functionOf("swapdims");
/** The method `x.t` as a function. */
export const t = functionOf("t");
/** The method `x.take` as a function. */
export const take = functionOf("take");
/** The method `x.takeAlongDim` as a function. */
export const takeAlongDim = functionOf("takeAlongDim");
/** The method `x.tan` as a function. */
export const tan = functionOf("tan");
/** The method `x.tanh` as a function. */
export const tanh = functionOf("tanh");
/** The method `x.tensorSplit` as a function. */
export const tensorSplit = functionOf("tensorSplit");
/** The method `x.threshold` as a function. */
export const threshold = functionOf("threshold");
/** The method `x.tile` as a function. */
export const tile = functionOf("tile");
/** The method `x.topk` as a function. */
export const topk = functionOf("topk");
/** The method `x.trace` as a function. */
export const trace = functionOf("trace");
/** The method `x.transpose` as a function. */
export const transpose = functionOf("transpose");
/** The method `x.tril` as a function. */
export const tril = functionOf("tril");
/** The method `x.triu` as a function. */
export const triu = functionOf("triu");
/** The method `x.trunc` as a function. */
export const trunc = functionOf("trunc");
/** The method `x.unbind` as a function. */
export const unbind = functionOf("unbind");
/** The method `x.unflatten` as a function. */
export const unflatten = functionOf("unflatten");
/** The method `x.unique` as a function. */
export const unique = functionOf("unique");
/** The method `x.uniqueConsecutive` as a function. */
export const uniqueConsecutive = functionOf("uniqueConsecutive");
/** The method `x.unsqueeze` as a function. */
export const unsqueeze = functionOf("unsqueeze");
/** The method `x.xlogy` as a function. */
export const xlogy = functionOf("xlogy");
/** The method takes n alone, the function takes it first, as PyTorch's. */
export function polygamma(n: number, x: Tensor): Tensor {
  return x.polygamma(n);
}
/** The method `x.var` as a function. */
const variance = functionOf("var");
export { variance as var };
/** The method `x.vsplit` as a function. */
export const vsplit = functionOf("vsplit");

// Linear algebra
/** The method `x.addbmm` as a function. */
export const addbmm = functionOf("addbmm");
/** The method `x.addmv` as a function. */
export const addmv = functionOf("addmv");
/** The method `x.addr` as a function. */
export const addr = functionOf("addr");
/** The method `x.baddbmm` as a function. */
export const baddbmm = functionOf("baddbmm");
/** The method `x.cholesky` as a function. */
export const cholesky = functionOf("cholesky");
/** The method `x.choleskyInverse` as a function. */
export const choleskyInverse = functionOf("choleskyInverse");
/** The method `x.choleskySolve` as a function. */
export const choleskySolve = functionOf("choleskySolve");
/** The method `x.corrcoef` as a function. */
export const corrcoef = functionOf("corrcoef");
/** The method `x.cov` as a function. */
export const cov = functionOf("cov");
/** The method `x.cross` as a function. */
export const cross = functionOf("cross");
/** The method `x.det` as a function. */
export const det = functionOf("det");
/** The method `x.ger` as a function. */
export const ger = functionOf("ger");
/** The method `x.inner` as a function. */
export const inner = functionOf("inner");
/** The method `x.inverse` as a function. */
export const inverse = functionOf("inverse");
/** The method `x.kron` as a function. */
export const kron = functionOf("kron");
/** The method `x.logdet` as a function. */
export const logdet = functionOf("logdet");
/** The method `x.matrixExp` as a function. */
export const matrixExp = functionOf("matrixExp");
/** The method `x.matrixPower` as a function. */
export const matrixPower = functionOf("matrixPower");
/** The method `x.lu` as a function. */
export const lu = functionOf("lu");
/** The method `x.luSolve` as a function. */
export const luSolve = functionOf("luSolve");
/** The method `x.pinverse` as a function. */
export const pinverse = functionOf("pinverse");
/** The method `x.qr` as a function. */
export const qr = functionOf("qr");
/** The method `x.renorm` as a function. */
export const renorm = functionOf("renorm");
/** The method `x.slogdet` as a function. */
export const slogdet = functionOf("slogdet");
/** The method `x.stft` as a function. */
export const stft = functionOf("stft");
/** The method `x.istft` as a function. */
export const istft = functionOf("istft");
/** The method `x.svd` as a function. */
export const svd = functionOf("svd");
/** The method `x.vdot` as a function. */
export const vdot = functionOf("vdot");
/** The method `x.geqrf` as a function. */
export const geqrf = functionOf("geqrf");
/** The method `x.orgqr` as a function. */
export const orgqr = functionOf("orgqr");
/** The method `x.ormqr` as a function. */
export const ormqr = functionOf("ormqr");
/** The method `x.triangularSolve` as a function. */
export const triangularSolve = functionOf("triangularSolve");
