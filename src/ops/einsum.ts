/**
 * Einstein summation: the letters of an equation name dims; a letter that the result lacks is summed over.
 *
 * Operands are combined two at a time, from left to right. For a pair, letters fall into four groups: shared and kept (batch), shared
 * and summed, only left, only right; permuted and flattened into these groups, the pair is one batched matrix product.
 */
import type { Tensor } from "../tensor/core.js";
import { formatShape } from "../tensor/shape.js";
import { matmul } from "./matmul.js";
import { permute, reshape } from "./movement.js";
import { checkTensor } from "./operand.js";
import { summable, sumDims } from "./reduce.js";
import { permutedView } from "./views.js";

interface Term {
  readonly x: Tensor;
  /** One letter a dim, none twice. */
  readonly letters: string;
}

const DOTS = "...";
/** Stand for the dims of "..."; no equation can contain them. */
const HIDDEN = "\u2460\u2461\u2462\u2463\u2464\u2465\u2466\u2467";

function parse(equation: string, tensors: readonly Tensor[]): { inputs: string[]; output: string } {
  const text = equation.replaceAll(" ", "");
  const [left, right, more] = text.split("->");
  if (more !== undefined) throw new Error(`einsum: "${equation}" has more than one ->`);
  const terms = left!.split(",");
  if (terms.length !== tensors.length) {
    throw new Error(
      `einsum: "${equation}" names ${terms.length} operand(s), got ${tensors.length} tensor(s)`,
    );
  }
  const widths = terms.map((term, i) => {
    const named = term.replace(DOTS, "").length;
    const rank = tensors[i]!.ndim;
    if (term.includes(DOTS) ? named > rank : named !== rank) {
      throw new Error(
        `einsum: operand ${i} is "${term}", but its shape is ${formatShape(tensors[i]!.shape)}`,
      );
    }
    return rank - named;
  });
  const most = Math.max(0, ...terms.map((term, i) => (term.includes(DOTS) ? widths[i]! : 0)));
  if (most > HIDDEN.length) throw new Error(`einsum: "..." stands for more than ${HIDDEN.length} dims`);
  const dots = HIDDEN.slice(0, most);
  const inputs = terms.map((term, i) => term.replace(DOTS, dots.slice(most - widths[i]!)));
  for (const letters of inputs) {
    if (!/^[A-Za-z\u2460-\u2467]*$/.test(letters))
      throw new Error(`einsum: cannot read "${letters}" in "${equation}"`);
  }
  let output: string;
  if (right === undefined) {
    const all = inputs.join("");
    const single = [...new Set(all)].filter(
      (c) => !HIDDEN.includes(c) && all.indexOf(c) === all.lastIndexOf(c),
    );
    output = dots + single.sort().join("");
  } else output = right.replace(DOTS, dots);
  for (const c of output) {
    if (!inputs.some((letters) => letters.includes(c))) {
      throw new Error(`einsum: "${c}" of the result stands in no operand of "${equation}"`);
    }
    if (output.indexOf(c) !== output.lastIndexOf(c))
      throw new Error(`einsum: "${c}" stands twice in the result`);
  }
  return { inputs, output };
}

/** A letter that stands twice in one operand means its diagonal. */
function withoutDoubles(x: Tensor, letters: string): Term {
  let term: Term = { x, letters };
  for (;;) {
    const chars = [...term.letters];
    const second = chars.findIndex((c, i) => chars.indexOf(c) !== i);
    if (second < 0) return term;
    const first = chars.indexOf(chars[second]!);
    const rest = chars.map((_, i) => i).filter((i) => i !== first && i !== second);
    const moved = permutedView(term.x, [...rest, first, second]);
    if (moved.size(-1) !== moved.size(-2)) {
      throw new Error(
        `einsum: "${chars[second]}" stands for sizes ${moved.size(-2)} and ${moved.size(-1)} of one operand`,
      );
    }
    term = { x: moved.diagonal(0, -2, -1), letters: [...rest.map((i) => chars[i]!), chars[first]!].join("") };
  }
}

function sizesOf(terms: readonly Term[], equation: string): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { x, letters } of terms) {
    [...letters].forEach((c, i) => {
      const n = x.shape[i]!;
      const known = sizes.get(c) ?? 1;
      if (known !== 1 && n !== 1 && known !== n) {
        throw new Error(`einsum: "${c}" stands for sizes ${known} and ${n} in "${equation}"`);
      }
      sizes.set(c, Math.max(known, n));
      if (n === 0) sizes.set(c, 0);
    });
  }
  return sizes;
}

/** Sums over the letters that neither the result nor a later operand has. */
function dropUnneeded(term: Term, needed: string): Term {
  const dims: number[] = [];
  [...term.letters].forEach((c, i) => {
    if (!needed.includes(c)) dims.push(i);
  });
  if (dims.length === 0) return term;
  return {
    x: sumDims(summable(term.x), dims, false),
    letters: [...term.letters].filter((c) => needed.includes(c)).join(""),
  };
}

/** Where one operand of integers was summed, which makes it int64, the other is brought to that too. */
function alike(a: Term, b: Term): [Term, Term] {
  const isWide = (term: Term) => term.x.dtype === "int64";
  if (isWide(a) === isWide(b)) return [a, b];
  return [
    { ...a, x: summable(a.x) },
    { ...b, x: summable(b.x) },
  ];
}

function multiply(a: Term, b: Term, needed: string, sizes: ReadonlyMap<string, number>): Term {
  const [left, right] = alike(dropUnneeded(a, needed + b.letters), dropUnneeded(b, needed + a.letters));
  const shared = [...left.letters].filter((c) => right.letters.includes(c));
  const batch = shared.filter((c) => needed.includes(c));
  const summed = shared.filter((c) => !needed.includes(c));
  const rows = [...left.letters].filter((c) => !shared.includes(c));
  const columns = [...right.letters].filter((c) => !shared.includes(c));
  const size = (letters: readonly string[]) => letters.reduce((n, c) => n * sizes.get(c)!, 1);
  const lined = (term: Term, order: readonly string[], shape: readonly number[]) => {
    const moved = permute(
      term.x,
      order.map((c) => term.letters.indexOf(c)),
    );
    const full = order.map((c) => (shared.includes(c) ? sizes.get(c)! : moved.shape[order.indexOf(c)]!));
    return reshape(moved.expand(full), shape);
  };
  const n = size(batch);
  const x = lined(left, [...batch, ...rows, ...summed], [n, size(rows), size(summed)]);
  const y = lined(right, [...batch, ...summed, ...columns], [n, size(summed), size(columns)]);
  const letters = [...batch, ...rows, ...columns];
  return {
    x: reshape(
      matmul(x, y),
      letters.map((c) => sizes.get(c)!),
    ),
    letters: letters.join(""),
  };
}

/** A list of letters' numbers, or "..." for the dims that broadcast. */
type Labels = readonly (number | "...")[];

/** The letter of a number: 0 to 51. */
function letterOf(label: number | "..."): string {
  if (label === DOTS) return DOTS;
  if (!Number.isInteger(label) || label < 0 || label >= 52)
    throw new RangeError(`einsum: expected labels from 0 to 51, or "...", got ${String(label)}`);
  return String.fromCharCode(label < 26 ? 65 + label : 97 + label - 26);
}

/** einsum(a, [0, 1], b, [1, 2], [0, 2]) as an equation and its operands. */
function fromLists(args: readonly (Tensor | Labels)[]): { equation: string; tensors: Tensor[] } {
  const tensors: Tensor[] = [];
  const terms: string[] = [];
  const pairs = Math.floor(args.length / 2);
  for (let i = 0; i < pairs; i++) {
    const [x, labels] = [args[2 * i], args[2 * i + 1]];
    checkTensor("einsum", x);
    if (!Array.isArray(labels)) throw new TypeError("einsum: expected a list of labels after each tensor");
    tensors.push(x);
    terms.push((labels as Labels).map(letterOf).join(""));
  }
  const output = args.length % 2 === 1 ? `->${(args.at(-1) as Labels).map(letterOf).join("")}` : "";
  return { equation: terms.join(",") + output, tensors };
}

/**
 * Sums of products over named dims (`torch.einsum`): `einsum("bik,bkj->bij", a, b)` is a batched matrix product, "ij->ji" a transpose,
 * "ii" a trace; "..." stands for dims that broadcast. Dims may also be numbered, as in `einsum(a, [0, 1], b, [1, 2], [0, 2])`.
 * @throws Error when the equation does not fit the shapes.
 */
export function einsum(equation: string, ...tensors: Tensor[]): Tensor;
export function einsum(equation: string, tensors: readonly Tensor[]): Tensor;
export function einsum(first: Tensor, labels: Labels, ...more: (Tensor | Labels)[]): Tensor;
export function einsum(first: string | Tensor, ...rest: unknown[]): Tensor {
  if (typeof first === "string") {
    const list = (rest.length === 1 && Array.isArray(rest[0]) ? rest[0] : rest) as readonly Tensor[];
    return summed(first, list);
  }
  if (typeof first !== "object")
    throw new TypeError('einsum: expected an equation such as "ij,jk->ik" first');
  const { equation, tensors } = fromLists([first, ...rest] as (Tensor | Labels)[]);
  return summed(equation, tensors);
}

function summed(equation: string, tensors: readonly Tensor[]): Tensor {
  tensors.forEach((t) => checkTensor("einsum", t));
  const { inputs, output } = parse(equation, tensors);
  const terms = tensors.map((x, i) => withoutDoubles(x, inputs[i]!));
  const sizes = sizesOf(terms, equation);
  let result = terms[0]!;
  for (let i = 1; i < terms.length; i++) {
    const later = terms.slice(i + 1).map((t) => t.letters);
    result = multiply(result, terms[i]!, output + later.join(""), sizes);
  }
  result = dropUnneeded(result, output);
  return permutedView(
    result.x,
    [...output].map((c) => result.letters.indexOf(c)),
  );
}
