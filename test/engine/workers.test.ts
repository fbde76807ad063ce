/** Every thread of JavaScript has a runtime of its own: they compute at the same time and get the same bits. */
import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import { Worker } from "node:worker_threads";

import { engine } from "../../src/engine/current.js";
import { type Task, train } from "./training-worker.js";

/** A worker does not take over the loader that makes TypeScript of the tests run. */
const begin = `import("tsx/esm/api").then(({ register }) => (register(), import(${JSON.stringify(new URL("training-worker.ts", import.meta.url).href)})))`;

function start(task: Task): Worker {
  return new Worker(begin, { eval: true, workerData: task });
}

/** The next message for which `wanted` has an answer. */
async function message<T>(worker: Worker, wanted: (message: never) => T | undefined): Promise<T> {
  for (;;) {
    const [received] = (await once(worker, "message")) as [never];
    const found = wanted(received);
    if (found !== undefined) return found;
  }
}

const weights = (received: { weights?: Float32Array }) => received.weights;
const is = (text: string) => (received: unknown) => (received === text ? true : undefined);

test("four workers that train at once get the bits that the main thread gets, at any number of threads", async () => {
  const before = engine().numThreads;
  const workers = [1, 1, 2, 3].map((threads) => start({ task: "train", threads }));
  const trained = await Promise.all(workers.map((worker) => message(worker, weights)));
  const expected = train(2);
  engine().numThreads = before;
  for (const got of trained) assert.deepEqual(got, expected);
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test("a worker computes while others are in the midst of long runs, and each is stopped on its own", async (t) => {
  if (engine().name !== "native") return t.skip("only native runs are stopped by a flag");
  const flags = [0, 1].map(() => new Int32Array(new SharedArrayBuffer(4)));
  const long = flags.map((flag) => start({ task: "compute", flag }));
  await Promise.all(long.map((worker) => message(worker, is("computing"))));
  const short = start({ task: "train", threads: 2 });
  // If runs had to wait for one another, this would wait for runs that only end after it.
  const got = await message(short, weights);
  assert.ok(got.every(Number.isFinite));
  for (const [i, worker] of long.entries()) {
    const stopped = message(worker, is("stopped"));
    Atomics.store(flags[i]!, 0, 1);
    await stopped;
  }
  await Promise.all([...long, short].map((worker) => worker.terminate()));
});

test("a worker takes one processor unless it asks for more", async (t) => {
  if (engine().name !== "native") return t.skip("only the native engine has threads");
  const worker = start({ task: "train", threads: 1 });
  const description = await message(worker, (received: { began?: string }) => received.began);
  assert.match(description, /1 thread$/);
  await worker.terminate();
});
