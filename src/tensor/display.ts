/**
 * A tensor as the result of a cell: a small table with shape, dtype and statistics, and the text beside it.
 */
import { element, type Content, type Markup } from "../../html/writer.js";
import { defineSymbol, type Tensor } from "./core.js";
import { type DType, isFloating } from "./dtype.js";
import { edges } from "./print.js";
import { readNumbers } from "./reading.js";
import { formatShape } from "./shape.js";

const HEAD = 5;
const TAIL = 3;
const BINS = 24;

/** Positions along a dim of the table; null stands for those left out. */
function shown(n: number): (number | null)[] {
  return n > HEAD + TAIL + 1 ? edges(n, HEAD, TAIL) : Array.from({ length: n }, (_, i) => i);
}

function number(x: number, dtype: DType): string {
  if (dtype === "bool") return x ? "True" : "False";
  if (!isFloating(dtype) || !Number.isFinite(x)) return String(x);
  const magnitude = Math.abs(x);
  return magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)
    ? x.toExponential(3)
    : String(Number(x.toPrecision(5)));
}

interface Statistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  readonly nonFinite: number;
  /** Counts of the finite values between min and max. */
  readonly bins: readonly number[];
}

function statistics(data: ArrayLike<number>): Statistics {
  let min = Infinity;
  let max = -Infinity;
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < data.length; i++) {
    const v = data[i]!;
    if (!Number.isFinite(v)) continue;
    n++;
    min = Math.min(min, v);
    max = Math.max(max, v);
    const delta = v - mean;
    mean += delta / n;
    squares += delta * (v - mean);
  }
  const bins = new Array<number>(BINS).fill(0);
  if (max > min) {
    for (let i = 0; i < data.length; i++) {
      const v = data[i]!;
      if (Number.isFinite(v)) bins[Math.min(BINS - 1, Math.floor(((v - min) / (max - min)) * BINS))]!++;
    }
  }
  return {
    min,
    max,
    mean,
    std: n > 1 ? Math.sqrt(squares / (n - 1)) : NaN,
    nonFinite: data.length - n,
    bins,
  };
}

function histogram(bins: readonly number[]): Content {
  const top = Math.max(...bins);
  if (top === 0) return "";
  const bars = bins.map((count, i) => {
    const height = count === 0 ? 0 : Math.max(1, Math.round((count / top) * 20));
    return element("rect", { x: i * 4, y: 20 - height, width: 3, height });
  });
  const style = { "vertical-align": "middle" };
  return element("svg", { width: BINS * 4, height: 20, style, fill: "currentColor", opacity: 0.6 }, bars);
}

/** The last two dims, of the first entry along the others. */
function table(x: Tensor, data: ArrayLike<number>): Content {
  const { shape, dtype } = x;
  if (x.numel() === 0) return "";
  const columns = shape.at(-1) ?? 1;
  const rows = shape.length < 2 ? 1 : shape.at(-2)!;
  const style = { "text-align": "right" };
  const cell = (text: string) => element("td", { style }, text);
  const body = shown(rows).map((r) => {
    const cells = shown(columns).map((c) => {
      if (r === null) return cell(c === null ? "⋱" : "⋮");
      return cell(c === null ? "…" : number(data[r * columns + c]!, dtype));
    });
    const label = shape.length < 2 ? "" : element("th", {}, r === null ? "⋮" : r);
    return element("tr", {}, [label, cells]);
  });
  const head = shown(columns).map((c) => element("th", { style }, c === null ? "…" : c));
  const corner = shape.length < 2 ? "" : element("th", {}, "");
  const top = shape.length === 0 ? "" : element("thead", {}, element("tr", {}, [corner, head]));
  const lead = shape.length > 2 ? element("div", {}, `[${shape.slice(0, -2).fill(0).join(", ")}]`) : "";
  return [lead, element("table", {}, [top, element("tbody", {}, body)])];
}

function html(x: Tensor): Markup {
  const data = readNumbers(x, "display");
  const facts: Content[] = [`Tensor ${formatShape(x.shape)}`, x.dtype as string];
  if (x.gradFn !== null) facts.push(x.gradFn.name);
  else if (x.requiresGrad) facts.push("requires grad");
  let bar: Content;
  if (data.length > 1 && x.dtype !== "bool") {
    const s = statistics(data);
    if (s.nonFinite < data.length) {
      facts.push(
        `min ${number(s.min, x.dtype)}`,
        `mean ${number(s.mean, "float32")}`,
        `max ${number(s.max, x.dtype)}`,
      );
      facts.push(`std ${number(s.std, "float32")}`);
    }
    if (s.nonFinite > 0) facts.push(element("b", {}, `${s.nonFinite} not finite`));
    if (isFloating(x.dtype) && data.length > BINS) bar = [" ", histogram(s.bins)];
  }
  const line = facts.map((fact, i) => (i === 0 ? fact : [" · ", fact]));
  return element("div", { class: "cellgrad-tensor" }, [element("div", {}, [line, bar]), table(x, data)]);
}

// The MIME bundle that Jupyter kernels for JavaScript show.
defineSymbol("Jupyter.display", function () {
  return { "text/plain": this.toString(), "text/html": String(html(this)) };
});

// `%time` and `%timeit` call this, so that they measure the computation too and not its recording alone.
defineSymbol("cellgrad.evaluate", function () {
  readNumbers(this, "a value");
});
