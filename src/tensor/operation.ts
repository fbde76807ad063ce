/**
 * How an operation becomes a method of tensors. Its implementation is written once, as a function whose first parameter is the tensor: the
 * library calls that, users call the method, and the compiler checks it against the method's declaration (docs/adding-an-operation.md).
 */
import { inOperation } from "../graph/record/make.js";
import { Tensor } from "./core.js";
import type { Shape } from "./shape-types.js";
import { isOptions, reader } from "./signature.js";

/** Names of the methods that are declared by merging into the class. */
export type Method = {
  [K in keyof Tensor]: Tensor[K] extends (...args: never[]) => unknown ? K : never;
}[keyof Tensor] &
  string;

/** The overloads of a method, up to three: of each the parameters and the result, with shapes that are not known. */
type Overloads<M> = M extends {
  (...args: infer A1): infer R1;
  (...args: infer A2): infer R2;
  (...args: infer A3): infer R3;
}
  ? [A1, R1] | [A2, R2] | [A3, R3]
  : never;

/** What the overloads have as parameter number `I`. */
type Parameter<O, I extends string> = O extends [infer A, unknown]
  ? I extends keyof A
    ? A[I]
    : undefined
  : never;

/**
 * A function that can be called with the parameters of every overload, and has one of their results. Nothing is spread: a method has at most
 * four parameters.
 */
type Implementation<O> = [O] extends [[unknown[], infer R]]
  ? (x: Tensor, a: Parameter<O, "0">, b: Parameter<O, "1">, c: Parameter<O, "2">, d: Parameter<O, "3">) => R
  : never;

/** What an implementation gets where a user may write an object of names instead. */
type ByPosition<T> = T extends Tensor | readonly unknown[] | ((...args: never[]) => unknown)
  ? T
  : T extends object
    ? never
    : T;

/** As `Implementation`, after names were brought to their positions. */
type PositionalImplementation<O> = [O] extends [[unknown[], infer R]]
  ? (
      x: Tensor,
      a: ByPosition<Parameter<O, "0">>,
      b: ByPosition<Parameter<O, "1">>,
      c: ByPosition<Parameter<O, "2">>,
      d: ByPosition<Parameter<O, "3">>,
    ) => R
  : never;

/**
 * What implements each method. Tables, so that the compiler looks up one method where it is known, and never computes what holds of all of them.
 */
type Implementations = { [K in Method]: Implementation<Overloads<Tensor[K]>> };
type PositionalImplementations = { [K in Method]: PositionalImplementation<Overloads<Tensor[K]>> };

/** What implements the method `K`. */
export type ImplementationOf<K extends Method> = Implementations[K];

type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;

/** Functions with these parameters and results as one overloaded function of tensors. */
type Overloaded<O> = (
  O extends [infer A extends unknown[], infer R] ? (f: (x: Tensor, ...args: A) => R) => void : never
) extends (f: infer F) => void
  ? F
  : never;

type Functions = {
  [K in Method]: true extends IsUnion<Overloads<Tensor[K]>>
    ? Overloaded<Overloads<Tensor[K]>>
    : <S extends Shape>(x: Tensor<S>, ...args: Overloads<Tensor<S>[K]>[0]) => Overloads<Tensor<S>[K]>[1];
};

/** A method as a function whose first parameter is the tensor. */
export type FunctionOf<K extends Method> = Functions[K];

/** Functions made in an argument have no name of their own, by which notebooks and errors show them. */
export function setName(f: (...args: never[]) => unknown, name: string): void {
  Object.defineProperty(f, "name", { value: name, configurable: true });
}

/** Adds a method to tensors; `operation` and its like check what it does. @internal */
export function addMethod(name: Method, method: (this: Tensor, ...args: never[]) => unknown): void {
  setName(method, name);
  Object.defineProperty(Tensor.prototype, name, { value: method, writable: true, configurable: true });
}

/** An operation: the method `name` as it is declared, and the function that it calls with the tensor first. */
export function operation<K extends Method>(name: K, implementation: ImplementationOf<K>): FunctionOf<K>;
/** An operation whose parameters, all of which the implementation takes by position, users may give by name too. */
export function operation<K extends Method>(
  name: K,
  signature: "" | `${string}|`,
  implementation: PositionalImplementations[K],
): FunctionOf<K>;
/**
 * An operation whose parameters users may give by position and by name (signature.ts). The implementation takes them as its own declaration
 * says, which is also how the library calls it.
 */
export function operation<K extends Method, A extends unknown[], R>(
  name: K,
  signature: string,
  implementation: (x: Tensor, ...args: A) => R,
): (x: Tensor, ...args: A) => R;
export function operation(name: Method, a: unknown, b?: unknown): unknown {
  const implementation = (typeof a === "string" ? b : a) as (...args: unknown[]) => unknown;
  addByName(name, typeof a === "string" ? a : null, implementation as never);
  if (implementation.name === "") setName(implementation, name);
  return implementation;
}

/** Adds the method, which reads its arguments by the signature where there is one and they do not have the implementation's form already. */
function addByName(
  name: Method,
  signature: string | null,
  f: (x: Tensor, a: unknown, b: unknown, c: unknown, d: unknown) => unknown,
): void {
  if (signature === null) {
    addMethod(name, function (a, b, c, d) {
      try {
        return f(this, a, b, c, d);
      } catch (error) {
        throw inOperation(name, error);
      }
    });
    return;
  }
  const read = reader(name, signature);
  if (signature === "") {
    // What a list's map hands over beside the tensor does no harm, but an option would be lost in silence.
    addMethod(name, function (this: Tensor, a: unknown) {
      if (isOptions(a)) read([a]);
      return (f as (x: Tensor) => unknown)(this);
    } as never);
    return;
  }
  const takesOne = /^[^|]*[a-z][^|]*\|/i.test(signature);
  addMethod(name, function (this: Tensor, ...args: unknown[]) {
    const call = f as (...all: unknown[]) => unknown;
    const first = args[0];
    try {
      // The usual call is not read: it is as fast as one without a signature.
      if (args.length === 0) return call(this);
      if (args.length === 1 && takesOne && (typeof first !== "object" || first instanceof Tensor))
        return call(this, first);
      return call(this, ...read(args));
    } catch (error) {
      throw inOperation(name, error);
    }
  } as never);
}

/** What a method takes any number of, by each of its overloads. */
type Listed<M> = M extends {
  (...list: (infer E1)[]): unknown;
  (...list: (infer E2)[]): unknown;
}
  ? readonly (E1 | E2)[]
  : never;

/**
 * As `operation`, for a method that takes any number of arguments: the implementation takes them as a list.
 * @param key the option by which the list may be given too: x.permute({ dims: [1, 0] })
 */
export function variadic<K extends Method>(
  name: K,
  implementation: (x: Tensor, list: Listed<Tensor[K]>) => ReturnType<Tensor[K]>,
  key?: string,
): void {
  const read = key === undefined ? null : reader(name, `${key} |`);
  addMethod(name, function (...list: readonly unknown[]) {
    const isNamed = read !== null && list.length === 1 && isOptions(list[0]);
    return implementation(this, (isNamed ? [read(list)[0]] : list) as never);
  });
}

/** As `operation`, for a property that is computed from the tensor. */
export function property<K extends keyof Tensor & string>(
  name: K,
  compute: (x: Tensor) => Tensor[K],
): (x: Tensor) => Tensor[K] {
  Object.defineProperty(Tensor.prototype, name, {
    get(this: Tensor) {
      return compute(this);
    },
    configurable: true,
  });
  return compute;
}
