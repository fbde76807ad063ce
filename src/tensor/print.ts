/**
 * Tensors as text, as PyTorch prints them: four digits, scientific where magnitudes differ much, the middle of large tensors left out;
 * `setPrintoptions` says otherwise (print-options.ts).
 */
import { defineSymbol, type Tensor } from "./core.js";
import type { Elements } from "../primitives/elements.js";
import { type DType, isFloating } from "./dtype.js";
import { operation } from "./operation.js";
import { printOptions } from "./print-options.js";
import { readElements } from "./reading.js";
import { formatShape, sizeOf } from "./shape.js";
import type { Shape } from "./shape-types.js";

const PREFIX = "tensor(";

declare module "./core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The tensor as PyTorch prints it; reads the values. */
    toString(): string;
  }
}

/** JavaScript rounds exact halves up, Python to the even digit. */
function halfToEven(text: string, exact: string, cut: number): string {
  const tail = exact.slice(cut).replace(/e.*$/, "").replace(".", "");
  const last = text.slice(0, cut).at(-1)!;
  if (!/^50*$/.test(tail) || Number(last) % 2 === 0) return text;
  return text.slice(0, cut - 1) + String(Number(last) - 1) + text.slice(cut);
}

function nonFinite(x: number): string {
  return Number.isNaN(x) ? "nan" : x > 0 ? "inf" : "-inf";
}

/** Python's `f"{x:.4f}"`, for magnitudes below 1e21. */
export function toFixed(x: number, digits: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  if (Object.is(x, -0)) return `-${(0).toFixed(digits)}`;
  const text = x.toFixed(digits);
  // With no digits the point is missing too.
  return halfToEven(text, x.toFixed(60), text.length);
}

/** Python's `f"{x:.4e}"`: at least two digits of exponent. */
export function toExponential(x: number, digits: number): string {
  if (!Number.isFinite(x)) return nonFinite(x);
  const sign = x < 0 || Object.is(x, -0) ? "-" : "";
  const plain = Math.abs(x).toExponential(digits);
  const text = halfToEven(plain, Math.abs(x).toExponential(60), plain.indexOf("e"));
  return sign + text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** How all elements of one tensor are written. */
class Formatter {
  width = 1;
  private whole = true;
  private scientific = false;

  constructor(
    values: readonly (number | bigint)[],
    private readonly dtype: DType,
  ) {
    if (!isFloating(dtype)) {
      for (const v of values) this.width = Math.max(this.width, this.text(v).length);
      return;
    }
    const finite = values.map(Number).filter((v) => Number.isFinite(v) && v !== 0);
    if (finite.length === 0) return;
    let min = Infinity;
    let max = 0;
    for (const v of finite) {
      min = Math.min(min, Math.abs(v));
      max = Math.max(max, Math.abs(v));
      if (v !== Math.ceil(v)) this.whole = false;
    }
    const asked = max / min > 1000 || max > 1e8 || (!this.whole && min < 1e-4);
    this.scientific = printOptions.sciMode ?? asked;
    for (const v of finite) this.width = Math.max(this.width, this.text(v).length);
  }

  private text(v: number | bigint): string {
    if (this.dtype === "bool") return v ? "True" : "False";
    if (typeof v === "bigint" || !isFloating(this.dtype)) return String(v);
    if (this.scientific) return toExponential(v, printOptions.precision);
    if (!this.whole) return toFixed(v, printOptions.precision);
    return Number.isFinite(v) ? `${toFixed(v, 0)}.` : nonFinite(v);
  }

  format(v: number | bigint): string {
    return this.text(v).padStart(this.width);
  }
}

/** The first and the last positions along a dim; null stands for those left out. A dim may have more than an array can. */
export function edges(n: number, head: number, tail: number): (number | null)[] {
  const last = Array.from({ length: tail }, (_, i) => n - tail + i);
  return [...Array.from({ length: head }, (_, i) => i), null, ...last];
}

/** The positions that are shown along a dim. */
function shown(n: number, summarize: boolean): (number | null)[] {
  if (summarize && n > 2 * printOptions.edgeitems)
    return edges(n, printOptions.edgeitems, printOptions.edgeitems);
  return Array.from({ length: n }, (_, i) => i);
}

function collect(
  data: Elements,
  shape: Shape,
  dim: number,
  at: number,
  summarize: boolean,
  out: (number | bigint)[],
): void {
  if (dim === shape.length) {
    out.push(data[at]!);
    return;
  }
  const stride = sizeOf(shape.slice(dim + 1));
  for (const i of shown(shape[dim]!, summarize)) {
    if (i !== null) collect(data, shape, dim + 1, at + i * stride, summarize, out);
  }
}

function write(
  data: Elements,
  shape: Shape,
  dim: number,
  at: number,
  indent: number,
  summarize: boolean,
  how: Formatter,
): string {
  const rank = shape.length - dim;
  if (rank === 0) return how.format(data[at]!);
  const positions = shown(shape[dim]!, summarize);
  if (rank === 1) {
    const perLine = Math.max(1, Math.floor((printOptions.linewidth - indent) / (how.width + 2)));
    const items = positions.map((i) => (i === null ? " ..." : how.format(data[at + i]!)));
    const lines: string[] = [];
    for (let i = 0; i < items.length; i += perLine) lines.push(items.slice(i, i + perLine).join(", "));
    return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
  }
  const stride = sizeOf(shape.slice(dim + 1));
  const parts = positions.map((i) =>
    i === null ? "..." : write(data, shape, dim + 1, at + i * stride, indent + 1, summarize, how),
  );
  return `[${parts.join(`,${"\n".repeat(rank - 1)}${" ".repeat(indent + 1)}`)}]`;
}

/** Appends `, dtype=...` and the like, on a new line where the last one is full. */
function withSuffixes(text: string, suffixes: readonly string[]): string {
  const indent = PREFIX.length;
  let out = text;
  let length = text.length - text.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (length + suffix.length + 2 > printOptions.linewidth) {
      out += `,\n${" ".repeat(indent)}${suffix}`;
      length = indent + suffix.length;
    } else {
      out += `, ${suffix}`;
      length += suffix.length + 2;
    }
  }
  return `${out})`;
}

/** A shape as Python writes a tuple. */
function tuple(shape: Shape): string {
  return `(${shape.join(", ")})`;
}

/** The values in brackets, the middle of large tensors left out; lines after the first are indented. */
function valuesText(x: Tensor, indent: number): string {
  if (x.numel() === 0) return "[]";
  const data = readElements(x, "toString");
  const summarize = data.length > printOptions.threshold;
  const values: (number | bigint)[] = [];
  collect(data, x.shape, 0, 0, summarize, values);
  return write(data, x.shape, 0, 0, indent, summarize, new Formatter(values, x.dtype));
}

function toText(x: Tensor): string {
  const { shape, dtype } = x;
  const suffixes: string[] = [];
  const body = valuesText(x, PREFIX.length);
  if (x.numel() === 0) {
    if (x.ndim !== 1) suffixes.push(`size=${tuple(shape)}`);
    if (dtype !== "float32") suffixes.push(`dtype=${dtype}`);
  } else if (dtype !== "float32" && dtype !== "int64" && dtype !== "bool") suffixes.push(`dtype=${dtype}`);
  if (x._op !== null) suffixes.push(`grad_fn=<${x._op.name}>`);
  else if (x._requiresGrad) suffixes.push("requires_grad=True");
  return withSuffixes(PREFIX + body, suffixes);
}

operation("toString", toText);

// What console.log and Node's REPL look for.
defineSymbol("nodejs.util.inspect.custom", function () {
  return toText(this);
});

// What debuggers of JavaScript look for: one line, and what is shown below it.
defineSymbol("debug.description", function () {
  return `Tensor<${formatShape(this.shape)}, ${this.dtype}> ${valuesText(this, 0).replace(/\s+/g, " ")}`;
});
defineSymbol("debug.properties", function () {
  const { shape, dtype, requiresGrad, grad, gradFn } = this;
  const read = () => this.dataSync();
  return {
    ...{ shape, dtype, requiresGrad, grad, gradFn },
    /** Copied only when it is looked at. */
    get data() {
      return read();
    },
  };
});
