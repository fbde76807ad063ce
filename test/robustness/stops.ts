/**
 * `npm run fuzz:stops -- [STOPS] [SEED]`: training is stopped at random moments, in loops of the user's and in `fit`, on both engines. After
 * each stop weights, the optimizer's state and the schedule are those after a whole number of steps, which is the number that was counted,
 * and going on from there gives the bits of the run that nobody stopped. As many stops come where gradients are off for a while.
 */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { LaunchedKernel } from "../../kernel/client/launch.js";
import type { Json } from "../../kernel/wire/message.js";
import { builtKernel } from "./built-kernel.js";
import { Chance } from "./chance.js";
import { BLOCKS, BY_HAND, DEFINITIONS } from "./stopped-cells.js";
import { withKernel } from "./with-kernel.js";

/** Steps of the run that nobody stops. */
const STEPS = 3_000;
/** A stop comes at most so long after the cell has begun, in milliseconds. */
const WITHIN_MS = 25;

export type Engine = "native" | "wasm";

/** What is evaluated within a step is no part of fit. */
function isForFit(training: string): boolean {
  return !training.includes("evaluate");
}

export class Stops {
  readonly #kernel: LaunchedKernel;
  readonly #chance: Chance;

  private constructor(kernel: LaunchedKernel, seed: number) {
    this.#kernel = kernel;
    this.#chance = new Chance(seed);
  }

  static with<T>(
    seed: number,
    argv: readonly string[] | undefined,
    work: (stops: Stops) => Promise<T>,
  ): Promise<T> {
    return withKernel(argv, (kernel) => work(new Stops(kernel, seed)));
  }

  /** Answers how many stops there were of each kind. */
  async run(engine: Engine, stops: number): Promise<Record<string, number>> {
    await this.#execute(`device("${engine}");\n${DEFINITIONS}`);
    const told: Record<string, number> = {};
    const each = Math.ceil(stops / (BY_HAND.length + BY_HAND.filter(isForFit).length));
    for (const training of BY_HAND) {
      await this.#execute(`record(${JSON.stringify(training)}, ${STEPS})`);
      for (let i = 0; i < each; i++) {
        await this.#execute("begin();");
        await this.#stop("go();");
        // What computes after its step may be stopped there, before the step is counted.
        const counted = isForFit(training) ? "done" : "undefined";
        await this.#check(counted, `${training}, by hand, stop ${i} of ${engine}`);
      }
      told[`${training}, by hand`] = each;
      if (!isForFit(training)) continue;
      for (let i = 0; i < each; i++) {
        await this.#execute("begin(); let history: any;");
        await this.#stop("history = await train.fit(now.model, loader as any, fitting());");
        const named = `${training}, fit, stop ${i} of ${engine}`;
        await this.#check("history?.loss.length ?? 0", named);
      }
      told[`${training}, fit`] = each;
    }
    return told;
  }

  /** Stops what changes the mode of gradients, or of the model, for a while. */
  async blocks(engine: Engine, stops: number): Promise<Record<string, number>> {
    await this.#execute(`device("${engine}");\n${DEFINITIONS}`);
    await this.#execute(`record(${JSON.stringify(BY_HAND[0])}, 60)`);
    for (let i = 0; i < stops; i++) {
      const block = BLOCKS[i % BLOCKS.length]!;
      await this.#execute("begin(); now.model.children()[0].eval(); now.modes[1] = false;");
      await this.#stop(block);
      const wrong = await this.#value(
        `!isGradEnabled() ? "gradients are off"
          : now.model.modules().some((m: any, i: number) => m.training !== now.modes[i]) ? "the model is in another mode"
          : (now.one(0), "")`,
      );
      assert.equal(wrong, "''", `${block}, stop ${i} of ${engine}`);
    }
    return { "with gradients off for a while": stops };
  }

  /** Runs code and stops it at a random moment. */
  async #stop(code: string): Promise<void> {
    const { client } = this.#kernel;
    const begun = new Promise<void>((resolve) => {
      client.onIopub = ({ header }) => {
        if (header.msg_type === "stream") resolve();
      };
    });
    const running = client.request("shell", "execute_request", { code: `console.log("begun");\n${code}` });
    await begun;
    await delay(this.#chance.next() * WITHIN_MS);
    await client.request("control", "interrupt_request", {});
    const { content } = await running;
    client.onIopub = () => undefined;
    if (content["status"] !== "ok")
      assert.equal(content["ename"], "Interrupted", JSON.stringify(content).slice(0, 2_000));
  }

  async #check(counted: string, what: string): Promise<void> {
    assert.equal(await this.#value(`check(${counted})`), "''", what);
  }

  async #execute(code: string, expressions: Json = {}): Promise<Json> {
    const request = { code, user_expressions: expressions };
    const { content } = await this.#kernel.client.request("shell", "execute_request", request);
    assert.equal(
      content["status"],
      "ok",
      `${code.slice(0, 200)}: ${JSON.stringify(content).slice(0, 2_000)}`,
    );
    return content;
  }

  /** text/plain of an expression's value. */
  async #value(expression: string): Promise<string> {
    const reply = await this.#execute("", { value: expression });
    const value = (reply["user_expressions"] as Record<string, Json>)["value"]!;
    assert.equal(value["status"], "ok", `${expression}: ${JSON.stringify(value).slice(0, 2_000)}`);
    return String((value["data"] as Json)["text/plain"]);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [stops = 1_000, seed = 1] = process.argv.slice(2).map(Number);
  for (const engine of ["native", "wasm"] as const)
    await Stops.with(seed, builtKernel(), async (each) => {
      console.log(engine, await each.run(engine, stops), await each.blocks(engine, stops));
    });
}
