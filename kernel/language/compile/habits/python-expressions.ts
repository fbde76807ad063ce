/** Expressions of Python in TypeScript, by patterns: what stands in a line that is known to be none of TypeScript's (python.ts). */
import { operand, PYTHON_CALLS, PYTHON_WORDS } from "./names.js";

/** An expression of Python's; the same text where there is nothing of Python in it. */
export function expression(text: string): string {
  const returned = /^return\s+(?<value>.+)$/u.exec(text)?.groups?.["value"];
  if (returned !== undefined) return `return ${expression(returned)}`;
  const conditional = /^(?<yes>.+?)\s+if\s+(?<condition>.+?)\s+else\s+(?<no>.+)$/u.exec(text)?.groups;
  const assigned = /^(?<left>(?:(?:const|let|var)\s+)?[\w.]+\s*=\s*)(?<value>.+)$/u.exec(
    conditional?.["yes"] ?? "",
  )?.groups;
  if (conditional) {
    const yes = assigned?.["value"] ?? conditional["yes"]!;
    return `${assigned?.["left"] ?? ""}${expression(conditional["condition"]!)} ? ${expression(yes)} : ${expression(conditional["no"]!)}`;
  }
  return text
    .replaceAll(
      /\[(?<value>[^[\]]+?)\s+for\s+(?<name>\w+)\s+in\s+(?<list>[^[\]]+?)(?:\s+if\s+(?<condition>[^[\]]+?))?\]/gu,
      (_, value: string, name: string, list: string, condition: string | undefined) =>
        comprehension(expression(value), name, list, condition && expression(condition)),
    )
    .replaceAll(/\blambda\s*(?<names>[\w, ]*):\s*/gu, (_, names: string) => `(${names.trim()}) => `)
    .replaceAll(
      /(?<object>[\w$.)\]]+)\[(?<index>[^[\]{}?"'`]*:[^[\]{}?"'`]*)\]/gu,
      (_, object: string, index: string) => slice(object, index),
    )
    .replaceAll(
      /(?<left>[\w$.]+(?:\([^()]*\))?)\s+@\s+(?<right>[\w$.]+(?:\([^()]*\))?)/gu,
      (_, left: string, right: string) => `${left}.matmul(${right})`,
    )
    .replaceAll(/\s+is\s+not\s+None\b/gu, " !== null")
    .replaceAll(/\s+is\s+None\b/gu, " === null")
    .replaceAll(/\s+is\s+not\s+/gu, " !== ")
    .replaceAll(/\s+is\s+(?=\w)/gu, " === ")
    .replaceAll(
      /(?<item>[\w.]+)\s+not\s+in\s+(?<list>[\w.]+)/gu,
      (_, item: string, list: string) => `!${list}.includes(${item})`,
    )
    .replaceAll(/\bnot\s+/gu, "!")
    .replaceAll(/(?<=[\w)\]"'])\s+and\s+(?=[\w(["'!-])/gu, " && ")
    .replaceAll(/(?<=[\w)\]"'])\s+or\s+(?=[\w(["'!-])/gu, " || ")
    .replaceAll(/(?<=[(,]\s*)\*\*?(?=\w)/gu, "...")
    .replaceAll(/\b(?:None|True|False)\b/gu, (word) => PYTHON_WORDS[word]!)
    .replaceAll(/(?<![\w$.])print(?=\()/gu, "console.log");
}

function comprehension(value: string, name: string, items: string, condition: string | undefined): string {
  const range = /^range\((?<bounds>.+)\)$/u.exec(items)?.groups?.["bounds"];
  const source =
    range === undefined
      ? `[...${items}]`
      : PYTHON_CALLS["range"]!(...split(range).map((each) => each.trim()));
  const filtered = condition === undefined ? source : `${source}.filter((${name}) => ${condition})`;
  return value === name ? filtered : `${filtered}.map((${name}) => ${value})`;
}

/** `x[1:3, :, -1]`: of a tensor. A list has the same for one range. */
function slice(object: string, index: string): string {
  const parts = split(index).map((each) => each.trim());
  const written = parts.map((part) => {
    if (part === "...") return '"..."';
    if (part === "None") return '"new"';
    if (!part.includes(":")) return part;
    const [start = "", end = "", step = ""] = part.split(":").map((each) => each.trim());
    if (start === "" && end === "" && step === "") return "null";
    const bounds = [start || "null", end || "null", step || "null"];
    while (bounds.length > 1 && bounds.at(-1) === "null") bounds.pop();
    return `[${bounds.join(", ")}]`;
  });
  return `${object}.slice(${written.join(", ")})`;
}

/** Whether a line has a slice in brackets, which lists have in another form than tensors. */
export function slicesList(line: string): string | undefined {
  const [, object, start, end] = /([\w$.]+)\[\s*([-\w]*)\s*:\s*([-\w]*)\s*\]/u.exec(line) ?? [];
  if (object === undefined) return undefined;
  return `${object}.slice(${[start || "0", ...(end ? [end] : [])].join(", ")})`;
}

/** A call of one of Python's functions, as `enumerate(xs)` behind `in`. */
export function call(text: string): string {
  const [, name, args] = /^(\w+)\((.*)\)$/u.exec(text) ?? [];
  const row = name !== undefined && Object.hasOwn(PYTHON_CALLS, name) ? PYTHON_CALLS[name] : undefined;
  if (row) return row(...split(args!).map((each) => each.trim()));
  const items = /^(?<object>[\w.()]+)\.items\(\)$/u.exec(text)?.groups?.["object"];
  return items === undefined ? expression(text) : `Object.entries(${items})`;
}

/** Arguments between commas that stand in no brackets. */
export function split(text: string): string[] {
  const parts: string[] = [""];
  let depth = 0;
  for (const c of text) {
    if ("([{".includes(c)) depth++;
    if (")]}".includes(c)) depth--;
    if (c === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += c;
  }
  return parts.length === 1 && parts[0]!.trim() === "" ? [] : parts;
}

/** Without brackets around the whole, which Python may have and an `if` brings along. */
export function bare(text: string): string {
  return /^\([^()]*\)$/u.test(text) ? text.slice(1, -1) : text;
}

export function withoutComment(text: string): { code: string; comment: string } {
  // A private member begins so too.
  const at = /(?:^|\s)#(?=\s|$)|^#(?!!|[\w$]+\s*[=(;:])/u.exec(text);
  if (!at) return { code: text, comment: "" };
  return {
    code: text.slice(0, at.index).trimEnd(),
    comment: `//${text.slice(text.indexOf("#", at.index) + 1)}`,
  };
}

/** Texts in quotes are put aside, so that their words are not taken for code; f"…" becomes a template. */
export function withoutTexts(line: string): {
  text: string;
  hasTemplate: boolean;
  restore: (written: string) => string;
} {
  const texts: string[] = [];
  let hasTemplate = false;
  const text = line.replaceAll(
    /(?<![\w$])(?<prefix>[fFrRbBuU]{1,2})?(?<quote>"""|'''|"|')(?<body>(?:\\.|(?!\k<quote>).)*)\k<quote>/gu,
    (whole, prefix: string | undefined, quote: string, body: string) => {
      const isTemplate = prefix !== undefined && /f/iu.test(prefix);
      hasTemplate ||= isTemplate;
      texts.push(
        isTemplate
          ? template(body)
          : quote.length === 3
            ? `\`${body}\``
            : prefix === undefined
              ? whole
              : quote + body + quote,
      );
      return `__text${String(texts.length - 1)}__`;
    },
  );
  const restore = (written: string): string =>
    written.replaceAll(/__text(\d+)__/gu, (_, i: string) => texts[Number(i)]!);
  return { text, hasTemplate, restore };
}

/** `loss {x:.3f}` of an f"…" as a template. */
function template(body: string): string {
  const written = body
    .replaceAll("`", "\\`")
    .replaceAll(
      /\{(?<value>[^{}:!]+)(?:![rs])?(?::(?<format>[^{}]*))?\}/gu,
      (_, value: string, format: string | undefined) => {
        const [, digits, kind] = /\.(\d+)([fe%])/u.exec(format ?? "") ?? [];
        const number = operand(expression(value.trim()));
        if (kind === "f") return `\${${number}.toFixed(${digits!})}`;
        if (kind === "e") return `\${${number}.toExponential(${digits!})}`;
        if (kind === "%") return `\${(100 * ${number}).toFixed(${digits!})}%`;
        return `\${${expression(value.trim())}}`;
      },
    );
  return `\`${written}\``;
}
