/**
 * The ways in which operations may be computed. A test of operations is run in all of them, and reads values by the functions of this file,
 * which await them, so that the same test serves an engine that computes elsewhere.
 */
import assert from "node:assert/strict";
import { after } from "node:test";
import { engine, useEngine } from "../../src/engine/current.js";
import type { EngineName } from "../../src/engine/engine.js";
import { setFusion } from "../../src/graph/run/run.js";
import { setNumThreads, type Tensor, type TypedArray } from "../../src/index.js";
import { engines } from "../engine/programs.js";

export interface Way {
  readonly engine: EngineName;
  /** Whether operations share kernels. */
  readonly fusing: boolean;
  readonly threads: number;
}

const usual = engine().name;

/** Each engine with fusion and without; the one that has threads with two and with one. Where kernels are composed one engine shows it. */
export const ways: readonly Way[] = (
  process.env["CELLGRAD_KERNELS"] === undefined
    ? [...engines.map(({ name }) => name), "reference" as const]
    : [usual]
).flatMap((name) => [
  { engine: name, fusing: true, threads: 2 },
  { engine: name, fusing: false, threads: 1 },
]);

function go({ engine: name, fusing, threads }: Way): void {
  useEngine(name);
  setNumThreads(threads);
  setFusion(fusing);
}

after(() => {
  useEngine(usual);
  setFusion(true);
});

/**
 * A test's body that is run in every way. Tensors are made within it: those of an engine that has to be awaited cannot be used by another.
 * @param readsAtOnce the operation needs values before it can go on, which an engine that has to be awaited refuses
 */
export function inEveryWay(body: () => Promise<void>, readsAtOnce = false): () => Promise<void> {
  return async () => {
    for (const way of ways) {
      go(way);
      try {
        if (readsAtOnce && isAwaited()) await assert.rejects(body, refusal);
        else await body();
      } catch (error) {
        const { engine: name, fusing, threads } = way;
        (error as Error).message =
          `${name}, ${fusing ? "fused" : "not fused"}, ${threads} threads: ${(error as Error).message}`;
        throw error;
      }
    }
  };
}

export const refusal = /computes asynchronously, so values cannot be read at once; use await x\.data\(\)/;

/** Whether the engine in use gives values only asynchronously. */
export function isAwaited(): boolean {
  return engine().readSync === undefined;
}

type Nested = number | boolean | Nested[];

/** What `tolist` gives. */
export async function listOf(t: Tensor): Promise<Nested> {
  const data = await t.data();
  let next = 0;
  const nest = (dim: number): Nested => {
    if (dim < t.ndim) return Array.from({ length: t.size(dim) }, () => nest(dim + 1));
    const element = data[next++]!;
    return t.dtype === "bool" ? element !== 0 : element;
  };
  return nest(0);
}

/** What `item` gives; of a bool tensor true or false. */
export async function itemOf<E extends number | boolean = number>(t: Tensor): Promise<E> {
  return (await listOf(t.reshape([]))) as E;
}

/** Does a check that asks for the elements of tensors on its way. */
export async function awaiting<Result>(check: Generator<Tensor, Result, TypedArray>): Promise<Result> {
  let next = check.next();
  while (next.done !== true) next = check.next(await next.value.data());
  return next.value;
}
