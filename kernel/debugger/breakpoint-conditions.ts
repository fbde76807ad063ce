/**
 * When a breakpoint that is reached stops the program: its condition, what a logpoint prints instead, and how often it has been hit.
 */
import { DapError, type SourceBreakpoint } from "./dap.js";
import { LOG } from "./evaluation.js";

/** What has to hold for the program to stop, as the user would write it. */
export function guard({ condition, logMessage }: SourceBreakpoint): string {
  const log = logMessage === undefined ? undefined : logCall(logMessage);
  if (log === undefined) return condition!;
  return condition ? `(${condition}\n) && ${log}` : log;
}

/** A call that prints a logpoint's message, in which `{…}` stands for the value of what is between the braces. */
export function logCall(message: string): string {
  const texts: string[] = [];
  const expressions: string[] = [];
  let text = "";
  for (let at = 0; at < message.length; at++) {
    if (message[at] !== "{") {
      text += message[at];
      continue;
    }
    let end = at + 1;
    for (let depth = 1; end < message.length; end++) {
      if (message[end] === "{") depth++;
      else if (message[end] === "}" && --depth === 0) break;
    }
    texts.push(text);
    text = "";
    expressions.push(message.slice(at + 1, end));
    at = end;
  }
  return `${LOG}(${JSON.stringify([...texts, text])}, [${expressions.map((one) => `(${one}\n)`).join(", ")}])`;
}

/** What is wrong where this breakpoint fails. */
export function subject({ logMessage }: SourceBreakpoint): string {
  return logMessage === undefined ? "The breakpoint's condition" : "The logpoint";
}

/** `5`, `>= 5`, `% 2`: which of its hits a breakpoint stops at. */
export function hitHolds(condition: string, hits: number): boolean {
  const parts = /^\s*(===?|>=?|<=?|%)?\s*(\d+)\s*$/.exec(condition);
  if (!parts) {
    throw new DapError(`hit count: expected a number, perhaps after >, >=, <, <= or %, got "${condition}"`);
  }
  const [, operator = "=", digits] = parts;
  const number = Number(digits);
  switch (operator) {
    case ">":
      return hits > number;
    case ">=":
      return hits >= number;
    case "<":
      return hits < number;
    case "<=":
      return hits <= number;
    case "%":
      return hits % number === 0;
    default:
      return hits === number;
  }
}
