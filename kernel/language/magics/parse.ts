/**
 * Reads a cell with magics: lines that begin with `%` at its head, or `%%` above what takes the rest of the cell.
 *
 * Such a cell is done in steps, one for each magic and one for the code below. The text of a step is the whole cell with all that does not
 * belong to the step blanked out, so that every position in it is the one that the user sees.
 */
import { IPYTHON_MAGICS } from "../compile/habits/magics.js";
import type { Measure } from "../../session/messages.js";
import { findMagic, MAGICS, spelled, type Magic } from "./table.js";
import { nearest } from "../compile/spelling.js";

/** How type errors are treated: not looked for, shown while the cell runs all the same, or a reason not to run. */
export type Typecheck = "off" | "warn" | "error";

/** TypeScript of a cell. */
export interface CodeStep {
  readonly kind: "code";
  readonly text: string;
  readonly measure?: Measure;
  /** Its output is kept and not shown; "" keeps it under no name. */
  readonly capture?: string;
}

export type Step =
  | CodeStep
  | {
      readonly kind: "magic";
      readonly name: string;
      /** What stands behind the name on its line. */
      readonly argument: string;
      /** The lines below a cell magic. */
      readonly body: string;
      /** Line of the cell on which `body` begins, from 1. */
      readonly bodyLine: number;
    };

export interface ReadCell {
  /** All TypeScript in the cell, for the editor; the rest is blank. */
  readonly text: string;
  /** Holds for the whole cell and for those that follow. */
  readonly typecheck: Typecheck | undefined;
  /** At least one. */
  readonly steps: readonly Step[];
  /** Magics that nobody understands, by offset. */
  readonly problems: readonly MagicProblem[];
  /** Offset at which the lines of magics end. */
  readonly headEnd: number;
  /** It ends in a magic that more lines may follow: in a console it is not complete. */
  readonly open: boolean;
}

export interface MagicProblem {
  readonly start: number;
  readonly length: number;
  readonly message: string;
}

const DEFAULT_RUNS = 7;

export function readMagics(code: string): ReadCell {
  const steps: Step[] = [];
  const problems: MagicProblem[] = [];
  let typecheck: Typecheck | undefined;
  /** What the code below is to be measured by. */
  let below: { readonly magic: Magic; readonly measure: Measure; readonly start: number } | undefined;
  let capture: string | undefined;
  let wholeCell = false;
  let text = "";
  let start = 0;
  for (const line of linesOf(code)) {
    const body = line.trim();
    // A script's first line says who runs it, which is known here.
    const isShebang = start === 0 && line.startsWith("#!");
    if (body !== "" && !body.startsWith("%") && !body.startsWith("//") && !isShebang) break;
    const at = start;
    start += line.length;
    if (!body.startsWith("%")) {
      text += isShebang ? blank(line) : line;
      continue;
    }
    const first = at + line.indexOf("%");
    const found = readLine(body);
    if (typeof found === "string") {
      problems.push({ start: first, length: body.length, message: found });
      text += blank(line);
      continue;
    }
    const { magic, argument, isCell } = found;
    if (magic.name === "typecheck") {
      typecheck = argument as Typecheck;
    } else if (magic.name === "capture") {
      capture = argument;
    } else if (magic.takesCode) {
      const { measure, code: measured } = readMeasure(magic, argument);
      if (measured === "") {
        below = { magic, measure, start: first };
      } else {
        const from = line.lastIndexOf(measured);
        const own = blank(line.slice(0, from)) + line.slice(from);
        text += own;
        steps.push({
          kind: "code",
          text: blank(code.slice(0, at)) + own + blank(code.slice(start)),
          measure,
        });
        continue;
      }
    } else {
      const rest = isCell ? code.slice(start) : "";
      const bodyLine = code.slice(0, start).split("\n").length;
      steps.push({ kind: "magic", name: magic.name, argument, body: rest, bodyLine });
    }
    text += blank(line);
    if (isCell && !magic.takesCode && magic.name !== "capture") {
      wholeCell = true;
      break;
    }
  }
  const rest = code.slice(start);
  text += wholeCell ? blank(rest) : rest;
  const hasCode = !wholeCell && rest.trim() !== "";
  if (hasCode) {
    const own = blank(code.slice(0, start)) + rest;
    // Comments above the code belong to it: some of them mean something to TypeScript.
    const whole = steps.length === 0 ? text : own;
    steps.push({
      kind: "code",
      text: whole,
      ...(below && { measure: below.measure }),
      ...(capture !== undefined && { capture }),
    });
  } else if (below) {
    const message = `${spelled(below.magic)} is followed by code, on its line or below it: ${below.magic.usage}`;
    problems.push({ start: below.start, length: spelled(below.magic).length, message });
  } else if (steps.length === 0) {
    steps.push({ kind: "code", text });
  }
  const open = wholeCell
    ? !/\n[ \t]*\r?\n?$/u.test(rest) || rest.trim() === ""
    : !hasCode && below !== undefined;
  return { text, typecheck, steps, problems, headEnd: start, open };
}

/** A magic as its line has it, or what is wrong with it. */
function readLine(
  body: string,
): { readonly magic: Magic; readonly argument: string; readonly isCell: boolean } | string {
  const [, signs, name, rest] = /^(%%?)(\S*)([^]*)$/u.exec(body)! as unknown as [
    string,
    "%" | "%%",
    string,
    string,
  ];
  const magic = findMagic(name);
  if (!magic) {
    const instead = Object.hasOwn(IPYTHON_MAGICS, name) ? IPYTHON_MAGICS[name] : undefined;
    if (instead !== undefined) return `There is no magic ${signs}${name}; ${instead}.`;
    const meant = findMagic(
      nearest(
        name,
        MAGICS.map((known) => known.name),
      ) ?? "",
    );
    const guess = meant ? `did you mean ${spelled(meant)}? ` : "";
    return `There is no magic ${signs}${name}; ${guess}%help lists those there are.`;
  }
  const isCell = signs === "%%";
  if (isCell && magic.form === "line")
    return `${spelled(magic)} is a line of its own and has one %: ${magic.usage}`;
  if (!isCell && magic.form === "cell")
    return `${spelled(magic)} takes the whole cell below it and has two %: ${magic.usage}`;
  const argument = rest.trim();
  if (magic.argument && !magic.argument.test(argument))
    return `Expected ${magic.usage}, got ${JSON.stringify(body)}.`;
  return { magic, argument, isCell };
}

/** Options and code behind %time and %timeit. */
function readMeasure(magic: Magic, argument: string): { measure: Measure; code: string } {
  if (magic.name === "time") return { measure: { kind: "time" }, code: argument };
  let loops: number | undefined;
  let runs = DEFAULT_RUNS;
  const code = argument.replace(/^(?:-[nr]\s*\d+(?:\s+|$))+/u, (options) => {
    for (const [, option, count] of options.matchAll(/-([nr])\s*(\d+)/gu)) {
      if (option === "n") loops = Math.max(1, Number(count));
      else runs = Math.max(1, Number(count));
    }
    return "";
  });
  return { measure: { kind: "timeit", ...(loops !== undefined && { loops }), runs }, code };
}

function linesOf(code: string): string[] {
  return code.split(/(?<=\n)/u);
}

/** As long as the text, with the same lines. */
function blank(text: string): string {
  // By UTF-16 units, as offsets count.
  return text.replace(/[^\r\n]/g, " ");
}
