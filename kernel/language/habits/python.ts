/**
 * Lines of Python in a cell: what TypeScript cannot even read, and the same in TypeScript. Read by patterns, line by line, once it is known that
 * the line is none of TypeScript's.
 */
import { camelCase, operand, PYTHON_CALLS, PYTHON_WORDS } from "./names.js";

/** What to write for a line of Python, as a sentence; `…` stands for the lines below it. Undefined where it does not look like Python. */
export function fromPython(line: string): string | undefined {
  const { text, hasTemplate, restore } = withoutTexts(line.trim());
  const written = ofStatement(text) ?? ofExpression(text, hasTemplate);
  if (written === undefined) return undefined;
  if (written.startsWith(LEAVE_OUT)) return `This is Python. ${written}`;
  const slices = slicesList(text);
  const ofList = slices === undefined ? "" : `, or ${slices} where it is a list or a text`;
  return `This is Python; write ${restore(written + ofList)}`;
}

function ofStatement(text: string): string | undefined {
  // TypeScript's own statements have these where Python's have a colon.
  if (/[{?;]|\b(?:const|let|var|function)\b/u.test(text)) return undefined;
  for (const [pattern, write] of STATEMENTS) {
    const groups = pattern.exec(text)?.groups ?? (pattern.test(text) ? {} : undefined);
    const written = groups && write(groups);
    if (written !== undefined) return written;
  }
  return undefined;
}

function ofExpression(text: string, hasTemplate: boolean): string | undefined {
  const { code, comment } = withoutComment(text);
  const written = expression(code);
  if (written === code && comment === "" && !hasTemplate) return undefined;
  return [written, comment].filter((part) => part !== "").join(" ");
}

const LEAVE_OUT = "Leave the line out";

type Groups = Readonly<Record<string, string | undefined>>;

/** Statements by their first word. */
const STATEMENTS: readonly (readonly [RegExp, (groups: Groups) => string | undefined])[] = [
  [
    /^from\s+(?<module>[\w.]+)\s+import\s+(?<names>[\w\s,*()]+)$/u,
    ({ module, names }) => imported(module!, names),
  ],
  [
    /^import\s+(?<module>[\w.]+)(?:\s+as\s+(?<name>\w+))?$/u,
    ({ module, name }) => imported(module!, undefined, name),
  ],
  [
    /^(?<async>async\s+)?def\s+(?<name>\w+)\s*\((?<parameters>.*)\)\s*(?:->[^:]+)?:(?<body>.*)$/u,
    (groups) => definition(groups),
  ],
  [
    /^class\s+(?<name>\w+)\s*(?:\((?<base>[^)]*)\))?\s*:(?<body>.*)$/u,
    ({ name, base }) => `class ${name!}${base?.trim() ? ` extends ${base.trim()}` : ""} { … }`,
  ],
  [
    /^for\s+(?<target>.+?)\s+in\s+(?<list>.+):(?<body>[^:]*)$/u,
    ({ target, list, body }) => loop(target!, list!, body!),
  ],
  [
    /^(?<word>if|while)\s+(?<condition>.+?):(?<body>[^:]*)$/u,
    ({ word, condition, body }) => `${word!} (${bare(expression(condition!))}) ${block(body!)}`,
  ],
  [
    /^elif\s+(?<condition>.+?):(?<body>[^:]*)$/u,
    ({ condition, body }) => `else if (${bare(expression(condition!))}) ${block(body!)}`,
  ],
  [/^(?<word>else|try|finally)\s*:(?<body>.*)$/u, ({ word, body }) => `${word!} ${block(body!)}`],
  [
    /^except\b(?:[^:]*\bas\s+(?<name>\w+))?[^:]*:(?<body>.*)$/u,
    ({ name = "error", body }) => `catch (${name}) ${block(body!)}`,
  ],
  [
    /^with\s+(?<context>.+?)(?:\s+as\s+(?<name>\w+))?\s*:(?<body>.*)$/u,
    ({ context, name, body }) =>
      /no_grad|inference_mode/u.test(context!)
        ? `noGrad(() => ${block(body!)});`
        : /^open\s*\(/u.test(context!)
          ? `const ${name ?? "file"} = (await import("node:fs")).readFileSync(${/^open\s*\(\s*([^,)]+)/u.exec(context!)?.[1] ?? "path"}, "utf8");`
          : undefined,
  ],
  [
    /^assert\s+(?<condition>[^,]+?)(?:\s*,\s*(?<message>.+))?$/u,
    ({ condition, message = '"…"' }) =>
      `if (!(${bare(expression(condition!))})) throw new Error(${message});`,
  ],
  [
    /^raise\s+(?<kind>\w+)\s*(?:\((?<message>.*)\))?$/u,
    ({ kind, message = "" }) => `throw new ${PYTHON_WORDS[kind!] ?? "Error"}(${message});`,
  ],
  [/^print\s+(?<values>.+)$/u, ({ values }) => `console.log(${values!});`],
  [
    /^@(?<name>[\w.]+)(?:\(.*\))?$/u,
    ({ name }) => (/no_grad|inference_mode/u.test(name!) ? "noGrad(() => { … });" : undefined),
  ],
  [/^(?:del|global|nonlocal)\s+[\w, ]+$/u, () => `${LEAVE_OUT}: nothing is needed in its place.`],
];

/** What Python's modules are here; the others are packages. */
const MODULES: Readonly<Record<string, string>> = {
  os: 'import os from "node:os";',
  "os.path": 'import path from "node:path";',
  pathlib: 'import path from "node:path";',
  subprocess: 'import childProcess from "node:child_process";',
  shutil: 'import fs from "node:fs";',
};
/** What is there without an import. */
const THERE =
  /^(?:torch(?:vision)?|numpy|math|random|json|time|sys|re|typing|collections|functools|itertools|matplotlib|tqdm|copy|warnings|tensorflow|keras|jax|argparse|datetime|dataclasses)\b/u;

function imported(module: string, names?: string, name?: string): string {
  const known = Object.hasOwn(MODULES, module) ? MODULES[module] : undefined;
  if (known !== undefined) return known;
  if (THERE.test(module))
    return `${LEAVE_OUT}: tensor, nn, optim, data, train and viz are there without an import, as are Math, JSON and Date.`;
  const list = names?.replaceAll(/[()]/gu, "").trim();
  const what =
    list === undefined || list === "*" ? `* as ${name ?? module.split(".").at(-1)!}` : `{ ${list} }`;
  return `import ${what} from "${module.split(".")[0]!}";`;
}

function definition({ async: isAsync, name, parameters, body }: Groups): string {
  const list = parametersOf(parameters!);
  const isMethod = /^\s*(?:self|cls)\b/u.test(parameters!);
  const written = block(body!);
  if (name === "__init__") return `constructor(${list}) { super(); … }`;
  if (name === "__len__") return `get length() ${written}`;
  if (name === "__getitem__") return `get(${list}) ${written}`;
  const head = `${isAsync ? "async " : ""}${isMethod ? "" : "function "}${camelCase(name!)}`;
  return `${head}(${list}) ${written}`;
}

function parametersOf(text: string): string {
  return split(text)
    .map((each) => each.trim())
    .filter((each) => each !== "" && !/^(?:self|cls|\*|\/)$/u.test(each))
    .map((each) => {
      const [, stars = "", name = each, value] =
        /^(\**)\s*(\w+)\s*(?::[^=]+)?(?:=\s*(.+))?$/u.exec(each) ?? [];
      if (stars === "*") return `...${name}: any[]`;
      if (stars === "**") return `${name}: any = {}`;
      return value === undefined ? `${name}: any` : `${name}: any = ${expression(value)}`;
    })
    .join(", ");
}

function loop(target: string, list: string, body: string): string {
  const range = /^range\((?<bounds>.+)\)$/u.exec(list)?.groups?.["bounds"];
  if (range !== undefined && /^\w+$/u.test(target)) {
    const bounds = split(range).map((each) => expression(each.trim()));
    const [start, end, step] =
      bounds.length === 1 ? ["0", bounds[0]!] : (bounds as [string, string, string?]);
    const down = step?.startsWith("-");
    const by =
      step === undefined || step === "1"
        ? `${target}++`
        : step === "-1"
          ? `${target}--`
          : `${target} += ${step}`;
    return `for (let ${target} = ${start}; ${target} ${down ? ">" : "<"} ${end}; ${by}) ${block(body)}`;
  }
  const names = target.replaceAll(/[()]/gu, "");
  return `for (const ${names.includes(",") ? `[${names}]` : names} of ${call(list)}) ${block(body)}`;
}

function block(body: string): string {
  if (body.trim() === "") return "{ … }";
  const written = statement(body);
  return written === "" ? "{}" : `{ ${written} }`;
}

function statement(text: string): string {
  const code = text.trim();
  if (code === "pass") return "";
  return `${expression(code)};`;
}

/** An expression of Python's; the same text where there is nothing of Python in it. */
function expression(text: string): string {
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
function slicesList(line: string): string | undefined {
  const [, object, start, end] = /([\w$.]+)\[\s*([-\w]*)\s*:\s*([-\w]*)\s*\]/u.exec(line) ?? [];
  if (object === undefined) return undefined;
  return `${object}.slice(${[start || "0", ...(end ? [end] : [])].join(", ")})`;
}

/** A call of one of Python's functions, as `enumerate(xs)` behind `in`. */
function call(text: string): string {
  const [, name, args] = /^(\w+)\((.*)\)$/u.exec(text) ?? [];
  const row = name !== undefined && Object.hasOwn(PYTHON_CALLS, name) ? PYTHON_CALLS[name] : undefined;
  if (row) return row(...split(args!).map((each) => each.trim()));
  const items = /^(?<object>[\w.()]+)\.items\(\)$/u.exec(text)?.groups?.["object"];
  return items === undefined ? expression(text) : `Object.entries(${items})`;
}

/** Arguments between commas that stand in no brackets. */
function split(text: string): string[] {
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
function bare(text: string): string {
  return /^\([^()]*\)$/u.test(text) ? text.slice(1, -1) : text;
}

function withoutComment(text: string): { code: string; comment: string } {
  // A private member begins so too.
  const at = /(?:^|\s)#(?=\s|$)|^#(?!!|[\w$]+\s*[=(;:])/u.exec(text);
  if (!at) return { code: text, comment: "" };
  return {
    code: text.slice(0, at.index).trimEnd(),
    comment: `//${text.slice(text.indexOf("#", at.index) + 1)}`,
  };
}

/** Texts in quotes are put aside, so that their words are not taken for code; f"…" becomes a template. */
function withoutTexts(line: string): {
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
