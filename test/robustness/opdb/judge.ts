/** Compares an operation with what PyTorch's table says of it: results, dtypes, shapes, gradients, second derivatives, refusals. */
import { grad, Tensor } from "../../../src/index.js";
import { asNumbers } from "../../../src/primitives/elements.js";
import type { Case, Numbers, Operation, Said } from "../../golden/opdb.js";
import { asRecorded } from "./gauge.js";
import { argumentsOf, camel, type Form, formsOf, made, method, Missing, numberOf } from "./call.js";

export type Fault = "missing" | "refuses" | "wrong" | "gradient" | "second derivative" | "in place" | "takes";

export interface Finding {
  readonly fault: Fault;
  readonly text: string;
}

const GOLDEN = 0.6180339887498949;

/** What results are multiplied with before they are summed for a gradient (make_opdb.py). */
function weights(y: Tensor): Tensor {
  const list = Array.from({ length: y.numel() }, (_, i) => 0.5 + (((i + 1) * GOLDEN) % 1));
  return made([y.shape, y.dtype, list]);
}

/** f64 1e-9 and f32 1e-5, as far as the recorded digits go; bfloat16 has 8 bits. */
const tolerances: Readonly<Record<string, readonly [rtol: number, atol: number]>> = {
  float64: [1e-9, 1e-9],
  float32: [1e-5, 1e-5],
  float16: [2e-3, 1e-3],
  bfloat16: [1.6e-2, 1e-2],
};

/**
 * What differs, if anything. Errors are measured with the greatest of the elements too, since sums lose digits of great terms; and what is no farther from
 * `exact` than PyTorch's own result is right.
 */
async function differs(
  y: Tensor,
  data: Numbers,
  slack = 1,
  exact: Numbers | null = null,
): Promise<string | null> {
  const got = asNumbers(await y.data());
  if (got.length !== data.length) return `has ${got.length} elements, PyTorch's has ${data.length}`;
  const [rtol, atol] = tolerances[y.dtype] ?? [0, 0];
  const scale = data.map((x) => Math.abs(numberOf(x))).reduce((a, b) => (b > a && b < Infinity ? b : a), 1);
  for (const [i, x] of data.entries()) {
    const e = numberOf(x);
    const g = got[i]!;
    if (Object.is(g, e) || g === e || (Number.isNaN(g) && Number.isNaN(e))) continue;
    if (Math.abs(g - e) <= slack * (atol * scale + rtol * Math.abs(e))) continue;
    const truth = exact === null ? NaN : numberOf(exact[i]!);
    const error = Number.isNaN(e) ? rtol * Math.abs(truth) : Math.abs(e - truth);
    if (Math.abs(g - truth) <= error + atol) continue;
    return `element ${i} is ${g}, PyTorch's is ${e}`;
  }
  return null;
}

function resultsOf(value: unknown): unknown[] {
  if (value instanceof Tensor) return [value];
  if (Array.isArray(value)) return value;
  if (typeof value === "object" && value !== null && Symbol.iterator in value)
    return [...(value as Iterable<unknown>)];
  return [value];
}

/** What gives positions first. */
const POSITIONS: ReadonlySet<string> = new Set(["argmax", "argmin", "argsort", "argwhere", "nonzero"]);

/** Whether a dtype may stand for PyTorch's: positions and numbers written in JavaScript are int32 here. */
function isDType(name: string, got: string, expected: string, sample: Case, place: number): boolean {
  if (got === expected) return true;
  if (got !== "int32" || expected !== "int64") return false;
  if (POSITIONS.has(name)) return true;
  return place > 0 || sample.tensors.every(([, dtype]) => dtype !== "int64") || sample.tensors.length !== 1;
}

/** What gives values and their positions, and which argument is the dim: of equal values PyTorch says not which one it takes. */
const TIES: Readonly<Record<string, number>> = { kthvalue: 2, topk: 2 };

/** Whether these positions have the values that were recorded. */
async function differsInValue(name: string, positions: Tensor, sample: Case): Promise<string | null> {
  const [[shape, dtype, data]] = sample.results as [Said];
  const x = made(sample.tensors[0]!);
  const dim = Number(sample.args[TIES[name]!] ?? sample.kwargs?.["dim"] ?? -1);
  const isKept = shape.length === x.ndim;
  const from = isKept ? positions : positions.unsqueeze(dim);
  const there = x.gather(dim, from);
  const values = isKept ? there : there.squeeze(dim);
  const difference = await differs(values.to(dtype), data);
  return difference === null ? null : `at the positions ${difference}`;
}

async function judgeResults(name: string, value: unknown, sample: Case): Promise<string | null> {
  if (sample.value !== undefined) {
    const got = typeof value === "boolean" ? Number(value) : value;
    return Object.is(got, numberOf(sample.value)) || got === numberOf(sample.value)
      ? null
      : `gives ${String(value)}, PyTorch ${sample.value}`;
  }
  const expected: readonly Said[] = sample.results ?? [sample.tensor!];
  const got = asRecorded(name, resultsOf(value), sample);
  if (got.length !== expected.length) return `gives ${got.length} results, PyTorch ${expected.length}`;
  for (const [i, [shape, dtype, data]] of expected.entries()) {
    const y = got[i];
    if (!(y instanceof Tensor)) return `result ${i} is no tensor but ${typeof y}`;
    if (y.shape.join() !== shape.join()) return `result ${i} has shape [${y.shape}], PyTorch's [${shape}]`;
    if (!isDType(name, y.dtype, dtype, sample, i)) return `result ${i} is ${y.dtype}, PyTorch's ${dtype}`;
    if (sample.random === true) continue;
    const difference =
      i === 1 && name in TIES
        ? await differsInValue(name, y, sample)
        : await differs(y, data, 1, sample.exact?.[i] ?? null);
    if (difference !== null) return `result ${i}: ${difference}`;
  }
  return null;
}

async function judgeGradients(name: string, form: Form, sample: Case): Promise<Finding | null> {
  const tensors = sample.tensors.map(made);
  const inputs = sample.wanted!.map((i) => tensors[i]!.requiresGrad_());
  const [args, options] = argumentsOf(name, sample, tensors);
  const outs = asRecorded(name, resultsOf(form.call(args, options)), sample).filter(
    (y): y is Tensor => y instanceof Tensor && y.requiresGrad,
  );
  const second = sample.grads2 !== undefined;
  const total = outs
    .map((y) => y.mul(weights(y)).sum())
    .reduce<Tensor | null>((a, b) => (a === null ? b : a.add(b)), null);
  // What depends on none of the inputs has no gradient.
  const grads: readonly (Tensor | null)[] =
    total === null
      ? inputs.map(() => null)
      : (grad(total, inputs, { allowUnused: true, createGraph: second }) as (Tensor | null)[]);
  for (const [i, expected] of sample.grads!.entries()) {
    const difference = await compared(grads[i] ?? null, expected);
    if (difference !== null)
      return { fault: "gradient", text: `of tensor ${sample.wanted![i]}: ${difference}` };
  }
  if (!second) return null;
  const moving = grads.filter((g): g is Tensor => g?.requiresGrad === true);
  if (moving.length === 0) {
    const none = sample.grads2!.every((g) => g === null || g.every((x) => numberOf(x) === 0));
    return none ? null : { fault: "second derivative", text: "the gradient has no gradient" };
  }
  const again = grad(
    moving.map((g) => g.mul(weights(g)).sum()).reduce((a, b) => a.add(b)),
    inputs,
    { allowUnused: true },
  ) as (Tensor | null)[];
  for (const [i, expected] of sample.grads2!.entries()) {
    const difference = await compared(again[i] ?? null, expected);
    if (difference !== null)
      return { fault: "second derivative", text: `of tensor ${sample.wanted![i]}: ${difference}` };
  }
  return null;
}

/** No gradient and one of zeros are the same. */
async function compared(got: Tensor | null, expected: Numbers | null): Promise<string | null> {
  if (expected === null) {
    if (got === null) return null;
    const some = asNumbers(await got.data()).some((x) => x !== 0);
    return some ? "has a gradient, PyTorch gives none" : null;
  }
  if (got === null)
    return expected.every((x) => numberOf(x) === 0) ? null : "has no gradient, PyTorch gives one";
  return differs(got, expected, 10);
}

async function judgeInPlace(name: string, form: Form, sample: Case): Promise<Finding | null> {
  const isFunction = name.startsWith("nn.functional.");
  const own = isFunction ? `${camel(name)} with { inplace: true }` : `${camel(name).replace(/_$/, "")}_`;
  if (!isFunction && !(own in Tensor.prototype)) return { fault: "in place", text: `no x.${own}` };
  const tensors = sample.tensors.map((t) => made(t).clone());
  const [args, options] = argumentsOf(name, sample, tensors);
  const x = args[0] as Tensor;
  const y = isFunction
    ? form.call(args, [{ ...options[0], inplace: true }])
    : method(own).call(args, options);
  if (y !== x) return { fault: "in place", text: `${own} does not return its tensor` };
  const fault = await judgeResults(name, x, sample);
  return fault === null ? null : { fault: "in place", text: fault };
}

function describe(sample: Case, number: number): string {
  const shapes = sample.tensors.map(([shape, dtype]) => `${dtype}[${shape}]`).join(", ");
  const kwargs = sample.kwargs === undefined ? "" : ` ${JSON.stringify(sample.kwargs)}`;
  return `case ${number} (${shapes}; ${JSON.stringify(sample.args)}${kwargs})`.slice(0, 400);
}

/** Judges all that is recorded of an operation; at most `limit` findings. */
export async function judge(operation: Operation, limit = 3): Promise<readonly Finding[]> {
  let forms: readonly Form[];
  const name = operation.operation;
  try {
    forms = formsOf(name);
  } catch (error) {
    if (error instanceof Missing) return [{ fault: "missing", text: error.message }];
    throw error;
  }
  const findings: Finding[] = [];
  const add = (fault: Fault, where: string, error: unknown): void => {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    findings.push({ fault, text: `${where}: ${text}` });
  };
  let changes = operation.inplace && !name.endsWith("_") ? 2 : 0;
  for (const [number, sample] of operation.cases.entries()) {
    if (findings.length >= limit) return findings;
    const where = describe(sample, number);
    let isRefused = false;
    for (const form of forms) {
      let fault: string | null;
      try {
        const [args, options] = argumentsOf(name, sample, sample.tensors.map(made));
        fault = await judgeResults(name, form.call(args, options), sample);
      } catch (error) {
        add("refuses", `${form.text}, ${where}`, error);
        isRefused = true;
        break;
      }
      if (fault !== null) {
        add("wrong", `${form.text}, ${where}`, fault);
        break;
      }
    }
    if (isRefused) continue;
    try {
      if (sample.grads !== undefined) {
        const finding = await judgeGradients(name, forms.at(-1)!, sample);
        if (finding !== null) add(finding.fault, where, finding.text);
      }
    } catch (error) {
      add("gradient", where, error);
    }
    const own = sample.args[0];
    const first = typeof own === "object" && own !== null && "t" in own ? sample.tensors[own.t!] : undefined;
    if (
      changes > 0 &&
      first !== undefined &&
      first[0].join() === sample.tensor?.[0].join() &&
      first[1] === sample.tensor[1] &&
      sample.random !== true
    ) {
      changes--;
      try {
        const finding = await judgeInPlace(name, forms.at(-1)!, sample);
        if (finding !== null) add(finding.fault, where, finding.text);
      } catch (error) {
        add("in place", where, error);
      }
    }
  }
  for (const sample of operation.refused) {
    try {
      const [args, options] = argumentsOf(name, sample, sample.tensors.map(made));
      const y = forms.at(-1)!.call(args, options);
      for (const t of resultsOf(y)) if (t instanceof Tensor) await t.data();
      add("takes", `what PyTorch refuses (${sample.says})`, describe(sample as Case, -1));
    } catch {
      // Refused, as it is in PyTorch.
    }
  }
  return findings.slice(0, limit);
}
