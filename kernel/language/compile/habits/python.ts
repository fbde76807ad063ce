/**
 * Lines of Python in a cell: what TypeScript cannot even read, and the same in TypeScript. Read by patterns, line by line, once it is known that
 * the line is none of TypeScript's.
 */
import { camelCase, PYTHON_WORDS } from "./names.js";
import {
  bare,
  call,
  expression,
  slicesList,
  split,
  withoutComment,
  withoutTexts,
} from "./python-expressions.js";

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
