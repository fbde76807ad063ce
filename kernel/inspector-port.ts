/**
 * Keeps the port of Node's debugger shut in all processes of a kernel: whoever reaches it runs code as this user, without a key. Node opens
 * it for `--inspect` in NODE_OPTIONS, and for SIGUSR1 at any time. The notebook's debugger needs no port.
 */
import inspector from "node:inspector";

/**
 * Flags for a process of ours: they undo those in NODE_OPTIONS, and the address, which RFC 5737 keeps for documentation, is no machine's, so
 * that a SIGUSR1 that comes before the first line of JavaScript finds nothing to listen on. (--disable-sigusr1 would end the process then,
 * and not every Node has it.)
 */
export const NO_INSPECTOR: readonly string[] = [
  "--no-inspect",
  "--no-inspect-brk",
  "--no-inspect-wait",
  "--inspect-port=192.0.2.1:9229",
];

/** First thing in each process: shuts what NODE_OPTIONS has opened, takes it out there for all children, and is deaf to SIGUSR1. */
export function shutInspectorPort(): void {
  // User code may listen as well; with a listener of ours below, taking its own away does not bring Node's back.
  process.on("SIGUSR1", () => undefined);
  // On the command line somebody wants to debug the kernel itself.
  const wanted = process.execArgv.some((flag) => /^--inspect(?!-port)/.test(flag));
  if (inspector.url() !== undefined && !wanted) inspector.close();
  const { NODE_OPTIONS: options } = process.env;
  if (options !== undefined) process.env["NODE_OPTIONS"] = withoutInspector(options);
}

/** NODE_OPTIONS without what opens a debugger's port or says where; all else stays as it is written. */
export function withoutInspector(nodeOptions: string): string {
  // As Node reads it: words between spaces; in double quotes a space belongs to the word, and a backslash takes what follows as it is.
  const words = nodeOptions.match(/(?:"(?:\\.|[^"\\])*"|[^ "])+/gs) ?? [];
  return withoutInspectorFlags(words).join(" ");
}

/** The flags of a command line that are not about the debugger's port. */
export function withoutInspectorFlags(words: readonly string[]): string[] {
  return words.filter((word, at) => !isAboutPort(word) && !(at > 0 && takesNext(words[at - 1]!)));
}

function isAboutPort(word: string): boolean {
  return /^--(?:no-)?(?:inspect|debug-port)(?:-|$)/.test(nameOf(word));
}

/** `--inspect-port 9229`: the value is a word of its own. */
function takesNext(word: string): boolean {
  return !word.includes("=") && /^--(?:inspect-port|debug-port|inspect-publish-uid)$/.test(nameOf(word));
}

/** The name of a flag, which Node also takes with quotes anywhere in it and with underscores. */
function nameOf(word: string): string {
  const text = word.replace(/"((?:\\.|[^"\\])*)"/gs, (_, inside: string) => inside.replace(/\\(.)/gs, "$1"));
  return text.split("=", 1)[0]!.replaceAll("_", "-");
}
