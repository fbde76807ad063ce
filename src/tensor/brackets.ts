/**
 * `x[0]` of a tensor, which the types refuse. Where a value's type is any, JavaScript would answer undefined, and keep what is assigned as a
 * property that nobody reads; here the first and the last places say what to write. Loops over a tensor's elements meet them at once.
 */
import { Tensor } from "./core.js";

const places = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2];

/** An object of its own between tensors and Object.prototype, so that a tensor's members are its methods alone. */
const brackets: object = {};
for (const place of places)
  Object.defineProperty(brackets, place, {
    get(): never {
      throw new TypeError(`A tensor has no elements by number; write x.at(${place}) in place of x[${place}]`);
    },
    set(value: unknown): never {
      const method = value instanceof Tensor ? "copy_" : "fill_";
      throw new TypeError(
        `A tensor has no elements by number; write x.at(${place}).${method}(value) in place of x[${place}] = value`,
      );
    },
  });
Object.setPrototypeOf(Tensor.prototype, brackets);
