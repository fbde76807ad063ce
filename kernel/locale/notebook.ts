/**
 * Which language the notebook asks for, where Jupyter tells its file: by its name, `lesson.zh.ipynb`, or by `language` or `locale` in its
 * metadata. Each of the kernel's processes looks for itself, when it starts and when a session is started anew.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { locale, localeNamed, setLocale, type Locale } from "../../locale/locale.js";

/** Whether this process speaks Chinese now. */
export function isChinese(): boolean {
  return locale((name) => process.env[name]) === "zh";
}

/** Speaks what the notebook asks for, or else the environment: what `%locale` has said is forgotten. */
export function resetLocale(): void {
  setLocale(localeOfNotebook(process.env["JPY_SESSION_NAME"]));
}

export function localeOfNotebook(path: string | undefined): Locale | undefined {
  if (path === undefined) return undefined;
  const named = /\.([a-z]{2}(?:[-_]\w+)?)\.ipynb$/iu.exec(path)?.[1];
  const spoken = named === undefined ? undefined : localeNamed(named);
  if (spoken) return spoken;
  const { language, locale } = metadataOf(path);
  for (const name of [locale, language]) {
    const asked = typeof name === "string" ? localeNamed(name) : undefined;
    if (asked) return asked;
  }
  return undefined;
}

/** So much of a notebook's end is read, in bytes: a file may have megabytes of outputs before its metadata. */
const TAIL = 16 * 1024;

/** The metadata of a notebook as Jupyter writes it, sorted and indented: behind the cells. Empty for what is none. */
function metadataOf(path: string): { readonly language?: unknown; readonly locale?: unknown } {
  try {
    const text = endOf(path);
    const at = text.lastIndexOf('\n "metadata": {');
    if (at < 0) return {};
    const { metadata } = JSON.parse(`{${text.slice(at)}`) as { metadata: object };
    return metadata;
  } catch {
    // No such file, or one that something else has written.
    return {};
  }
}

function endOf(path: string): string {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(TAIL, size));
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, size - bytes.length));
  } finally {
    closeSync(file);
  }
}
