/** How a row of PyTorch's operator table is called here: by the contract, PyTorch's names in camelCase, keywords in one options object. */
import * as cellgrad from "../../../src/index.js";
import { type DType, Tensor, tensor } from "../../../src/index.js";
import type { Argument, Case, Said } from "../../golden/opdb.js";

/** Why a row is not there to call. */
export class Missing extends Error {}

export interface Form {
  /** As a user would write it, for messages. */
  readonly text: string;
  readonly call: (args: readonly unknown[], options: readonly object[]) => unknown;
}

const words: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0 };

export function numberOf(x: number | string): number {
  return typeof x === "number" ? x : (words[x] ?? Number(x));
}

/** The tensor that was recorded. */
export function made([shape, dtype, data]: Said): Tensor {
  const whole = data.some((x) => typeof x === "string" && !(x in words));
  const numbers = whole ? (data.map((x) => BigInt(x)) as never) : data.map(numberOf);
  return tensor(dtype === "bool" ? data.map((x) => x !== 0) : numbers, { dtype }).reshape([...shape]);
}

export function camel(name: string): string {
  return name.replace(/(?<=[A-Za-z0-9])_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The forms in which an operation is called: as a method, as a function, or both. @throws Missing */
export function formsOf(name: string): readonly Form[] {
  if (name === "__getitem__")
    return [{ text: "x.slice", call: ([x, index]) => (x as Tensor).slice(...(indices(index) as never[])) }];
  // x.slice is brackets here: what it takes along one dim stands in its place.
  if (name === "slice")
    return [
      {
        text: "x.slice",
        call: ([x, dim = 0, start = null, end = null, step = 1]) => {
          const part =
            start === null && end === null && step === 1 ? ":" : [start ?? 0, end ?? undefined, step];
          const before = new Array<string>(dim as number).fill(":");
          return (x as Tensor).slice(...([...before, part] as never[]));
        },
      },
    ];
  // The table has its first tensor where the method has it, and the list of operands first.
  if (name === "where") return [method("where")];
  // The table has the method in place under this name too.
  if (name === "normal")
    return [
      {
        text: "normal",
        call: (args, options) =>
          args[0] instanceof Tensor && typeof args[1] === "number" && args.length === 3
            ? method("normal_").call(args, options)
            : (cellgrad.normal as (...all: unknown[]) => unknown)(...args, ...options),
      },
    ];
  if (name === "special.polygamma")
    return [{ text: name, call: ([x, n]) => cellgrad.special.polygamma(n as number, x as Tensor) }];
  if (name === "einsum")
    return [
      {
        text: "einsum",
        call: ([list, equation]) => cellgrad.einsum(equation as string, ...(list as Tensor[])),
      },
    ];
  const path = name.split(".");
  const own = camel(path.pop()!);
  let space: object = cellgrad;
  for (const part of path) {
    const next = (space as Record<string, unknown>)[part];
    if (next === undefined) throw new Missing(`no ${path.join(".")}`);
    space = next as object;
  }
  if (path[0] === "fft" && OF_COMPLEX.has(own))
    return [
      {
        text: `fft.${own}`,
        // The table's inputs are real; complex numbers are a last dim of size 2 here.
        call: ([x, ...rest], options) =>
          (space as Record<string, (...all: unknown[]) => unknown>)[own]!(
            cellgrad.fft.complex(x as Tensor),
            ...rest,
            ...options,
          ),
      },
    ];
  const forms: Form[] = [];
  const f = (space as Record<string, unknown>)[own];
  if (typeof f === "function")
    forms.push({
      text: [...path, own].join("."),
      // The table has the weight of embeddings first and the n of polygamma second; the functions have them the other way round.
      call: (args, options) =>
        (f as (...all: unknown[]) => unknown)(
          ...(own.startsWith("embedding") || own === "polygamma"
            ? [args[1], args[0], ...args.slice(2)]
            : args),
          ...options,
        ),
    });
  if (path.length === 0) {
    const descriptor = Object.getOwnPropertyDescriptor(Tensor.prototype, own);
    if (descriptor?.get !== undefined)
      forms.push({ text: `x.${own}`, call: ([x]) => (x as Record<string, unknown>)[own] });
    else if (descriptor !== undefined) forms.push(method(own));
  }
  // What PyTorch has in place alone.
  if (forms.length === 0 && path.length === 0 && `${own}_` in Tensor.prototype) forms.push(method(`${own}_`));
  if (forms.length === 0) throw new Missing([...path, own].join("."));
  // What changes its tensor is given one that may be changed.
  return own.endsWith("_")
    ? forms.map(({ text, call }) => ({
        text,
        call: ([x, ...rest], options) => call([(x as Tensor).clone(), ...rest], options),
      }))
    : forms;
}

/** Transforms of complex numbers. */
const OF_COMPLEX = new Set([
  "fft",
  "ifft",
  "fft2",
  "ifft2",
  "fftn",
  "ifftn",
  "irfft",
  "irfft2",
  "irfftn",
  "hfft",
  "hfft2",
  "hfftn",
]);

export function method(own: string): Form {
  return {
    text: `x.${own}`,
    // The table changes copies in place.
    call: ([x, ...rest], options) =>
      (
        (own.endsWith("_") && (x as Tensor).requiresGrad ? (x as Tensor).clone() : x) as Record<
          string,
          (...all: unknown[]) => unknown
        >
      )[own]!(...rest, ...options),
  };
}

/** What the table calls with the product of two tensors, which gives matrices of a rank that is known. */
const OF_PRODUCTS = new Set(["linalg.pinv singular", "svd_lowrank", "pca_lowrank"]);

/** The arguments of a sample of `name` with these tensors in their places, and the options. */
export function argumentsOf(name: string, sample: Case, tensors: readonly Tensor[]): [unknown[], object[]] {
  const value = (x: Argument): unknown => {
    if (Array.isArray(x)) return x.map((y) => value(y as Argument));
    if (typeof x !== "object" || x === null) return x;
    const y = x as Exclude<Argument, number | string | boolean | null | readonly Argument[]>;
    if (y.t !== undefined) return tensors[y.t];
    if (y.n !== undefined) return numberOf(y.n);
    if (y.dtype !== undefined) return y.dtype as DType;
    return y;
  };
  const options = Object.entries(sample.kwargs ?? {}).map(([key, x]) => [camel(key), value(x)] as const);
  const args = sample.args.map(value);
  if (OF_PRODUCTS.has(sample.variant === undefined ? name : `${name} ${sample.variant}`)) {
    const [a, b] = args.splice(0, 2) as [Tensor, Tensor];
    args.unshift(a.matmul(b.mT));
  }
  return [args, options.length === 0 ? [] : [Object.fromEntries(options)]];
}

/** PyTorch's brackets in the words of `slice`. */
function indices(index: unknown): unknown[] {
  // A list of numbers alone is one index, as in Python's x[[1, 2]].
  const isOne = Array.isArray(index) && index.length > 0 && index.every((x) => typeof x === "number");
  const list = Array.isArray(index) && !isOne ? index : [index];
  return list.map((x: unknown) => {
    if (x === null) return "new";
    if (Array.isArray(x)) return tensor(x as number[], { dtype: "int32" });
    if (typeof x !== "object" || x instanceof Tensor) return x;
    if ("ellipsis" in x) return "...";
    const [start, end, step] = (x as { slice: readonly (number | null)[] }).slice;
    if (start === null && end === null && step === null) return null;
    return [start ?? 0, end ?? undefined, step ?? 1];
  });
}
