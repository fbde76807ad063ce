/**
 * PyTorch as a peer: a Python process that evaluates expressions, see peer.py. The interpreter is the one of `npm run bench:setup`, or
 * CELLGRAD_BENCH_PYTHON names another that has PyTorch.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Request, Sample } from "./draw.js";

const venv = fileURLToPath(new URL("../../../bench/peers/.venv/bin/python", import.meta.url));
const python = process.env["CELLGRAD_BENCH_PYTHON"] ?? venv;
const script = fileURLToPath(new URL("./peer.py", import.meta.url));

/** A number as JSON can hold it. */
export type Word = number | "nan" | "inf" | "-inf" | "-0";

/** A tensor of PyTorch's. */
export interface Value {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly Word[];
}

export interface Computed {
  readonly outputs: readonly Value[];
  /** One for each input, null where it has none; null where nothing was differentiated. */
  readonly grads: readonly (readonly Word[] | null)[] | null;
}

/** With float16 or bfloat16 among the inputs there is also what float64 inputs give. */
export type Answer = (Computed & { readonly exact?: Computed }) | { readonly error: string };

export function wordOf(x: number): Word {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  return Object.is(x, -0) ? "-0" : x;
}

const special: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0 };

export function numberOf(word: Word): number {
  return typeof word === "string" ? special[word]! : word;
}

/** Whether an interpreter with PyTorch is there. */
export function hasTorch(): boolean {
  return spawnSync(python, ["-c", "import torch"], { stdio: "ignore" }).status === 0;
}

export const howToGetTorch = `no PyTorch in ${python}: run \`npm run bench:setup\`, or name a Python that has it in CELLGRAD_BENCH_PYTHON`;

export class Peer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    this.#process = spawn(python, [script]);
    this.#process.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Answers in the order of the requests. */
  async ask(requests: readonly Request[]): Promise<Answer[]> {
    const text = requests.map(({ torch, inputs }) => JSON.stringify({ torch, inputs: inputs.map(encode) }));
    this.#process.stdin.write(text.join("\n") + "\n");
    const answers: Answer[] = [];
    while (answers.length < requests.length) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`the PyTorch peer ended at ${text[answers.length]}`);
      answers.push(JSON.parse(value) as Answer);
    }
    return answers;
  }

  close(): void {
    this.#process.stdin.end();
  }
}

function encode({ dtype, shape, data }: Sample): object {
  return { dtype, shape, data: data.map(wordOf) };
}
