/** `setPrintoptions` changes what is printed as torch.set_printoptions does. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, test } from "node:test";
import { type PrintOptions, setPrintoptions, tensor } from "../../src/index.js";

interface Golden {
  readonly values: Readonly<Record<string, readonly unknown[]>>;
  readonly cases: readonly { options: PrintOptions; name: string; text: string }[];
}

const golden = JSON.parse(
  readFileSync(new URL("../golden/printoptions.json", import.meta.url), "utf8"),
) as Golden;

afterEach(() => setPrintoptions({ profile: "default" }));

const numbers = (values: readonly unknown[]): unknown[] =>
  values.map((x) => (Array.isArray(x) ? numbers(x) : Number(x)));

for (const { options, name, text } of golden.cases)
  test(`${name} with ${JSON.stringify(options)} prints as in PyTorch`, () => {
    setPrintoptions(options);
    const dtype = name === "ints" ? "int64" : "float32";
    assert.equal(tensor(numbers(golden.values[name]!) as number[], { dtype }).toString(), text);
  });

test("what is not given stays, but for sciMode; by position too", () => {
  setPrintoptions(2, 10);
  setPrintoptions({ sciMode: true });
  assert.equal(tensor([1, 0.5]).toString(), "tensor([1.00e+00, 5.00e-01])");
  setPrintoptions({ edgeitems: 1 });
  assert.equal(tensor([1, 0.5]).toString(), "tensor([1.00, 0.50])");
  assert.equal(tensor(new Array<number>(11).fill(0.25)).toString(), "tensor([0.25,  ..., 0.25])");
});

test("what says nothing is refused", () => {
  assert.throws(() => setPrintoptions({ precision: 1.5 }), /precision as a whole number from 0 on, got 1.5/);
  assert.throws(() => setPrintoptions({ profile: "long" as "full" }), /profile as default, short, full/);
  assert.throws(() => setPrintoptions({ digits: 3 } as PrintOptions), /unknown option digits/);
});
