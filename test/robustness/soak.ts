/**
 * `npm run soak -- [CELLS] [INTERRUPTS] [KILLS]`: a kernel that has a long day. Thousands of cells in one session, whose last hundred must
 * cost what the first hundred did; interrupts at random moments, after each of which the state is what it was; the session's process killed
 * in mid-cell, each time followed by a cell that works. Prints a table.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { LaunchedKernel } from "../../kernel/client/launch.js";
import { descendants } from "../../kernel/session/process-tree.js";
import type { Json } from "../../kernel/wire/message.js";
import { builtKernel } from "./built-kernel.js";
import { Chance } from "./chance.js";
import { withKernel } from "./with-kernel.js";

/** Seconds after which a cell counts as lost. */
const PATIENCE = 60;
const HUNDRED = 100;

/** What is measured, at the beginning and at the end. */
export type Row = Readonly<Record<string, string | number>>;
/** A row by what it is about. */
export type Table = Record<string, Row>;

export class Soak {
  readonly #kernel: LaunchedKernel;
  readonly #chance: Chance;

  private constructor(kernel: LaunchedKernel, seed: number) {
    this.#kernel = kernel;
    this.#chance = new Chance(seed);
  }

  static with<T>(
    seed: number,
    argv: readonly string[] | undefined,
    work: (soak: Soak) => Promise<T>,
  ): Promise<T> {
    return withKernel(argv, (kernel) => work(new Soak(kernel, seed)));
  }

  /** A notebook of a hundred cells, run again and again. Answers milliseconds a cell and megabytes of each process. */
  async cells(count: number): Promise<Table> {
    const times: number[] = [];
    let early: Map<string, number> | undefined;
    for (let i = 0; i < count; i++) {
      const started = performance.now();
      const { status } = await this.#execute(cellOf(i), {});
      times.push(performance.now() - started);
      assert.equal(status, "ok", `cell ${i}`);
      if (i === 2 * HUNDRED - 1) early = await this.#memory();
    }
    const late = await this.#memory();
    const first = median(times.slice(0, HUNDRED));
    const last = median(times.slice(-HUNDRED));
    const table: Table = {
      [`${count} cells, ms a cell (median)`]: { "first hundred": round(first), "last hundred": round(last) },
    };
    for (const [name, bytes] of early ?? []) {
      const end = late.get(name) ?? 0;
      table[`${count} cells, MB, ${name}`] = {
        "first hundred": Math.round(bytes / 1e6),
        "last hundred": Math.round(end / 1e6),
      };
    }
    return table;
  }

  /** Stops cells of every kind at random moments, before, in and after them; the state is asked for after each. */
  async interrupts(count: number): Promise<Table> {
    await this.#execute(`const kept = { count: 0, list: Array.from({ length: 1000 }, (_, i) => i) };`, {});
    let before = 0;
    let stopped = 0;
    const waits: number[] = [];
    for (let i = 0; i < count; i++) {
      const code = `kept.count++;\n${this.#chance.of([...ENDLESS, SHORT])}`;
      const running = this.#execute(code, {});
      await delay(this.#chance.below(40));
      const asked = performance.now();
      await this.#kernel.client.request("control", "interrupt_request", {});
      // An interrupt that came before the cell had begun has hit nothing; the cell runs on, and the next interrupt is for it.
      for (let ended = false; !ended;) {
        const reply = await Promise.race([running, delay(1_000)]);
        ended = reply !== undefined;
        if (!reply) await this.#kernel.client.request("control", "interrupt_request", {});
        else if (reply["status"] === "error") {
          assert.equal(
            reply["ename"],
            "Interrupted",
            `interrupt ${i}: ${JSON.stringify(reply).slice(0, 500)}`,
          );
          stopped++;
        }
      }
      waits.push(performance.now() - asked);
      const [now, sum] = JSON.parse(await this.#value("[kept.count, kept.list.reduce((a, b) => a + b)]")) as [
        number,
        number,
      ];
      assert.equal(sum, 499_500, `interrupt ${i}: the state is another`);
      assert.ok(now === before || now === before + 1, `interrupt ${i}: ${before} became ${now}`);
      before = now;
    }
    return {
      [`${count} interrupts, ms to the cell's end`]: {
        median: round(median(waits)),
        longest: round(Math.max(...waits)),
        stopped,
        "state kept": count,
      },
    };
  }

  /** Kills the session's process in the midst of a cell; the cell says so, and the next one works. */
  async kills(count: number): Promise<Table> {
    const { client } = this.#kernel;
    const waits: number[] = [];
    for (let i = 0; i < count; i++) {
      const pid = Number(await this.#value("process.pid"));
      const begun = new Promise<void>((resolve) => {
        client.onIopub = ({ header }) => {
          if (header.msg_type === "stream") resolve();
        };
      });
      const running = this.#execute(`console.log("begun");\n${this.#chance.of(ENDLESS)}`, {});
      await begun;
      await delay(this.#chance.below(20));
      const killed = performance.now();
      process.kill(pid, this.#chance.of(["SIGKILL", "SIGSEGV", "SIGABRT", "SIGBUS"] as const));
      const reply = await running;
      assert.equal(reply["ename"], "SessionDied", `kill ${i}: ${JSON.stringify(reply).slice(0, 500)}`);
      assert.equal(await this.#value("6 * 7"), "42", `kill ${i}`);
      waits.push(performance.now() - killed);
    }
    client.onIopub = () => undefined;
    return {
      [`${count} kills, ms to the next cell's end`]: {
        median: round(median(waits)),
        longest: round(Math.max(...waits)),
      },
    };
  }

  async #execute(code: string, expressions: Json): Promise<Json> {
    const request = this.#kernel.client.request("shell", "execute_request", {
      code,
      user_expressions: expressions,
    });
    const late = new AbortController();
    const reply = await Promise.race([request, delay(PATIENCE * 1_000, undefined, { signal: late.signal })]);
    late.abort();
    if (!reply) throw new Error(`no reply within ${PATIENCE} s to the cell\n${code}`);
    return reply.content;
  }

  /** text/plain of an expression's value. An interrupt that comes late may hit the question. */
  async #value(expression: string): Promise<string> {
    for (;;) {
      const reply = await this.#execute("", { value: expression });
      const { value } = (reply["user_expressions"] ?? {}) as Record<string, Json>;
      if (value?.["status"] === "ok") return String((value["data"] as Json)["text/plain"]);
      assert.equal(value?.["ename"] ?? "Interrupted", "Interrupted", JSON.stringify(value));
    }
  }

  /** Bytes in use by process: the session's heap after a collection, and the resident memory of the others. */
  async #memory(): Promise<Map<string, number>> {
    const code = `require("node:v8").setFlagsFromString("--expose-gc");
      const collect = require("node:vm").runInNewContext("gc"); collect(); collect();`;
    await this.#execute(code, {});
    const heap = Number(await this.#value("process.memoryUsage().heapUsed"));
    const session = Number(await this.#value("process.pid"));
    const found = new Map([
      ["session's heap", heap],
      ["session", resident(session)],
    ]);
    const pid = this.#kernel.process.pid!;
    found.set("kernel", resident(pid));
    for (const child of descendants(pid)) if (child !== session) found.set("language", resident(child));
    return found;
  }
}

/** Cells as people run them: new values of old names, functions, output, a display, an error of types now and then. */
function cellOf(i: number): string {
  const name = `value${i % HUNDRED}`;
  switch (i % 5) {
    case 0:
      return `const ${name} = ${i};\n${name} * 2`;
    case 1:
      return `let ${name} = [${i}, 2, 3].map((x) => x + 1);\nconsole.log(${name}.join());`;
    case 2:
      return `function ${name}(x: number) { return x + ${i}; }\n${name}(1)`;
    case 3:
      return `class ${name} { id = ${i}; }\ndisplay(new ${name}());`;
    default:
      return `const ${name} = tensor([${i}, 2, 3]).sum().item();\nawait Promise.resolve(${name})`;
  }
}

const ENDLESS = [
  "while (true);",
  "while (true) await null;",
  "await new Promise(() => {});",
  "for (let i = 0; ; i++) console.log(`line ${i}`);",
  "for (;;) { try { while (true); } catch {} finally { for (let i = 0; i < 1e9; i++); } }",
  "for (;;) await new Promise((done) => setTimeout(done, 1));",
  "const all: string[] = []; for (;;) { all.push(JSON.stringify({ all: all.length })); if (all.length > 1e4) all.length = 0; }",
];
/** Ends by itself: the interrupt comes between two cells. */
const SHORT = "void 0;";

function resident(pid: number): number {
  try {
    return 1_024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]);
  } catch {
    return Number.NaN;
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const round = (value: number): number => Math.round(value * 10) / 10;

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [cells = 10_000, interrupts = 1_000, kills = 200] = process.argv.slice(2).map(Number);
  const started = performance.now();
  const show = (table: Table): void => {
    console.log(`${((performance.now() - started) / 1_000).toFixed(0)} s`);
    console.table(table);
  };
  await Soak.with(1, builtKernel(), async (soak) => {
    show(await soak.cells(cells));
    show(await soak.interrupts(interrupts));
    show(await soak.kills(kills));
  });
}
