/**
 * Kernels of discrete Fourier transforms along a dim. Complex numbers are a last dim of size 2, which is no dim to transform along. All
 * results are multiplied by the scalar `scale`.
 */
import type { Builder } from "./builder.js";
import type { KernelRow } from "./kernel.js";
import { product, type Shaped } from "./shaped.js";

/** y[k] = Σ x[j] e^(sign · 2πi j k / n) of numbers that `read` gives as [real, imaginary], for k below `count`. */
function sums(
  n: number,
  count: number,
  sign: number,
  read: (j: number) => readonly [number, number],
  write: (k: number, re: number, im: number) => void,
): void {
  for (let k = 0; k < count; k++) {
    let re = 0;
    let im = 0;
    for (let j = 0; j < n; j++) {
      const angle = (sign * 2 * Math.PI * ((j * k) % n)) / n;
      const [x, y] = read(j);
      re += x * Math.cos(angle) - y * Math.sin(angle);
      im += x * Math.sin(angle) + y * Math.cos(angle);
    }
    write(k, re, im);
  }
}

interface Lines {
  readonly outer: number;
  readonly inner: number;
}

function linesOf(dims: readonly number[], dim: number): Lines {
  return { outer: product(dims.slice(0, dim)), inner: product(dims.slice(dim + 1)) };
}

function eachLine({ outer, inner }: Lines, f: (place: (points: number, k: number) => number) => void): void {
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < inner; i++) f((points, k) => (o * points + k) * inner + i);
}

/** Cosines and sines of sign · 2π j k / n as [1, rows, columns, 1], j numbering rows and k columns. */
function waves<Value extends Shaped>(
  b: Builder<Value>,
  n: number,
  rows: number,
  columns: number,
  sign: number,
): readonly [Value, Value] {
  const j = b.cast(b.reshape(b.iota([rows], "int32"), [rows, 1]), "float64");
  const k = b.cast(b.iota([columns], "int32"), "float64");
  const turns = b.binary("mod", b.binary("mul", j, k), b.scalar(n, "float64"));
  const angle = b.reshape(b.binary("mul", turns, b.scalar((sign * 2 * Math.PI) / n, "float64")), [
    1,
    rows,
    columns,
    1,
  ]);
  return [b.unary("cos", angle), b.unary("sin", angle)];
}

/** Real and imaginary parts of [..., 2] along a dim, as [outer, n, 1, inner] in float64. */
function parts<Value extends Shaped>(b: Builder<Value>, x: Value, dim: number): readonly [Value, Value] {
  const shape = x.shape.slice(0, -1);
  const { outer, inner } = linesOf(shape, dim);
  const n = shape[dim]!;
  const whole = b.cast(b.reshape(x, [outer, n, inner, 2]), "float64");
  const part = (at: number): Value =>
    b.reshape(b.slice(whole, [0, 0, 0, at], [outer, n, inner, 1], [1, 1, 1, 1]), [outer, n, 1, inner]);
  return [part(0), part(1)];
}

/** Two parts [outer, n, inner] beside each other, as complex numbers of the shape. */
function joined<Value extends Shaped>(
  b: Builder<Value>,
  re: Value,
  im: Value,
  like: Shaped,
  scale: Value,
): Value {
  const sizes = [...re.shape, 1];
  const isFirst = b.binary("eq", b.iota([2], "int32"), b.scalar(0, "int32"));
  const both = b.select(isFirst, b.reshape(re, sizes), b.reshape(im, sizes));
  return b.reshape(b.cast(b.binary("mul", both, scale), like.dtype), like.shape);
}

const summed = <Value extends Shaped>(b: Builder<Value>, a: Value): Value => b.reduce("sum", a, [1], false);

/** Complex numbers to complex ones; forwards or, unscaled, backwards. */
export const fft = {
  operands: ["x"],
  results: ["y"],
  attributes: ["dim", "inverse"],
  scalars: ["scale"],
  kinds: ["float"],
  infer: ([x]) => [x!],
  cpp: { run: "complexTransform", check: "checkFft", scratch: "fftScratch", shared: "fftShared" },
  compose: (b, [x], [dim, inverse], [scale]) => {
    const n = x!.shape[dim!]!;
    const [re, im] = parts(b, x!, dim!);
    const [cos, sin] = waves(b, n, n, n, inverse === 1 ? 1 : -1);
    const real = summed(b, b.binary("sub", b.binary("mul", re, cos), b.binary("mul", im, sin)));
    const imaginary = summed(b, b.binary("add", b.binary("mul", re, sin), b.binary("mul", im, cos)));
    return [joined(b, real, imaginary, x!, scale!)];
  },
  js: ([x], [y], [dim, inverse], [scale]) => {
    const n = x!.dims[dim!]!;
    eachLine(linesOf(x!.dims.slice(0, -1), dim!), (place) => {
      sums(
        n,
        n,
        inverse === 1 ? 1 : -1,
        (j) => [x!.data[2 * place(n, j)]!, x!.data[2 * place(n, j) + 1]!],
        (k, re, im) => {
          y!.data[2 * place(n, k)] = re * scale!;
          y!.data[2 * place(n, k) + 1] = im * scale!;
        },
      );
    });
  },
} as const satisfies KernelRow;

function rfftOf({ dtype, shape }: Shaped, dim: number): Shaped {
  return { dtype, shape: [...shape.with(dim, Math.floor(shape[dim]! / 2) + 1), 2] };
}

/** n real numbers to the first n / 2 + 1 complex ones; the others are their conjugates. */
export const rfft = {
  operands: ["x"],
  results: ["y"],
  attributes: ["dim"],
  scalars: ["scale"],
  kinds: ["float"],
  infer: ([x], [dim]) => [rfftOf(x!, dim!)],
  cpp: { run: "realTransform", check: "checkRfft", scratch: "rfftScratch", shared: "rfftShared" },
  compose: (b, [x], [dim], [scale]) => {
    const n = x!.shape[dim!]!;
    const { outer, inner } = linesOf(x!.shape, dim!);
    const half = Math.floor(n / 2) + 1;
    const values = b.cast(b.reshape(x!, [outer, n, 1, inner]), "float64");
    const [cos, sin] = waves(b, n, n, half, -1);
    const like = rfftOf(x!, dim!);
    return [
      joined(
        b,
        summed(b, b.binary("mul", values, cos)),
        summed(b, b.binary("mul", values, sin)),
        like,
        scale!,
      ),
    ];
  },
  js: ([x], [y], [dim], [scale]) => {
    const n = x!.dims[dim!]!;
    const half = Math.floor(n / 2) + 1;
    eachLine(linesOf(x!.dims, dim!), (place) => {
      sums(
        n,
        half,
        -1,
        (j) => [x!.data[place(n, j)]!, 0],
        (k, re, im) => {
          y!.data[2 * place(half, k)] = re * scale!;
          // What is its own conjugate is real.
          y!.data[2 * place(half, k) + 1] = (2 * k) % n === 0 ? 0 : im * scale!;
        },
      );
    });
  },
} as const satisfies KernelRow;

/** n / 2 + 1 complex numbers, of which the others are the conjugates, to `n` real ones: unscaled, backwards. */
export const irfft = {
  operands: ["x"],
  results: ["y"],
  attributes: ["dim", "n"],
  scalars: ["scale"],
  kinds: ["float"],
  infer: ([x], [dim, n]) => [{ dtype: x!.dtype, shape: x!.shape.slice(0, -1).with(dim!, n!) }],
  cpp: { run: "transformToReal", check: "checkIrfft", scratch: "irfftScratch", shared: "irfftShared" },
  compose: (b, [x], [dim, n], [scale]) => {
    const [re, im] = parts(b, x!, dim!);
    const half = re.shape[1]!;
    const [cos, sin] = waves(b, n!, half, n!, 1);
    // All but the first, and of an even number the middle one, stand for their conjugates too.
    const places = b.reshape(b.iota([half], "int32"), [half, 1, 1]);
    const isEnd = b.binary(
      "or",
      b.binary("eq", places, b.scalar(0, "int32")),
      b.binary("eq", b.binary("mul", places, b.scalar(2, "int32")), b.scalar(n!, "int32")),
    );
    const weight = b.select(isEnd, b.scalar(1, "float64"), b.scalar(2, "float64"));
    const imaginary = b.select(isEnd, b.scalar(0, "float64"), im);
    const terms = b.binary("sub", b.binary("mul", re, cos), b.binary("mul", imaginary, sin));
    const y = b.binary("mul", summed(b, b.binary("mul", terms, weight)), scale!);
    return [b.reshape(b.cast(y, x!.dtype), x!.shape.slice(0, -1).with(dim!, n!))];
  },
  js: ([x], [y], [dim, n], [scale]) => {
    const half = Math.floor(n! / 2) + 1;
    eachLine(linesOf(x!.dims.slice(0, -1), dim!), (place) => {
      sums(
        n!,
        n!,
        1,
        (j) => {
          const at = 2 * place(half, j < half ? j : n! - j);
          return [x!.data[at]!, (2 * j) % n! === 0 ? 0 : j < half ? x!.data[at + 1]! : -x!.data[at + 1]!];
        },
        (k, re) => (y!.data[place(n!, k)] = re * scale!),
      );
    });
  },
} as const satisfies KernelRow;
