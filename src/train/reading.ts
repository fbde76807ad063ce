/**
 * Work that needs numbers of tensors on its way, such as an evaluation, written once for engines that are read at once and for those that
 * have to be awaited: a generator gives a tensor of one element, and goes on with its number.
 */
import type { Tensor } from "../tensor/tensor.js";
import { readsAtOnce } from "../tensor/reading.js";

export type Reading<Result> = Generator<Tensor, Result, number>;

/** Does the work with numbers that are read at once. @throws Error on an engine that computes asynchronously */
export function readAtOnce<Result>(work: Reading<Result>): Result {
  let next = work.next();
  try {
    while (next.done !== true) next = work.next(next.value.item());
  } finally {
    // After an error the work puts back what it has changed.
    work.return(undefined as Result);
  }
  return next.value;
}

/** Does the work on any engine. */
export async function readAwaiting<Result>(work: Reading<Result>): Promise<Result> {
  let next = work.next();
  try {
    while (next.done !== true) {
      const number = numberOf(next.value);
      next = work.next(typeof number === "number" ? number : await number);
    }
  } finally {
    work.return(undefined as Result);
  }
  return next.value;
}

/** The only element; a promise where the engine computes asynchronously. */
export function numberOf(scalar: Tensor): number | Promise<number> {
  return readsAtOnce(scalar) ? Number(scalar.item()) : scalar.data().then(([value]) => Number(value));
}
