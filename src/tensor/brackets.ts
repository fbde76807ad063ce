/**
 * Errors for `x[0]` and `x[0] = value`, which tensors do not have. The types refuse both; but where a value's type is any, JavaScript would
 * give undefined, or set a property that nobody reads. Here the first and the last indices throw and say what to write, which is enough: a
 * loop over elements begins with one of them.
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
