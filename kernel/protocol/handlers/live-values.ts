/**
 * What the session adds to the editor's help: the members of a value whose type does not say them, such as what a file of JSON held, and what a
 * variable is at the moment.
 */
import type { Completion, Completions, Inspection } from "../../language/language.js";
import type { Session } from "../../session/session.js";

/** Completions with the members that the value has. */
export async function withMembers(
  { matches, value, ...completions }: Completions,
  code: string,
  session: Session,
): Promise<Completions> {
  if (!value) return { matches, ...completions };
  const typed = code.slice(value.start, completions.end);
  const seen = await session.preview(value.path, typed);
  if (!seen) return { matches, ...completions };
  const before = code.slice(completions.start, value.start);
  const isWritable = value.member === "name" ? isName : isPlainKey;
  const known = new Set(matches.map(({ text }) => text));
  const found = seen.members
    .filter(({ name }) => isWritable(name))
    .map(({ name, kind }): Completion => ({ text: before + name, type: kind }))
    .filter(({ text }) => !known.has(text));
  return { matches: [...found, ...matches], ...completions };
}

/** What is said of a name, with the value that it has. */
export async function withValue(
  { data, value: path }: Inspection,
  session: Session,
): Promise<Inspection["data"] | undefined> {
  const isKnown = Object.keys(data).length > 0;
  const seen = path && (await session.preview(path));
  if (!seen) return isKnown ? data : undefined;
  const name = path.join(".");
  const { "text/plain": plain = name, "text/markdown": markdown = codeSpan(name) } = data;
  if (seen.value === "") return { "text/plain": plain, "text/markdown": markdown };
  const size = seen.size === "" ? "" : ` (${seen.size})`;
  return {
    "text/plain": `${plain}\n\nValue now: ${seen.value}${size}`,
    "text/markdown": `${markdown}\n\nValue now: ${codeSpan(seen.value)}${size}`,
  };
}

function isName(name: string): boolean {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);
}

/** Whether a key may stand between any quotes as it is. */
function isPlainKey(name: string): boolean {
  return !/["'`\\\p{Cc}]|\$\{/u.test(name);
}

function codeSpan(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}
