/** `%%writefile`: the cell as a file. */
import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { localized } from "../../../locale/sentences.js";
import { magicError, type MagicCall } from "./magic.js";
import { pathOf } from "./folder.js";

export function writeFile({ argument, body }: MagicCall): void {
  const appends = /^-a\s/.test(argument);
  const path = pathOf(appends ? argument.replace(/^-a\s+/, "") : argument);
  const text = body === "" || body.endsWith("\n") ? body : `${body}\n`;
  const existed = existsSync(path);
  try {
    if (appends) appendFileSync(path, text);
    else writeFileSync(path, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === "ENOENT" ? `there is no folder ${dirname(path)}` : message;
    throw magicError("WriteError", `Nothing was written to ${path}: ${missing}`);
  }
  const done = appends && existed ? "appended" : existed ? "wrote anew" : "wrote";
  const bytes = Buffer.byteLength(text).toLocaleString("en-US");
  const told = `${relative(process.cwd(), path)}: ${done} ${bytes} byte${text.length === 1 ? "" : "s"}`;
  process.stdout.write(`${localized(told)}\n`);
}
