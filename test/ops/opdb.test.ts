/**
 * What PyTorch's own operator table says of its operations holds here: values, dtypes, shapes, gradients, second derivatives, forms in place
 * and refusals. Where one differs, known.ts says why.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { engine, useEngine } from "../../src/engine/current.js";
import { engines } from "../engine/programs.js";
import { names, type Operation, readOperation } from "../golden/opdb.js";
import { type Fault, judge } from "../robustness/opdb/judge.js";
import { known } from "../robustness/opdb/known.js";
import { refusal } from "./ways.js";

const usual = engine().name;
after(() => {
  useEngine(usual);
});

/** What is known to differ. */
function faultsOf(name: string): readonly Fault[] {
  return [known[name]?.fault ?? []].flat();
}

/** What differs and is not known, a line each. */
async function unknownFaults(operation: Operation): Promise<string[]> {
  const name = operation.operation;
  const expected = faultsOf(name);
  return (await judge(operation, 20))
    .filter(({ fault, text }) => !expected.includes(fault) && !refusal.test(text))
    .map(({ fault, text }) => `${name}: ${fault}: ${text}`);
}

await test("all that is recorded of each operation is PyTorch's, but for what is known", async () => {
  const faults: string[] = [];
  for (const name of names) faults.push(...(await unknownFaults(readOperation(name))));
  assert.deepEqual(faults, []);
});

await test("what is known to differ still does; otherwise take it out of known.ts", async () => {
  for (const name of Object.keys(known)) {
    assert.ok(names.includes(name), `${name} is no operation of the table`);
    const findings = await judge(readOperation(name), 20);
    for (const fault of faultsOf(name)) {
      assert.ok(
        findings.some((finding) => finding.fault === fault),
        `${name} is right now`,
      );
    }
  }
});

for (const name of [...engines.map((each) => each.name), "reference" as const].filter(
  (one) => one !== usual,
)) {
  await test(`the first samples of each operation are PyTorch's on the engine ${name}`, async () => {
    useEngine(name);
    const faults: string[] = [];
    for (const one of names) {
      const { cases, ...rest } = readOperation(one);
      // Refusals come from the recording, which no engine sees.
      faults.push(...(await unknownFaults({ ...rest, cases: cases.slice(0, 2), refused: [] })));
    }
    assert.deepEqual(faults, []);
  });
}
