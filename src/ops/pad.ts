/**
 * Elements around a tensor: a constant, or what is in it, reflected, repeated or from its other end.
 */
import type { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import { checkWhole, formatShape, sizeOf } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import type { Pad } from "../tensor/movement-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { clone } from "./copy.js";
import { padOf, reshape, sliceOf } from "./movement.js";
import { checkTensor } from "./operand.js";
import { entriesAt } from "./taps.js";

export type PadMode = "constant" | "reflect" | "replicate" | "circular";

export interface PadOptions {
  /** Default "constant". */
  readonly mode?: PadMode;
  /** What a constant is. Default 0. */
  readonly value?: number;
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * Elements around: `[left, right]` of the last dim, then of the one before …; negative amounts crop (`torch.nn.functional.pad`). They are
     * a constant, or with `mode` "reflect" those inside without the edge, "replicate" the edge, "circular" those of the other end.
     * @throws Error where there are more amounts than dims, or more to reflect than there is
     */
    pad<A extends Shape, const P extends Shape>(
      this: Tensor<A>,
      pad: P,
      mode?: PadMode | PadOptions,
      value?: number,
    ): Tensor<Pad<A, P>>;
  }
}

/** PyTorch's order: the last dim first. Negative amounts crop. */
function constantPad(x: Tensor, padding: readonly number[], value: number): Tensor {
  const shape = x._node.shape;
  if (padding.length % 2 !== 0 || padding.length > 2 * shape.length) {
    throw new Error(
      `pad: expected pairs for at most ${shape.length} dims, got [${padding.join(", ")}] for shape ${formatShape(shape)}`,
    );
  }
  const before = new Array<number>(shape.length).fill(0);
  const after = before.slice();
  for (let i = 0; i < padding.length / 2; i++) {
    before[shape.length - 1 - i] = padding[2 * i]!;
    after[shape.length - 1 - i] = padding[2 * i + 1]!;
  }
  let y = x;
  if (padding.some((n) => n < 0)) {
    const starts = before.map((n) => Math.max(0, -n));
    const sizes = shape.map((n, d) => n - starts[d]! - Math.max(0, -after[d]!));
    if (sizes.some((n) => n < 0)) {
      throw new RangeError(`pad: [${padding.join(", ")}] crops more than shape ${formatShape(shape)} has`);
    }
    y = sliceOf(x, starts, sizes, null);
  }
  const padded = padOf(
    y,
    before.map((n) => Math.max(0, n)),
    after.map((n) => Math.max(0, n)),
    value,
  );
  return padded === x ? clone(x) : padded;
}

/** Where position i of a padded dim of n entries comes from. */
const sources: Readonly<Record<Exclude<PadMode, "constant">, (i: number, n: number) => number>> = {
  reflect: (i, n) => (i < 0 ? -i : i < n ? i : 2 * (n - 1) - i),
  replicate: (i, n) => Math.min(n - 1, Math.max(0, i)),
  circular: (i, n) => ((i % n) + n) % n,
};

function paddedFromInside(x: Tensor, padding: readonly number[], mode: Exclude<PadMode, "constant">): Tensor {
  const dims = padding.length / 2;
  if (!Number.isInteger(dims) || dims < 1 || dims > 3 || (x.ndim !== dims + 1 && x.ndim !== dims + 2)) {
    throw new Error(
      `pad: mode "${mode}" pads the last 1, 2 or 3 dims of a tensor of one or two dims more, got [${padding.join(", ")}] for shape ${formatShape(x.shape)}`,
    );
  }
  /** Of each padded dim, the last one first, where its entries come from; null: from where they are. */
  const lines: (Int32Array | null)[] = [];
  for (let i = 0; i < dims; i++) {
    const d = x.ndim - 1 - i;
    const n = x._node.shape[d]!;
    const [left, right] = [padding[2 * i]!, padding[2 * i + 1]!];
    const most = mode === "reflect" ? n - 1 : mode === "circular" ? n : n === 0 ? 0 : Infinity;
    if (left > most || right > most) {
      throw new RangeError(
        `pad: mode "${mode}" cannot pad dim ${d} of size ${n} by [${left}, ${right}]; expected at most ${most}`,
      );
    }
    const size = n + left + right;
    if (size < 0)
      throw new RangeError(`pad: [${padding.join(", ")}] crops more than shape ${formatShape(x.shape)} has`);
    if (left === 0 && right === 0) {
      lines.push(null);
      continue;
    }
    // What comes from the other end comes from what is not cropped.
    const first = mode === "circular" ? Math.max(0, -left) : 0;
    const kept = mode === "circular" ? n - first - Math.max(0, -right) : n;
    lines.push(Int32Array.from({ length: size }, (_, k) => first + sources[mode](k - left - first, kept)));
  }
  if (lines.every((line) => line === null)) return clone(x);
  return (
    atOnce(x, lines) ??
    lines.reduce((y, line, i) => (line === null ? y : entriesAt(y, x.ndim - 1 - i, line)), x)
  );
}

/** Points of an image of which each has a position of its own, and images that are worth it. */
const mostAtOnce = 4096;
const fewestImages = 16;

/** All padded dims as one, where many small images have the same positions. */
function atOnce(x: Tensor, lines: readonly (Int32Array | null)[]): Tensor | null {
  const { shape } = x._node;
  const front = shape.slice(0, -lines.length);
  const space = shape.slice(-lines.length);
  const sizes = space.map((n, i) => lines.at(-1 - i)?.length ?? n);
  if (sizeOf(sizes) > mostAtOnce || sizeOf(space) > mostAtOnce || sizeOf(front) < fewestImages) return null;
  let positions = Int32Array.of(0);
  space.forEach((n, i) => {
    const line = lines.at(-1 - i) ?? Int32Array.from({ length: n }, (_, k) => k);
    const next = new Int32Array(positions.length * line.length);
    positions.forEach((at, j) => line.forEach((k, l) => (next[j * line.length + l] = at * n + k)));
    positions = next;
  });
  const flat = reshape(x, [...front, sizeOf(space)]);
  return reshape(entriesAt(flat, front.length, positions), [...front, ...sizes]);
}

export const pad = operation(
  "pad",
  "pad | mode, value",
  (x: Tensor, padding: readonly number[], { mode = "constant", value }: PadOptions = {}): Tensor => {
    if (!Array.isArray(padding))
      throw new TypeError("pad: expected a list of amounts, such as [left, right]");
    for (const amount of padding as number[]) checkWhole("pad", "amount", amount);
    if (mode === "constant") return constantPad(x, padding, Number(value ?? 0));
    if (!Object.hasOwn(sources, mode))
      throw new TypeError(
        `pad: mode is "constant", "reflect", "replicate" or "circular", got ${JSON.stringify(mode)}`,
      );
    if (value !== undefined && Number(value) !== 0)
      throw new TypeError(`pad: mode "${mode}" takes no value, got ${String(value)}`);
    return paddedFromInside(x, padding, mode);
  },
);

/** `x.pad(pad, mode, value)` as a function (`torch.nn.functional.pad`). */
export const padded = takes<
  <A extends Shape, const P extends Shape>(
    x: Tensor<A>,
    pad: P,
    mode?: PadMode | PadOptions,
    value?: number,
  ) => Tensor<Pad<A, P>>
>("pad", "input, pad | mode, value", (x: Tensor, padding: readonly number[], options: PadOptions) => {
  checkTensor("pad", x);
  return pad(x, padding, options);
});

/** A constant, 0 unless given, around each dim: `[left, right]` of the last dim, then of the one before … (`torch.constant_pad_nd`). */
export function constantPadNd<A extends Shape, const P extends Shape>(
  x: Tensor<A>,
  padding: P,
  value?: number,
): Tensor<Pad<A, P>>;
export function constantPadNd(x: Tensor, padding: readonly number[], value = 0): Tensor {
  checkTensor("constantPadNd", x);
  return pad(x, padding, { value });
}
