/**
 * The magics that there are. This table is all that `%help`, completion, and the reading of cells know of them; what a magic does
 * stands with whoever does it: `%typecheck` with the language, `%who`, `%reset`, `%locale` and `%help` with the kernel process, the rest with
 * the session.
 */

export interface Magic {
  readonly name: string;
  /** How it is written, as help and errors show it. */
  readonly usage: string;
  /** One line, without a full stop. */
  readonly help: string;
  /** `%name` on a line of its own, `%%name` above text that takes the rest of the cell. */
  readonly form: "line" | "cell" | "both";
  /** TypeScript follows: on its line, or else below. */
  readonly takesCode?: true;
  /** Words that may follow. */
  readonly words?: readonly string[];
  /** What has to stand behind the name; anything may where this is missing. */
  readonly argument?: RegExp;
}

const NOTHING = /^$/u;

export const MAGICS: readonly Magic[] = [
  {
    name: "help",
    usage: "%help [name]",
    help: "lists what there is, or tells what a magic or a name is: %help nn.Linear",
    form: "line",
    argument: /^(?:%{0,2}[\p{ID_Start}$_][\p{ID_Continue}$]*(?:\.[\p{ID_Start}$_][\p{ID_Continue}$]*)*)?$/u,
  },
  {
    name: "lsmagic",
    usage: "%lsmagic",
    help: "lists the magics by name",
    form: "line",
    argument: NOTHING,
  },
  {
    name: "who",
    usage: "%who",
    help: "lists the notebook's variables with types, shapes and values, and which of them come from old values",
    form: "line",
    argument: NOTHING,
  },
  {
    name: "reset",
    usage: "%reset",
    help: "starts a new session: all variables, types, modules and settings are forgotten",
    form: "line",
    // IPython asks without -f; here nobody is asked.
    argument: /^(?:-f)?$/u,
  },
  {
    name: "time",
    usage: "%time [code]",
    help: "times the code on its line, or the cell below it: wall clock, CPU, memory",
    form: "both",
    takesCode: true,
  },
  {
    name: "timeit",
    usage: "%timeit [-n loops] [-r runs] [code]",
    help: "runs the code on its line, or the cell below it, again and again: mean, deviation and best time of one loop",
    form: "both",
    takesCode: true,
  },
  {
    name: "typecheck",
    usage: "%typecheck off|warn|error",
    help: "what a type error does from this cell on: nothing, a warning, or the cell does not run",
    form: "line",
    words: ["off", "warn", "error"],
    argument: /^(?:off|warn|error)$/u,
  },
  {
    name: "locale",
    usage: "%locale [en|zh]",
    help: "the language of figures, progress and errors from here on, English or Chinese; alone, which it is",
    form: "line",
    words: ["en", "zh"],
    argument: /^(?:en|zh)?$/u,
  },
  {
    name: "cd",
    usage: "%cd [folder]",
    help: "changes the folder of files, imports and %%bash; without a name to your home, with - to the one before",
    form: "line",
  },
  {
    name: "env",
    usage: "%env [NAME[=VALUE]]",
    help: "lists the environment variables, shows one, or sets one",
    form: "line",
    argument: /^(?:[A-Za-z_]\w*(?:=.*)?)?$/u,
  },
  {
    name: "run",
    usage: "%run file.ts|notebook.ipynb",
    help: "runs a file, or a notebook's cells, as if it stood here: what it declares stays",
    form: "line",
    argument: /^(?!-)\S.*$/u,
  },
  {
    name: "capture",
    usage: "%%capture [name]",
    help: "runs the cell without showing its output; under a name it is kept: name.stdout, name.outputs, name.show()",
    form: "cell",
    argument: /^(?:[\p{ID_Start}$_][\p{ID_Continue}$]*)?$/u,
  },
  {
    name: "html",
    usage: "%%html",
    help: "shows the cell as HTML",
    form: "cell",
    argument: NOTHING,
  },
  {
    name: "bash",
    usage: "%%bash",
    help: "runs the cell in bash; an exit code other than 0 is an error",
    form: "cell",
    argument: NOTHING,
  },
  {
    name: "writefile",
    usage: "%%writefile [-a] path",
    help: "writes the cell into a file, with -a at its end",
    form: "cell",
    argument: /^(?:-a\s+)?(?!-)\S.*$/u,
  },
];

/** Its name as it is written: `%who`, `%%html`. */
export function spelled({ name, form }: Magic): string {
  return `${form === "cell" ? "%%" : "%"}${name}`;
}

export function findMagic(name: string): Magic | undefined {
  return MAGICS.find((magic) => magic.name === name);
}

/** All magics, or one, as text for a person. */
export function magicHelp(magics: readonly Magic[] = MAGICS): string {
  const width = Math.max(...magics.map(({ usage }) => usage.length));
  const lines = magics.map(({ usage, help }) => `${usage.padEnd(width)}   ${help}\n`);
  return lines.join("");
}
