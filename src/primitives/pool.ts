/** The greatest element of each window of an image, and where it stands. */
import { type Builder, lowest } from "./builder.js";
import type { KernelRow } from "./kernel.js";
import { product, type Shaped } from "./shaped.js";

/** Along one dim: which elements a window has. */
interface Along {
  readonly window: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  /** The windows share the dim evenly, whatever the four above are. */
  readonly adaptive: boolean;
  readonly size: number;
  readonly outputs: number;
}

function alongOf(x: readonly number[], values: readonly number[]): readonly Along[] {
  return [0, 1, 2].map((d) => ({
    window: values[d]!,
    stride: values[3 + d]!,
    padding: values[6 + d]!,
    dilation: values[9 + d]!,
    adaptive: values[12] === 1,
    size: x[1 + d]!,
    outputs: values[13 + d]!,
  }));
}

/** The elements of window o. */
function elementsOf({ adaptive, size, outputs, ...at }: Along, o: number): readonly number[] {
  if (adaptive) {
    const start = Math.floor((o * size) / outputs);
    return Array.from({ length: Math.ceil(((o + 1) * size) / outputs) - start }, (_, i) => start + i);
  }
  const all = Array.from({ length: at.window }, (_, k) => o * at.stride - at.padding + k * at.dilation);
  return all.filter((i) => i >= 0 && i < size);
}

/** Which elements [size] belong to which windows [outputs, 1]. */
function membership<Value extends Shaped>(
  b: Builder<Value>,
  { adaptive, size, outputs, ...at }: Along,
): Value {
  const number = (value: number): Value => b.scalar(value, "int32");
  const element = b.iota([size], "int32");
  const output = b.reshape(b.iota([outputs], "int32"), [outputs, 1]);
  const scaled = (a: Value, by: number, and: number): Value =>
    b.binary("add", b.binary("mul", a, number(by)), number(and));
  if (adaptive) {
    const hasBegun = b.binary("lt", scaled(output, size, 0), scaled(element, outputs, outputs));
    const isOpen = b.binary("lt", scaled(element, outputs, 0), scaled(output, size, size));
    return b.binary("and", hasBegun, isOpen);
  }
  const isTap = (k: number): Value =>
    b.binary("eq", element, scaled(output, at.stride, k * at.dilation - at.padding));
  let any = isTap(0);
  for (let k = 1; k < at.window; k++) any = b.binary("or", any, isTap(k));
  return any;
}

/**
 * Of x [planes, d, h, w] the greatest element of each window, of equal ones the first, and its int32 position in the plane; NaN counts as the
 * greatest, and there the last one. Every window has an element.
 */
export const maxPool = {
  operands: ["x"],
  results: ["values", "indices"],
  attributes: [
    ...["windowD", "windowH", "windowW"],
    ...["strideD", "strideH", "strideW"],
    ...["paddingD", "paddingH", "paddingW"],
    ...["dilationD", "dilationH", "dilationW"],
    "adaptive",
    ...["sizeD", "sizeH", "sizeW"],
  ],
  kinds: ["float", "int"],
  infer: ([x], values) => {
    const shape = [x!.shape[0]!, ...values.slice(13)];
    return [
      { dtype: x!.dtype, shape },
      { dtype: "int32", shape },
    ];
  },
  cpp: { run: "poolMaximum", check: "checkMaxPool" },
  compose: (b, [x], values) => {
    const along = alongOf(x!.shape, values);
    const [planes, ...space] = x!.shape as [number, ...number[]];
    const shape = [planes, ...along.map(({ outputs }) => outputs)];
    const masks = along.map((each, d) => {
      const dims = [1, 1, 1, 1, 1, 1];
      return b.reshape(membership(b, each), dims.with(d, each.outputs).with(3 + d, each.size));
    });
    const isIn = b.binary("and", b.binary("and", masks[0]!, masks[1]!), masks[2]!);
    const elements = b.reshape(x!, [planes, 1, 1, 1, ...space]);
    const number = b.reshape(b.iota(space, "int32"), [1, 1, 1, ...space]);
    const extreme = (op: "max" | "min", mask: Value, a: Value, otherwise: number): Value =>
      b.reduce(op, b.select(mask, a, b.scalar(otherwise, a.dtype)), [4, 5, 6], true);
    type Value = NonNullable<typeof x>;
    const greatest = extreme("max", isIn, elements, lowest(x!.dtype));
    const isGreatest = b.binary("and", isIn, b.binary("eq", elements, greatest));
    const isMissing = b.binary("and", isIn, b.unary("isnan", elements));
    const indices = b.select(
      b.unary("isnan", greatest),
      extreme("max", isMissing, number, -1),
      extreme("min", isGreatest, number, product(space)),
    );
    return [b.reshape(greatest, shape), b.reshape(indices, shape)];
  },
  js: ([x], [values, indices], attributes) => {
    const along = alongOf(x!.dims, attributes);
    const [, height, width] = along.map(({ size }) => size) as [number, number, number];
    const plane = product(x!.dims.slice(1));
    let result = 0;
    for (let p = 0; p < x!.dims[0]!; p++)
      for (let od = 0; od < along[0]!.outputs; od++)
        for (let oh = 0; oh < along[1]!.outputs; oh++)
          for (let ow = 0; ow < along[2]!.outputs; ow++, result++) {
            let best = -1;
            for (const d of elementsOf(along[0]!, od))
              for (const h of elementsOf(along[1]!, oh))
                for (const w of elementsOf(along[2]!, ow)) {
                  const at = (d * height + h) * width + w;
                  const value = x!.data[p * plane + at]!;
                  if (best < 0 || value > x!.data[p * plane + best]! || Number.isNaN(value)) best = at;
                }
            if (values) values.data[result] = x!.data[p * plane + best]!;
            if (indices) indices.data[result] = best;
          }
  },
} as const satisfies KernelRow;

/** Of the gradients g [planes, points] of the greatest elements and their positions in the planes: those of planes of `size` elements. */
export const maxPoolBackward = {
  operands: ["g", "indices"],
  results: ["dx"],
  attributes: ["size"],
  kinds: ["float"],
  infer: ([g], [size]) => [{ dtype: g!.dtype, shape: [g!.shape[0]!, size!] }],
  cpp: { run: "poolMaximumBackward", check: "checkMaxPoolBackward" },
  compose: (b, [g, indices], [size]) => {
    const [planes, points] = g!.shape as [number, number];
    const isAt = b.binary(
      "eq",
      b.reshape(indices!, [planes, 1, points]),
      b.reshape(b.iota([size!], "int32"), [1, size!, 1]),
    );
    const given = b.reshape(g!, [planes, 1, points]);
    return [b.reduce("sum", b.select(isAt, given, b.scalar(0, g!.dtype)), [2], false)];
  },
  js: ([g, indices], [dx], [size]) => {
    const points = g!.dims[1]!;
    g!.data.forEach((value, i) => {
      dx!.data[Math.floor(i / points) * size! + indices!.data[i]!]! += value;
    });
  },
} as const satisfies KernelRow;
