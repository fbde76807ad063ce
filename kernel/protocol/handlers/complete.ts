/** complete_request: what TypeScript offers at the cursor, with kinds in the names that JupyterLab and VS Code have icons for. */
import type { Message } from "../../wire/message.js";
import type { KernelContext, Reply } from "../context.js";
import { withMembers } from "./live-values.js";
import { readCursor } from "./cursor.js";

export async function complete(
  { content }: Message,
  { language, recentCompletions, session }: KernelContext,
): Promise<Reply> {
  const { code, offset, toClient } = readCursor("complete_request", content);
  const { matches, start, end } = await withMembers(await language.complete(code, offset), code, session);
  const names = matches.map(({ text }) => text);
  recentCompletions.remember(code, start, names);
  const cursor_start = toClient(start);
  const cursor_end = toClient(end);
  // VS Code takes kinds only when there are as many entries here as matches.
  const typed = matches.map(({ text, type, signature }) => ({
    text,
    type: KINDS[type] ?? type,
    start: cursor_start,
    end: cursor_end,
    ...(signature !== undefined && { signature }),
  }));
  return {
    content: {
      status: "ok",
      matches: names,
      cursor_start,
      cursor_end,
      metadata: { _jupyter_types_experimental: typed },
    },
  };
}

/** TypeScript's kinds (ScriptElementKind) → Jupyter's. Kinds whose names agree are not listed. */
const KINDS: Readonly<Record<string, string>> = {
  var: "variable",
  let: "variable",
  const: "variable",
  using: "variable",
  "await using": "variable",
  "local var": "variable",
  parameter: "variable",
  "local function": "function",
  "local class": "class",
  getter: "property",
  setter: "property",
  accessor: "property",
  alias: "module",
  "external module name": "module",
  type: "interface",
  "type parameter": "typeParameter",
  "primitive type": "keyword",
  "enum member": "enumMember",
  string: "value",
  script: "file",
  directory: "folder",
  warning: "text",
  construct: "constructor",
  call: "function",
  index: "property",
};
