/** Special functions have the values of mpmath (test/golden/make_special.py), to the last digits of float64. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as functions from "../../src/primitives/special-functions.js";

const golden = JSON.parse(
  readFileSync(new URL("../golden/special.json", import.meta.url), "utf8"),
) as Readonly<Record<string, readonly (readonly (number | string)[])[]>>;

for (const [name, rows] of Object.entries(golden)) {
  test(`${name} has mpmath's values`, () => {
    const f = functions[name as "igamma"] as (...args: number[]) => number;
    for (const row of rows) {
      const args = row.slice(0, -1).map(Number);
      const expected = Number(row.at(-1));
      const y = f(...args);
      const bound =
        (name === "igammac" ? 4e-13 : 4e-14) * Math.abs(expected) + (/bessel|airy/.test(name) ? 4e-16 : 0);
      assert.ok(Math.abs(y - expected) <= bound, `${name}(${args.join(", ")}) is ${y}, mpmath's ${expected}`);
    }
  });
}
