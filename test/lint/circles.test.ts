import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { circles, FOLDERS, importedPaths, importsOf, INHERENT } from "./circles.js";

it("no file imports itself, however far around", () => {
  assert.deepEqual(circles(importsOf(FOLDERS)), []);
});

it("no file needs its own types, but for things that are described from two sides", () => {
  assert.deepEqual(circles(importsOf(FOLDERS, { types: true })), INHERENT);
});

describe("circles", () => {
  const edges = (text: Record<string, string[]>): Map<string, string[]> => new Map(Object.entries(text));

  it("are found whatever leads to them, one group each", () => {
    const graph = edges({ z: ["a"], a: ["b"], b: ["c"], c: ["a", "d"], d: ["e"], e: ["d"], f: ["f"] });
    assert.deepEqual(circles(graph), [["a", "b", "c"], ["d", "e"], ["f"]]);
  });

  it("are not two ways to one file", () => {
    assert.deepEqual(circles(edges({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] })), []);
  });

  it("are made of what is loaded before a module runs", () => {
    const text = `
      import type { A } from "./type.js";
      import { type B } from "./loaded.js";
      import { c } from "./value.js";
      import "./effect.js";
      import fs from "node:fs";
      export type { D } from "./other-type.js";
      export { e } from "./passed-on.js";
      const later = import("./later.js");`;
    assert.equal(importedPaths(text, { types: true }).length, 6);
    assert.deepEqual(importedPaths(text), ["./loaded.js", "./value.js", "./effect.js", "./passed-on.js"]);
  });
});
