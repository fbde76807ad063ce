/** The user's line in a stack: "Cell [3]:7", or a file's name and the line. */

/** Where the frame stands, such as "at step (file:///home/me/train.ts:7:12)": the file, and the line. */
const place = /^ {4}at (?:.*\()?(.+?):(\d+):\d+\)?$/;

function ownFrame(): string {
  return new Error("").stack?.split("\n").find((line) => line.includes("ownFrame")) ?? "";
}

/**
 * How the names of the library's own files begin: its folder, or the file that it is bundled in. Undefined in a notebook's session, which
 * leaves these frames out.
 */
function ownFiles(): string | undefined {
  const file = place.exec(ownFrame())?.[1];
  return file?.replace(/train\/profile\/user-line\.[jt]s$/, "");
}

let own: string | undefined;

/** The innermost frame that is neither the library's nor Node's; "" where there is none. */
export function userLine(error: Error): string {
  own ??= ownFiles();
  for (const frame of (error.stack ?? "").split("\n")) {
    const [, file, line] = place.exec(frame) ?? [];
    if (file === undefined || file.startsWith("node:")) continue;
    if (own !== undefined && file.startsWith(own)) continue;
    return `${file.slice(file.lastIndexOf("/") + 1)}:${line}`;
  }
  return "";
}
