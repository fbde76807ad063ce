/** What users read as a function's or a class's name is the one that it is exported by: in the sources and in all that is built. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import type { Tensor } from "../../src/index.js";

type Exports = Readonly<Record<string, unknown>>;

const runtimes = {
  sources: "../../src/index.js",
  "the bundle for Node": "../../dist/src/index.js",
  "the bundle for browsers": "../../dist/src/index.browser.js",
};

for (const [what, path] of Object.entries(runtimes)) {
  test(`${what}: every export bears its own name`, async () => {
    const runtime = (await import(new URL(path, import.meta.url).href)) as Exports;
    const functions = [...functionsIn(runtime)];
    assert.ok(functions.length > 150);
    // PyTorch has some functions under several names, of which one is shown.
    const isShown = new Set(
      functions.filter(([path, { name }]) => path.split(".").at(-1) === name).map(([, f]) => f),
    );
    assert.deepEqual(
      functions.filter(([, f]) => !isShown.has(f)).map(([path, { name }]) => [path, name]),
      [],
    );
  });

  test(`${what}: models, tensors, functions and errors print no other names`, async () => {
    const { nn, tensor, ...runtime } = (await import(
      new URL(path, import.meta.url).href
    )) as typeof import("../../src/index.js");
    class Net extends nn.Module {
      override forward(x: Tensor): Tensor {
        return x;
      }
    }
    const model = nn.sequential(new nn.Linear(1, 1), new nn.ELU(), new nn.GELU());
    assert.match(String(model), /\bELU\([^]*\bGELU\(/);
    assert.equal(inspect(nn.functional.relu), "[Function: relu]");
    assert.match(inspect(nn), /ReLU: \[class ReLU extends/);
    assert.doesNotMatch(inspect(nn, { depth: 0 }), /Getter/);
    assert.match(inspect(runtime.Tensor), /^\[class Tensor/);
    assert.match(inspect(Net), /^\[class Net extends Module\]/);
    assert.equal(tensor([1]).constructor.name, "Tensor");
    assert.equal(Object.getPrototypeOf(new Net()).constructor.name, "Net");
    assert.throws(
      () => tensor([1]).reshape([3]),
      ({ name, constructor }: Error) => name === constructor.name,
    );
  });
}

/** Functions and classes of a namespace and of those within it, with their paths. */
function* functionsIn(
  namespace: Exports,
  path: readonly string[] = [],
): Generator<[string, { name: string }]> {
  for (const [name, value] of Object.entries(namespace)) {
    const own = [...path, name];
    if (typeof value === "function") yield [own.join("."), value];
    else if (isNamespace(value)) yield* functionsIn(value, own);
  }
}

/** A module, or the plain object that a bundler makes of one. */
function isNamespace(value: unknown): value is Exports {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
