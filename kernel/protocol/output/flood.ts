/**
 * Keeps a flood of text from drowning the client: the head of a cell's output is shown as it comes, the tail when the cell ends,
 * and all of it goes to a file. Lengths are in UTF-16 code units.
 */
import { closeSync, writeSync } from "node:fs";
import { localized } from "../../locale/sentences.js";
import { openFloodFile } from "./flood-files.js";

export type StreamName = "stdout" | "stderr";

export interface Text {
  readonly name: StreamName;
  readonly text: string;
}

export interface FloodLimits {
  readonly head: number;
  readonly tail: number;
  /** What the file may hold. */
  readonly file: number;
}

/** 20,000 lines of a hundred characters pass whole; JupyterLab begins to crawl at some times that. */
export const LIMITS: FloodLimits = { head: 2 ** 21, tail: 2 ** 18, file: 2 ** 30 };

export class Flood {
  readonly #limits: FloodLimits;
  readonly #label: string;
  /** What was shown, kept until it is known whether a file is needed. */
  #head: Text[] = [];
  #headLength = 0;
  #tail: Text[] = [];
  #tailLength = 0;
  #cut = 0;
  #file: { path: string; fd: number; length: number } | { failed: string } | undefined;

  /** @param label name of the file, such as "cell-3" */
  constructor(label: string, limits = LIMITS) {
    this.#label = label;
    this.#limits = limits;
  }

  /** Takes text in; what comes back is to be shown now. */
  admit(piece: Text): Text[] {
    const room = this.#limits.head - this.#headLength;
    if (room > 0) {
      const [shown, rest] = splitAt(piece, room);
      this.#head.push(shown);
      this.#headLength += shown.text.length;
      if (rest.text === "") return [shown];
      return [shown, { name: "stderr", text: this.#begin() }, ...this.admit(rest)];
    }
    if (this.#file === undefined) return [{ name: "stderr", text: this.#begin() }, ...this.admit(piece)];
    this.#write(piece.text);
    this.#tail.push(piece);
    this.#tailLength += piece.text.length;
    this.#shorten();
    return [];
  }

  /** At the end of a cell: says how much was left out and gives the tail. The count starts anew. */
  end(): Text[] {
    const tail = this.#tail;
    const cut = this.#cut;
    const where = this.#whereWhole();
    const flooded = this.#file !== undefined;
    if (this.#file && "fd" in this.#file) closeSync(this.#file.fd);
    this.#head = [];
    this.#tail = [];
    this.#file = undefined;
    this.#headLength = this.#tailLength = this.#cut = 0;
    if (!flooded || tail.length === 0) return [];
    if (cut === 0) return tail;
    return [
      {
        name: "stderr",
        text: `\n${localized(`… ${cut.toLocaleString("en")} characters left out; ${where} …`)}\n`,
      },
      ...tail,
    ];
  }

  #begin(): string {
    try {
      this.#file = { ...openFloodFile(this.#label, this.#limits.file), length: 0 };
      for (const piece of this.#head) this.#write(piece.text);
    } catch (error) {
      this.#file = { failed: (error as Error).message };
    }
    this.#head = [];
    const notice = `… more output than a notebook can show: only its end follows, when the cell ends; ${this.#whereWhole()} …`;
    return `\n${localized(notice)}\n`;
  }

  #whereWhole(): string {
    if (this.#file === undefined) return "";
    if ("failed" in this.#file) return localized(`no file could be written (${this.#file.failed})`);
    const first =
      this.#file.length > this.#limits.file ? `the first ${this.#limits.file} bytes are` : "all is";
    return localized(`${first} in ${this.#file.path}`);
  }

  #write(text: string): void {
    if (this.#file === undefined || "failed" in this.#file) return;
    if (this.#file.length > this.#limits.file) return;
    try {
      this.#file.length += writeSync(this.#file.fd, text);
    } catch (error) {
      closeSync(this.#file.fd);
      this.#file = { failed: (error as Error).message };
    }
  }

  /** Drops from the front of the tail what is over its limit. */
  #shorten(): void {
    let drop = 0;
    while (this.#tailLength - this.#tail[drop]!.text.length >= this.#limits.tail) {
      this.#tailLength -= this.#tail[drop]!.text.length;
      this.#cut += this.#tail[drop]!.text.length;
      drop++;
    }
    if (drop > 0) this.#tail = this.#tail.slice(drop);
    const over = this.#tailLength - this.#limits.tail;
    if (over > 0) {
      const [left, kept] = splitAt(this.#tail[0]!, over);
      this.#tail[0] = kept;
      this.#tailLength -= left.text.length;
      this.#cut += left.text.length;
    }
  }
}

/** Cuts text in two without splitting a surrogate pair. */
function splitAt({ name, text }: Text, at: number): [Text, Text] {
  if (at >= text.length)
    return [
      { name, text },
      { name, text: "" },
    ];
  const unit = text.charCodeAt(at - 1);
  const cut = unit >= 0xd800 && unit < 0xdc00 ? at + 1 : at;
  return [
    { name, text: text.slice(0, cut) },
    { name, text: text.slice(cut) },
  ];
}
