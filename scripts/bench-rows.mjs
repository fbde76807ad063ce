/**
 * `npm run bench -- rows`: training steps, answers and operations on cellgrad and its peers. All are started once; each row is measured in turns,
 * a fifth of the time for one, then for the next, so that whatever else the machine does meets them all alike.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const TURNS = 5;

/** A program that measures rows; it is asked by lines of JSON and answers with lines of JSON. */
export class Contender {
  constructor({ peer, threads, command, args, env }) {
    Object.assign(this, { peer, threads });
    const stdio = ["pipe", "pipe", "inherit"];
    this.process = spawn(command, args, { cwd: root, stdio, env: { ...process.env, ...env } });
    // One that has ended is noticed by its answers.
    this.process.stdin.on("error", () => undefined);
    this.ended = new Promise((resolve) => this.process.once("close", resolve));
    this.lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();
  }

  /** Its answer, or nothing if it ended. */
  async ask(what) {
    this.process.stdin.write(`${JSON.stringify(what)}\n`);
    const { value } = await this.lines.next();
    return value === undefined ? undefined : JSON.parse(value);
  }

  end() {
    this.process.stdin.end();
    return this.ended;
  }
}

export const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

/** What runs the rows; peers that are not installed are named by `missing`. */
export function contenders(python, missing) {
  const outfile = join(root, "build", "bench", "rows.mjs");
  const entryPoints = [join(root, "bench", "rows.ts")];
  buildSync({ entryPoints, outfile, bundle: true, format: "esm", platform: "node", packages: "external" });
  const own = { command: process.execPath, args: [outfile] };
  const found = [
    { peer: "cellgrad", threads: 2, ...own, env: { CELLGRAD_ENGINE: "native" } },
    { peer: "cellgrad (wasm)", threads: 1, ...own, env: { CELLGRAD_ENGINE: "wasm" } },
  ];
  const peers = join(root, "bench", "peers");
  const inPeers = (file) => [join(peers, file)];
  if (existsSync(python)) {
    const torch = { peer: "PyTorch", command: python, args: inPeers("rows_torch.py") };
    found.push({ ...torch, threads: 1 }, { ...torch, threads: 2 });
    found.push({ peer: "TensorFlow", threads: 2, command: python, args: inPeers("rows_tensorflow.py") });
  } else missing.push("PyTorch and TensorFlow: not installed (npm run bench:setup)");
  const script = (peer, name, file) =>
    existsSync(join(peers, "node_modules", name))
      ? found.push({ peer, threads: 1, command: process.execPath, args: inPeers(file) })
      : missing.push(`${peer}: not installed (npm run bench:setup)`);
  script("TensorFlow.js", "@tensorflow/tfjs", "rows_tfjs.mjs");
  script("jax-js", "@jax-js/jax", "rows_jaxjs.mjs");
  return found;
}

/** GFLOP/s of multiply-adds in registers alone: of one thread, and of two at once. */
export function measurePeak() {
  const folder = join(root, "build", "bench");
  mkdirSync(folder, { recursive: true });
  const program = join(folder, "peak");
  const source = join(root, "bench", "peak.cpp");
  const compiler = process.env.CXX ?? "c++";
  const { status } = spawnSync(
    compiler,
    ["-O3", "-march=native", "-std=c++17", "-pthread", source, "-o", program],
    {
      stdio: "inherit",
    },
  );
  if (status !== 0) return undefined;
  return JSON.parse(spawnSync(program, [], { encoding: "utf8" }).stdout);
}

/**
 * Measures the rows whose names contain `only`; a line for each row and contender. With `oneThread` everything runs on one thread, and what counts is
 * the processor's time, which other programs do not lengthen.
 */
export async function measureRows({ python, seconds, only, oneThread, missing }) {
  const running = contenders(python, missing)
    .filter(({ peer, threads }) => !oneThread || threads === 1 || peer === "cellgrad")
    .map((each) => new Contender({ ...each, threads: oneThread ? 1 : each.threads }));
  const clock = oneThread ? { clock: "processor" } : {};
  const results = [];
  const { names } = await running[0].ask({ list: true });
  for (const name of names.filter((each) => each.includes(only))) {
    process.stderr.write(`  measuring ${name} …\n`);
    const ready = [];
    for (const contender of running)
      if ((await contender.ask({ begin: name, threads: contender.threads, ...clock }))?.ready)
        ready.push([contender, []]);
    for (let turn = 0; turn < TURNS; turn++)
      for (const [contender, samples] of ready)
        samples.push(...((await contender.ask({ measure: seconds / TURNS }))?.us ?? []));
    for (const [{ peer, threads }, samples] of ready) {
      samples.sort((a, b) => a - b);
      const [us, low, high] = [0.5, 0.25, 0.75].map((q) => quantile(samples, q));
      results.push({ name, peer, threads, us, low, high });
    }
  }
  await Promise.all(running.map((each) => each.end()));
  return results;
}
