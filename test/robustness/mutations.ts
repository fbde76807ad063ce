/**
 * What may happen to a message between a good client and the kernel: fields of other types, JSON that is none, frames lost and added,
 * signatures wrong or used before, the wrong channel. Each keeps to what can be had again from the seed.
 */
import type { Signer } from "../../kernel/wire/signer.js";
import type { Chance } from "./chance.js";
import { draft, executeDraft, ODD_TEXTS, type Draft, type FuzzChannel } from "./drafts.js";

export interface Shot {
  readonly channel: FuzzChannel;
  readonly frames: readonly Buffer[];
  /** Id of a message that was left as it was, and has to be answered. */
  readonly answered?: string;
  /** The number that its cell adds to `ran`. */
  readonly run?: number;
}

const DELIMITER = Buffer.from("<IDS|MSG>");
/** Stands for a value that is nested so deeply that it cannot be made by JSON.stringify. */
const DEEP = "@deep@";
const DEPTH = 20_000;

const ODD_VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 31, -(2 ** 53), 1e308, 5e-324],
  ...ODD_TEXTS,
  ...["x".repeat(100_000), DEEP, [], {}, [[]], { a: null }, [{ code: "1" }]],
  ...[JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":1},"toString":1}')],
];

/** Makes shots one after another: the same seed, the same shots. */
export class Mutations {
  readonly #chance: Chance;
  readonly #signer: Signer;
  #made = 0;
  /** The last few good shots, to be sent once more. */
  readonly #earlier: Shot[] = [];

  constructor(chance: Chance, signer: Signer) {
    this.#chance = chance;
    this.#signer = signer;
  }

  next(): Shot {
    const chance = this.#chance;
    const number = ++this.#made;
    if (this.#earlier.length > 0 && chance.oneIn(30)) {
      // Most of all a cell, whose second run would be seen.
      const cells = this.#earlier.filter(({ run }) => run !== undefined);
      const { channel, frames } = chance.of(cells.length > 0 ? cells : this.#earlier);
      return { channel, frames };
    }
    const executes = chance.oneIn(12);
    const id = `shot-${number}`;
    const message = executes ? executeDraft(chance, id, `ran.push(${number});`) : draft(chance, id);
    const run = executes ? { run: number } : {};
    if (chance.oneIn(3)) {
      const shot = { channel: message.channel, frames: this.#frames(message), answered: id, ...run };
      this.#earlier.push(shot);
      if (this.#earlier.length > 20) this.#earlier.shift();
      return shot;
    }
    return { ...this.#spoilt(message), ...run };
  }

  #spoilt(message: Draft): Shot {
    const chance = this.#chance;
    switch (chance.below(6)) {
      case 0:
        return { channel: message.channel, frames: this.#badlySigned(message) };
      case 1:
        return { channel: message.channel, frames: this.#brokenFrames(message) };
      case 2:
        return { channel: message.channel, frames: this.#brokenJson(message) };
      case 3:
        message.channel = chance.of(["shell", "control", "stdin"]);
        break;
    }
    for (let changes = 1 + chance.below(3); changes > 0; changes--) this.#changeField(message);
    if (chance.oneIn(4)) message.buffers = [chance.bytes(chance.below(100)), Buffer.alloc(0)];
    return { channel: message.channel, frames: this.#frames(message) };
  }

  /** Another value, no value, or one more field, in any of the four parts. A type that ends the kernel by right does not come about. */
  #changeField(message: Draft): void {
    const chance = this.#chance;
    const part =
      message[chance.of(["header", "parent", "metadata", "content", "content", "content"] as const)];
    const names = [...Object.keys(part), "subshell_id", "cellId", "restart", "__proto__", "extra"];
    const name = chance.of(names);
    if (chance.oneIn(5)) Reflect.deleteProperty(part, name);
    else {
      const value = chance.of(ODD_VALUES);
      Object.defineProperty(part, name, { value, enumerable: true, configurable: true, writable: true });
    }
  }

  /** Right but for the signature: what it asks for, be it a shutdown, must not happen. */
  #badlySigned(message: Draft): Buffer[] {
    const chance = this.#chance;
    if (chance.oneIn(3)) {
      message.header["msg_type"] = "shutdown_request";
      message.channel = "control";
    }
    const frames = this.#frames(message);
    const signature = frames[1]!;
    frames[1] = chance.of([
      Buffer.alloc(0),
      Buffer.from("0".repeat(64)),
      signature.subarray(1),
      Buffer.concat([signature, signature]),
      Buffer.from(signature.toString().replace(/[0-9]/, (digit) => String((Number(digit) + 1) % 10))),
      chance.bytes(64),
    ]);
    return frames;
  }

  #brokenFrames(message: Draft): Buffer[] {
    const chance = this.#chance;
    const frames = this.#frames(message);
    const at = chance.below(frames.length);
    switch (chance.below(6)) {
      case 0:
        return frames.slice(0, at);
      case 1:
        return frames.toSpliced(at, 1);
      case 2:
        return frames.toSpliced(at, 0, chance.bytes(chance.below(50)));
      case 3:
        return frames.toSpliced(at, 1, chance.bytes(chance.below(2_000)));
      case 4:
        // More routing ids in front, one of which looks like a delimiter.
        return [Buffer.from("router"), Buffer.alloc(0), DELIMITER, ...frames];
      default:
        return Array.from({ length: 1 + chance.below(8) }, () => chance.bytes(chance.below(30)));
    }
  }

  /** Well signed, and yet one frame is no JSON object. */
  #brokenJson(message: Draft): Buffer[] {
    const chance = this.#chance;
    const parts = this.#frames(message).slice(2, 6);
    const at = chance.below(4);
    const whole = parts[at]!;
    parts[at] = chance.of([
      whole.subarray(0, chance.below(whole.length)),
      Buffer.concat([whole, whole]),
      Buffer.from("[".repeat(DEPTH)),
      ...["null", "[]", "7", '"text"', "", "\u0000", "{'a':1}", "\ufeff{}"].map((text) => Buffer.from(text)),
      chance.bytes(100),
    ]);
    return this.#sign(parts, message.buffers);
  }

  #frames({ header, parent, metadata, content, buffers }: Draft): Buffer[] {
    const deep = `${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}`;
    const parts = [header, parent, metadata, content].map((part) =>
      Buffer.from(JSON.stringify(part).replaceAll(`"${DEEP}"`, deep)),
    );
    return this.#sign(parts, buffers);
  }

  #sign(parts: readonly Buffer[], buffers: readonly Buffer[]): Buffer[] {
    const [header, parent, metadata, content] = parts;
    const signature = this.#signer.sign([header!, parent!, metadata!, content!]);
    return [DELIMITER, signature, ...parts, ...buffers];
  }
}
