/**
 * Text in a PDF without a font file: Helvetica, which every reader has, Symbol for Greek, and one of Adobe's names for Chinese, Japanese
 * and Korean, for which a reader takes a font of its own.
 */

export type Font = "regular" | "bold" | "symbol" | "cjk";

/** A piece of text in one font. */
export interface Run {
  readonly font: Font;
  /** The characters' codes in that font, as a hexadecimal string. */
  readonly codes: string;
  readonly size: number;
  /** How far it stands above the line. */
  readonly rise: number;
  readonly width: number;
}

/** Helvetica's widths of the characters from space to tilde, in thousandths. */
const widths =
  "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584"
    .split(" ")
    .map(Number);

/** Places in Windows' code page of what Unicode has elsewhere; the minus sign looks like a dash. */
const windows = new Map(
  Array.from("€‚ƒ„…†‡ˆ‰Š‹Œ").map(
    (character, i) =>
      [character, [0x80, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c][i]!] as const,
  ),
);
for (const [character, code] of Object.entries({
  "‘": 0x91,
  "’": 0x92,
  "“": 0x93,
  "”": 0x94,
  "•": 0x95,
  "–": 0x96,
  "−": 0x96,
  "—": 0x97,
  "™": 0x99,
}))
  windows.set(character, code);

/** Places in the Symbol font. */
const symbols = new Map<string, number>();
const greek = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ";
Array.from(greek).forEach((letter, i) => symbols.set(letter, 0x41 + i));
Array.from("αβχδεφγηιϕκλμνοπθρστυϖωξψζ").forEach((letter, i) => symbols.set(letter, 0x61 + i));
for (const [character, code] of Object.entries({
  "≤": 0xa3,
  "∞": 0xa5,
  "≥": 0xb3,
  "∂": 0xb6,
  "≠": 0xb9,
  "≈": 0xbb,
  "→": 0xae,
  "←": 0xac,
  "↑": 0xad,
  "↓": 0xaf,
  "∇": 0xd1,
  "∑": 0xe5,
  "√": 0xd6,
  "∈": 0xce,
}))
  symbols.set(character, code);

const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const lowered = "₀₁₂₃₄₅₆₇₈₉";

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

/** The runs of a line. */
export function runsOf(line: string, size: number, bold: boolean): Run[] {
  const runs: Run[] = [];
  const add = (font: Font, codes: string, at: number, rise: number, width: number): void => {
    const last = runs.at(-1);
    if (last?.font === font && last.size === at && last.rise === rise)
      runs[runs.length - 1] = { ...last, codes: last.codes + codes, width: last.width + width };
    else runs.push({ font, codes, size: at, rise, width });
  };
  for (const given of line) {
    const up = raised.indexOf(given);
    const down = lowered.indexOf(given);
    const small = up >= 0 || down >= 0 || given === "⁻" || given === "₋";
    const rise = up >= 0 || given === "⁻" ? size * 0.35 : small ? -size * 0.15 : 0;
    const at = small ? size * 0.7 : size;
    const character = up >= 0 ? String(up) : down >= 0 ? String(down) : small ? "−" : given;
    const code = windows.get(character) ?? character.charCodeAt(0);
    const symbol = symbols.get(character);
    if (windows.has(character) || (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code <= 0xff))
      add(
        bold ? "bold" : "regular",
        hex(code, 2),
        at,
        rise,
        ((widths[code - 0x20] ?? 556) * at * (bold ? 1.06 : 1)) / 1000,
      );
    else if (symbol !== undefined) add("symbol", hex(symbol, 2), at, rise, 0.58 * at);
    else if (character.length === 1 && character >= "\u2e80") add("cjk", hex(code, 4), at, rise, at);
    else add("regular", hex(0x3f, 2), at, rise, 0.556 * at);
  }
  return runs;
}
