/**
 * Magics: lines that begin with `%` at the head of a cell. This is the one place that knows them; a magic that was understood is
 * blanked out, so that every position in the rest of the cell stays what the user sees.
 */

/** How type errors are treated: not looked for, shown while the cell runs all the same, or a reason not to run. */
export type Typecheck = "off" | "warn" | "error";

/** The magics that there are, with the words that may follow each. */
export const MAGICS: Readonly<Record<string, readonly string[]>> = { typecheck: ["off", "warn", "error"] };

export interface Magics {
  /** The cell without its magics; every offset means the same as in the cell. */
  readonly text: string;
  readonly typecheck: Typecheck | undefined;
  /** Magics that nobody understands, by offset. */
  readonly problems: readonly MagicProblem[];
}

export interface MagicProblem {
  readonly start: number;
  readonly length: number;
  readonly message: string;
}

/** Takes the magic lines off the head of a cell. */
export function readMagics(code: string): Magics {
  // A script's first line says who runs it, which is known here.
  let text = code.replace(/^#![^\n]*/u, (line) => " ".repeat(line.length));
  let typecheck: Typecheck | undefined;
  const problems: MagicProblem[] = [];
  let start = 0;
  for (const line of text.split(/(?<=\n)/u)) {
    const body = line.trim();
    if (body !== "" && !body.startsWith("%")) break;
    if (body !== "") {
      const [name, ...words] = body.slice(1).split(/\s+/u);
      const problem = (message: string) =>
        problems.push({ start: start + line.indexOf("%"), length: body.length, message });
      if (name === "typecheck") {
        if (words.length === 1 && isTypecheck(words[0])) typecheck = words[0];
        else problem(`%typecheck is followed by off, warn or error, not ${JSON.stringify(words.join(" "))}.`);
      } else {
        problem(`There is no magic %${name ?? ""}; known is %typecheck off|warn|error.`);
      }
      text = text.slice(0, start) + line.replace(/[^\r\n]/gu, " ") + text.slice(start + line.length);
    }
    start += line.length;
  }
  return { text, typecheck, problems };
}

function isTypecheck(word: string | undefined): word is Typecheck {
  return word !== undefined && MAGICS["typecheck"]!.includes(word);
}
