/**
 * `npm run fuzz -- [MESSAGES] [SEED]`: throws mutated messages at a real kernel. At intervals the kernel must answer on shell and control,
 * its heart must beat, what it publishes must be well signed, and the state of its session must be what the good messages made it:
 * every cell that was answered "ok" ran once, no cell ran that had no right to, and nothing else has changed.
 */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Dealer, Request, Subscriber } from "zeromq";
import { launchKernel, type LaunchedKernel } from "../../kernel/client/launch.js";
import { addressOf } from "../../kernel/transport/connection.js";
import { decode, type Json, type Message } from "../../kernel/wire/message.js";
import { Signer } from "../../kernel/wire/signer.js";
import { builtKernel } from "./built-kernel.js";
import { Chance } from "./chance.js";
import { isAnswered, type FuzzChannel } from "./drafts.js";
import { Mutations, type Shot } from "./mutations.js";

/** Seconds after which an answer counts as missing. */
const PATIENCE = 60;
/** Shots between two looks at the kernel. */
const ROUND = 250;
/** Characters of the kernel's log that are shown with a failure. */
const LOG = 4_000;
const CHANNELS: readonly FuzzChannel[] = ["shell", "control", "stdin"];
const PREPARE = `var ran: number[] = []; const kept = { answer: 42, text: "𨭎", list: [1, 2, 3] };`;
const STATE = `JSON.stringify([kept, "polluted" in {}, ran.splice(0)])`;
const KEPT = [{ answer: 42, text: "𨭎", list: [1, 2, 3] }, false];

export interface FuzzReport {
  readonly messages: number;
  /** Replies that came back. */
  readonly replies: number;
  /** Messages on iopub, all of them well signed. */
  readonly published: number;
  /** Cells that ran. */
  readonly cells: number;
}

export async function fuzz(
  messages: number,
  seed: number,
  argv?: readonly string[],
  onRound: (shots: number) => void = () => undefined,
): Promise<FuzzReport> {
  const kernel = await launchKernel({ cwd: import.meta.dirname, transport: "tcp", ...(argv && { argv }) });
  try {
    return await new Fuzz(kernel, seed).run(messages, onRound);
  } finally {
    await kernel.shutdown();
  }
}

class Fuzz {
  readonly #kernel: LaunchedKernel;
  readonly #seed: number;
  readonly #chance: Chance;
  readonly #mutations: Mutations;
  readonly #key: string;
  readonly #sockets: Readonly<Record<FuzzChannel, Dealer>>;
  readonly #iopub = new Subscriber({ receiveHighWaterMark: 0, linger: 0 });
  /** Ids of good requests that have no answer yet. */
  readonly #unanswered = new Set<string>();
  /** Numbers of cells that may run, and of those that were answered "ok". */
  readonly #mayRun = new Set<number>();
  readonly #mustRun = new Set<number>();
  /** Id → number of a good cell that has no answer yet. */
  readonly #cells = new Map<string, number>();
  /** The end of what the kernel has logged. */
  #log = "";
  #replies = 0;
  #published = 0;
  #ran = 0;

  constructor(kernel: LaunchedKernel, seed: number) {
    const { connection } = kernel;
    const signer = new Signer(connection.key, connection.signatureScheme);
    this.#kernel = kernel;
    this.#seed = seed;
    this.#chance = new Chance(seed);
    this.#key = connection.key;
    this.#mutations = new Mutations(this.#chance, signer);
    const dealer = (channel: FuzzChannel): Dealer => {
      const socket = new Dealer({
        routingId: "fuzz",
        sendHighWaterMark: 0,
        receiveHighWaterMark: 0,
        linger: 0,
      });
      socket.connect(addressOf(connection, channel));
      void this.#read(socket, (message) => this.#onReply(message));
      return socket;
    };
    this.#sockets = { shell: dealer("shell"), control: dealer("control"), stdin: dealer("stdin") };
    this.#iopub.subscribe();
    this.#iopub.connect(addressOf(connection, "iopub"));
    void this.#read(this.#iopub, () => this.#published++);
    kernel.process.stderr!.on(
      "data",
      (text: Buffer) => (this.#log = (this.#log + text.toString()).slice(-LOG)),
    );
  }

  async run(messages: number, onRound: (shots: number) => void): Promise<FuzzReport> {
    await this.#execute(PREPARE);
    for (let shots = 0; shots < messages;) {
      const round = Math.min(ROUND, messages - shots);
      for (let i = 0; i < round; i++) await this.#shoot(this.#mutations.next());
      await this.#noise();
      shots += round;
      try {
        await this.#look();
      } catch (error) {
        const where = `seed ${this.#seed}, among the messages ${shots - round + 1} to ${shots}`;
        throw new Error(`${where}: ${(error as Error).message}\n\nthe kernel's log ends with\n${this.#log}`);
      }
      onRound(shots);
    }
    for (const channel of CHANNELS) this.#sockets[channel].close();
    this.#iopub.close();
    return { messages, replies: this.#replies, published: this.#published, cells: this.#ran };
  }

  async #shoot(shot: Shot): Promise<void> {
    if (shot.run !== undefined && this.#runs(shot)) this.#mayRun.add(shot.run);
    if (shot.answered !== undefined) {
      const { msg_type: type } = JSON.parse(shot.frames[2]!.toString()) as Json;
      if (isAnswered(type)) this.#unanswered.add(shot.answered);
      if (shot.run !== undefined) this.#cells.set(shot.answered, shot.run);
    }
    await this.#sockets[shot.channel].send([...shot.frames]);
    // Cells that pile up are aborted together by the first that fails; some of them should have the time to run.
    if (shot.answered !== undefined && shot.run !== undefined && this.#chance.oneIn(2)) {
      for (let waited = 0; this.#cells.has(shot.answered) && waited < 1_000; waited += 5) await delay(5);
    }
  }

  /** Whether the kernel may run the cell of a shot: it is signed, complete, on shell, and still asks for this cell. */
  #runs({ channel, frames, run }: Shot): boolean {
    const at = frames.findIndex((frame) => frame.equals(Buffer.from("<IDS|MSG>")));
    const [signature, ...parts] = frames.slice(at + 1, at + 6);
    if (at < 0 || channel !== "shell" || parts.length < 4) return false;
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    if (signature!.toString() !== hmac.digest("hex")) return false;
    try {
      const [header, , , content] = parts.map((part) => JSON.parse(part.toString()) as Json);
      return header!["msg_type"] === "execute_request" && content!["code"] === `ran.push(${run!});`;
    } catch {
      return false;
    }
  }

  /** Bytes that are not even ZeroMQ's, on a connection of their own. */
  async #noise(): Promise<void> {
    const { shell } = this.#kernel.connection.ports;
    const socket = connect(shell, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    await new Promise<void>((resolve) =>
      socket.write(this.#chance.bytes(1 + this.#chance.below(500)), () => resolve()),
    );
    socket.destroy();
  }

  /** The kernel answers, and all is as it should be. */
  async #look(): Promise<void> {
    const { client } = this.#kernel;
    for (const channel of ["control", "shell"] as const) {
      await this.#inTime(client.request(channel, "kernel_info_request", {}), `kernel_info on ${channel}`);
    }
    await this.#inTime(this.#heartbeat(), "the heartbeat");
    // The kernel reads from all its clients in turn: what this one has sent may still be on its way.
    for (let waited = 0; this.#unanswered.size > 0 && waited < PATIENCE * 1_000; waited += 10)
      await delay(10);
    assert.deepEqual([...this.#unanswered], [], "good requests have no answer");
    const [kept, polluted, ran] = JSON.parse(await this.#execute(STATE)) as [unknown, unknown, number[]];
    assert.deepEqual([kept, polluted], KEPT, "the session's state has changed");
    for (const number of ran) {
      assert.ok(this.#mayRun.delete(number), `cell ${number} ran, or ran twice, without a right to`);
      this.#mustRun.delete(number);
    }
    this.#ran += ran.length;
    assert.deepEqual([...this.#mustRun], [], "cells were answered with ok and have not run");
    const { content } = await client.request("control", "list_subshell_request", {});
    for (const id of content["subshell_id"] as string[]) {
      await client.request("control", "delete_subshell_request", { subshell_id: id });
    }
  }

  /** Result of a cell behind all others. An interrupt on its way, or the error of a cell before it, may take it along: then once more. */
  async #execute(code: string): Promise<string> {
    for (;;) {
      const request = this.#kernel.client.request("shell", "execute_request", {
        code: "",
        store_history: false,
        user_expressions: { value: code.startsWith("var") ? "0" : code },
        ...(code.startsWith("var") && { code }),
      });
      const { content } = await this.#inTime(request, "a cell");
      const { value } = (content["user_expressions"] ?? {}) as Record<string, Json>;
      if (value?.["status"] !== "ok") continue;
      const text = String((value["data"] as Json)["text/plain"]);
      // A string as Node's inspect writes it; the state holds no quotes of its kind.
      return text.slice(1, -1);
    }
  }

  async #heartbeat(): Promise<void> {
    const socket = new Request({ linger: 0 });
    socket.connect(addressOf(this.#kernel.connection, "hb"));
    const beat = this.#chance.bytes(8);
    await socket.send(beat);
    const [echo] = await socket.receive();
    socket.close();
    assert.deepEqual(echo, beat);
  }

  #onReply({ header, parentHeader, content }: Message): void {
    if (header.msg_type === "input_request") return;
    this.#replies++;
    const id = String(parentHeader["msg_id"]);
    this.#unanswered.delete(id);
    const cell = this.#cells.get(id);
    this.#cells.delete(id);
    if (cell !== undefined && content["status"] === "ok") this.#mustRun.add(cell);
  }

  /** Reads with a memory of signatures of its own; what is not well signed fails the whole. */
  async #read(socket: Dealer | Subscriber, take: (message: Message) => void): Promise<void> {
    const { key, signatureScheme } = this.#kernel.connection;
    const signer = new Signer(key, signatureScheme);
    for await (const frames of socket) take(decode(frames, signer));
  }

  async #inTime<T>(work: Promise<T>, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`${what}: no answer within ${PATIENCE} s`)),
        PATIENCE * 1_000,
      );
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [messages = 100_000, seed = Date.now() % 1e9] = process.argv.slice(2).map(Number);
  console.log(`${messages} messages, seed ${seed}`);
  const started = performance.now();
  const report = await fuzz(messages, seed, builtKernel(), (shots) => {
    if (shots % 10_000 === 0)
      console.log(`  ${shots} (${((performance.now() - started) / 1_000).toFixed(0)} s)`);
  });
  console.table(report);
}
