/**
 * Runs a case here and compares it with PyTorch's answer: dtype, shape, values, the sign of zeros, gradients; and tells a valid argument
 * that is refused, an invalid one that is taken, and a failure inside from one that is named.
 */
import { type DType, grad, Tensor, tensor } from "../../../src/index.js";
import { isComputed } from "../../../src/primitives/dtypes.js";
import { asNumbers } from "../../../src/primitives/elements.js";
import type { Case, Sample } from "./draw.js";
import { type Answer, type Computed, numberOf, type Value, type Word, wordOf } from "./peer.js";

/** torch.testing.assert_close's relative tolerances; absolute ones only for what rounding leaves of a difference. */
const tolerance: Readonly<Record<DType, { rtol: number; atol: number }>> = {
  float32: { rtol: 1.3e-6, atol: 1e-6 },
  float64: { rtol: 1e-7, atol: 1e-12 },
  float16: { rtol: 1e-3, atol: 1e-5 },
  bfloat16: { rtol: 1.6e-2, atol: 1e-5 },
  int64: { rtol: 0, atol: 0 },
  int8: { rtol: 0, atol: 0 },
  uint8: { rtol: 0, atol: 0 },
  int32: { rtol: 0, atol: 0 },
  bool: { rtol: 0, atol: 0 },
};

export type Fault = "value" | "dtype" | "shape" | "gradient" | "refused" | "accepted" | "inside";

export interface Finding {
  readonly fault: Fault;
  readonly text: string;
}

/** The gradient to begin with, the same in peer.py. */
function weightsOf(like: Tensor): Tensor {
  const values = Array.from({ length: like.numel() }, (_, i) => (((i * 5) % 7) - 3) / 4 + 0.125);
  return tensor(values, { dtype: like.dtype }).reshape(like.shape);
}

function made({ dtype, shape, data }: Sample): Tensor {
  const t: Tensor = tensor(data as number[], { dtype }).reshape(shape);
  return dtype.includes("float") ? t.detach().requiresGrad_() : t;
}

/** What PyTorch lacks for a dtype on a CPU, and int16 as a result, is nothing to be measured by. */
const isGap = /not implemented for|torch\.int16|must be either float or double/;

/** Errors that name the operation are ours; others were not foreseen. */
function isNamed(error: unknown): boolean {
  return error instanceof Error && /^[\w. ]+(\(.*\))?: |^index -?\d+ is out of range/.test(error.message);
}

function outputsOf(result: ReturnType<Case["ours"]>): readonly Tensor[] {
  if (result instanceof Tensor) return [result];
  return typeof result === "boolean" ? [tensor(result)] : result;
}

/** What differs from PyTorch, or null. */
export async function judge(entry: Case, answer: Answer): Promise<Finding | null> {
  const leaves = entry.inputs.map(made);
  let outputs: readonly Tensor[];
  try {
    outputs = outputsOf(entry.ours(leaves[0]!, leaves[1]!, leaves[2]!, leaves[3]!));
    for (const y of outputs) await y.data();
  } catch (error) {
    const text = String(error);
    if (!isNamed(error)) return { fault: "inside", text };
    return "error" in answer ? null : { fault: "refused", text };
  }
  if ("error" in answer) {
    return entry.wider === undefined && !isGap.test(answer.error)
      ? { fault: "accepted", text: `PyTorch: ${answer.error}` }
      : null;
  }
  if (outputs.length !== answer.outputs.length) {
    return { fault: "shape", text: `${outputs.length} results, PyTorch gives ${answer.outputs.length}` };
  }
  for (const [i, y] of outputs.entries()) {
    const finding = await differs(
      entry,
      y,
      answer.outputs[i]!,
      answer.exact?.outputs[i],
      i >= (entry.int32From ?? Infinity),
    );
    if (finding !== null) return finding;
  }
  return entry.skipGradient === undefined && !isMixed(entry)
    ? gradientDiffers(entry, leaves, outputs, answer)
    : null;
}

/** Beside another dtype PyTorch computes parts of some gradients in the narrow one, where whole numbers wrap. */
function isMixed({ inputs }: Case): boolean {
  const dtypes = new Set(inputs.map(({ dtype }) => dtype).filter((dtype) => dtype !== "bool"));
  return dtypes.size > 1 && [...dtypes].some((dtype) => !isComputed(dtype));
}

async function differs(
  entry: Case,
  y: Tensor,
  expected: Value,
  exact: Value | undefined,
  mayBeInt32: boolean,
): Promise<Finding | null> {
  const isInt32 = mayBeInt32 && expected.dtype === "int64" && y.dtype === "int32";
  if (y.dtype !== expected.dtype && !isInt32)
    return { fault: "dtype", text: `${y.dtype}, PyTorch gives ${expected.dtype}` };
  if (String(y.shape) !== String(expected.shape)) {
    return { fault: "shape", text: `[${y.shape.join(", ")}], PyTorch gives [${expected.shape.join(", ")}]` };
  }
  const words = isInt32 ? expected.data.map((x) => numberOf(x) | 0) : expected.data;
  const text = await firstDifference(entry, y, words, exact?.data, !(entry.anyZero ?? false));
  return text === null ? null : { fault: "value", text };
}

async function gradientDiffers(
  entry: Case,
  leaves: readonly Tensor[],
  outputs: readonly Tensor[],
  answer: Computed & { readonly exact?: Computed },
): Promise<Finding | null> {
  // PyTorch computes this, but does not differentiate it.
  if (answer.grads === null) return null;
  const differentiable = outputs.filter((y) => y.requiresGrad);
  const inputs = leaves.filter((x) => x.requiresGrad);
  let got: readonly (Tensor | null)[];
  try {
    got =
      differentiable.length === 0
        ? inputs.map(() => null)
        : grad(differentiable, inputs, { gradOutputs: differentiable.map(weightsOf), allowUnused: true });
    for (const g of got) await g?.data();
  } catch (error) {
    return { fault: "gradient", text: String(error) };
  }
  let next = 0;
  for (const [i, leaf] of leaves.entries()) {
    if (!leaf.requiresGrad) continue;
    const g = got[next++] ?? leaf.detach().mul(0).nanToNum();
    const expected = answer.grads[i] ?? Array.from({ length: leaf.numel() }, () => 0);
    const text = await firstDifference(entry, g, expected, answer.exact?.grads?.[i] ?? undefined, false);
    if (text !== null) return { fault: "gradient", text: `of input ${"abcd"[i]!}: ${text}` };
  }
  return null;
}

async function firstDifference(
  entry: Case,
  actual: Tensor,
  words: readonly Word[],
  exact: readonly Word[] | undefined,
  signs: boolean,
): Promise<string | null> {
  const got = asNumbers(await actual.data());
  const { rtol, atol } = tolerance[actual.dtype];
  const slack = entry.loose ?? 1;
  const isNarrow = actual.dtype === "float16" || actual.dtype === "bfloat16";
  for (const [i, word] of words.entries()) {
    const e = numberOf(word);
    const g = got[i]!;
    if (Object.is(g, e) || (!signs && g === e)) continue;
    const near = e !== 0 || g !== 0 ? Math.abs(g - e) <= slack * (atol + rtol * Math.abs(e)) : !signs;
    if (near && Number.isFinite(g) && (g !== 0 || e !== 0)) continue;
    if (isNarrow && exact !== undefined && isNearer(g, e, numberOf(exact[i]!), rtol)) continue;
    return `element ${i} is ${wordOf(g)}, PyTorch gives ${word} (${wordsOf(got)} and ${words.slice(0, 20).join(" ")})`;
  }
  return null;
}

/** Of narrow floats PyTorch rounds here and there on the way. What is no farther from the truth than its answer is right. */
function isNearer(ours: number, peers: number, truth: number, rtol: number): boolean {
  if (Object.is(ours, truth)) return true;
  const distance = Math.abs(ours - truth);
  return Number.isNaN(peers) ? distance <= rtol * Math.abs(truth) : distance <= Math.abs(peers - truth);
}

function wordsOf(data: ArrayLike<number>): string {
  return Array.from(data).slice(0, 20).map(wordOf).join(" ");
}
