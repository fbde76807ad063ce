/**
 * Random programs of views and in-place changes, here and in PyTorch: `npm run fuzz:views -- [COUNT] [SEED]`. Needs PyTorch 2.13; PYTHON
 * names the interpreter that has it. A recorded part of these programs runs in test/autograd/views.test.ts.
 */
import { execFileSync } from "node:child_process";
import { difference, type ViewProgram } from "../golden/views.js";

const count = Number(process.argv[2] ?? 10_000);
const first = Number(process.argv[3] ?? Math.floor(Math.random() * 1e9));
const script = new URL("../golden/make_views.py", import.meta.url).pathname;

function programs(seed: number, n: number): ViewProgram[] {
  const text = execFileSync(process.env["PYTHON"] ?? "python3", [script, String(seed), String(n)], {
    encoding: "utf8",
    maxBuffer: 2 ** 30,
  });
  return JSON.parse(text) as ViewProgram[];
}

let seed = first;
let done = 0;
let differences = 0;
while (done < count) {
  const batch = programs(seed, Math.min(1000, count - done));
  for (const program of batch) {
    // Once read at the end, once after every step, once after some.
    for (const read of [() => false, () => true, (step: number) => (step + program.seed) % 3 === 0]) {
      const found = difference(program, read);
      if (found === null) continue;
      differences++;
      console.log(found);
      break;
    }
  }
  done += batch.length;
  seed = batch.at(-1)!.seed + 1;
  console.log(`${done} programs from seed ${first} on, ${differences} of them differ from PyTorch`);
}
process.exitCode = differences === 0 ? 0 : 1;
