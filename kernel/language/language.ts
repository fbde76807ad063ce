/**
 * What the kernel asks of TypeScript: check and transform cells, and answer the editor. The service runs in a process of its own,
 * so that a long check never delays the sockets; everything here is asynchronous for that reason.
 */
import type { Locale } from "../../locale/locale.js";
import type { CompiledCell } from "../session/messages.js";
import type { MagicProblem, Typecheck } from "./magics/parse.js";

/*
 * What a compiled cell is (`CompiledCell.js`)
 *
 * The body of a strict async function with five parameters:
 *
 *     async function ($, __import, require, __meta, __wait) { <js> }
 *
 * - `$` is the one scope object of the session. Names of this cell's top level, of earlier cells and of the prelude are only ever
 *   reached as `$.name`: assigning declares, so closures of earlier cells see what later cells declare again. The session puts the
 *   prelude (the runtime's exports, display, prompt and so on) on it or on its prototype. A name that neither a cell, the
 *   prelude nor JavaScript's globals declare is read as `$.name` too: a read that misses must answer `globalThis[name]` if that
 *   exists and else throw a ReferenceError that begins with `${name} is not defined`. `"name" in $` must not throw. Assigning to a
 *   name of `$` must make an own, writable property; imported names are own accessors (live bindings) that an assignment replaces.
 *   Globals that no cell declared (`process`, `Map`) stay plain identifiers.
 *   Calls read `(0, $.f)(x)`, so `this` is undefined in f; messages of V8 may therefore name "$.f" or "(0 , $.f)" where the user wrote "f".
 * - `__import(specifier, options?, names?)` loads a module, as seen from the notebook's folder, and answers its namespace. Static
 *   and dynamic imports both become it. `options` is what `import()` takes (`{ with: { type: "json" } }`) or undefined. `names`
 *   comes with static imports: the exports (perhaps "default") that must exist; if one is missing, reject with a SyntaxError as Node does.
 *   Specifiers of local files may lack an extension, or say ".js" where the file is ".ts"; both type-check.
 * - `require` is a CommonJS require from the notebook's folder.
 * - `__meta` stands for `import.meta`: url, filename, dirname, resolve(). `__filename` and `__dirname` become its properties.
 * - `__wait(x)` answers what to await in place of x, and `__wait.each(x)` what `for await` goes through; the session can make these throw
 *   when the cell is stopped. `__wait.initializing(promise, assign)` answers the promise; `assign` gives a variable a value of it.
 *
 * The function resolves to undefined, or to `{ value }` where the cell ends in an expression statement (with or without a
 * semicolon); `value` is not awaited. `this` is undefined. Helpers of TypeScript are inlined.
 * `map` maps lines and columns of the body alone, the first line of js being line 1 and column 0: who wraps it accounts for that.
 */

/** A type or syntax error, as a person reads it. */
export interface Diagnostic {
  readonly code: number;
  readonly category: "error" | "warning";
  readonly message: string;
  /** 1-based, in the cell. */
  readonly line: number;
  readonly column: number;
  /** Number of the cell, where it is not the one that was compiled. */
  readonly cell?: number;
  /** ANSI-coloured code frame with the cell's line and a marker below it. */
  readonly frame: string;
}

/** Names of the notebook that a cell has to do with. Those of the prelude and of types are not among them. */
export interface NamesUsed {
  /** Names of earlier cells, and functions of its own, that are read as the cell runs. */
  readonly reads: readonly string[];
  readonly declares: readonly string[];
  /** Variables of earlier cells that it assigns to, perhaps only in functions or under a condition. */
  readonly assigns: readonly string[];
  /** Functions and classes that it declares, each with the names that are read when it is called. */
  readonly later: Readonly<Record<string, readonly string[]>>;
  /** Variables whose objects it changes as it runs, such as a list that it adds to. */
  readonly changes?: readonly string[];
  /** Of its functions and classes, the variables whose objects are changed when it is called. */
  readonly changesLater?: Readonly<Record<string, readonly string[]>>;
}

/** A name that cells have given a value. */
export interface Variable {
  readonly name: string;
  /** "const", "function", "import" … */
  readonly kind: string;
  /** In TypeScript. */
  readonly type: string;
}

/** What is to be checked: a cell, or the code of one of its steps. Its magics have been read (`magics/parse.ts`). */
export interface CellToCheck {
  /** The cell as the user wrote it: diagnostics show its lines. */
  readonly source: string;
  /** Its TypeScript, at the offsets at which the cell has it, where the cell has magics too. */
  readonly text?: string;
  /**
   * Number that errors show, as in "Cell [3]". Not unique: requests that store no history share the number of the cell before, and what
   * both declare is kept.
   */
  readonly number: number;
  /** "error" where nothing else is said. */
  readonly typecheck?: Typecheck;
  /** It is run in a loop: what comes out is a function that the cell answers with. */
  readonly looped?: boolean;
  /** What is wrong with its magics: the cell is refused for that. */
  readonly problems?: readonly MagicProblem[];
}

export type CompileResult =
  | {
      readonly ok: true;
      /** What the kernel knows itself is not sent back to it. */
      readonly cell: Pick<CompiledCell, "js" | "map" | "name" | "writes">;
      readonly names: NamesUsed;
      /** Shown on stderr before the cell runs (`%typecheck warn`). */
      readonly warnings: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export interface Completion {
  readonly text: string;
  /** TypeScript's kind, such as "method", "const", "module". */
  readonly type: string;
  readonly signature?: string;
}

/** A variable of the notebook and the names of properties that lead from it to a value. */
export type ValuePath = readonly string[];

/** A value whose type does not say what it has. */
export interface OpenValue {
  readonly path: ValuePath;
  /** Whether a member is written as a name behind a dot, or as a key between quotes. */
  readonly member: "name" | "key";
  /** UTF-16 offset at which the member begins. */
  readonly start: number;
}

export interface Completions {
  readonly matches: readonly Completion[];
  /** UTF-16 offsets of the text that a match replaces. */
  readonly start: number;
  readonly end: number;
  /** The session knows more of what could stand here. */
  readonly value?: OpenValue;
}

export interface Inspection {
  /** Markdown and plain text. */
  readonly data: Record<string, string>;
  /** Where the session has the value that this is about. */
  readonly value?: ValuePath;
}

export interface Completeness {
  /** Unknown where TypeScript could not be asked. */
  readonly status: "complete" | "incomplete" | "invalid" | "unknown";
  readonly indent: string;
}

/** A place in a text: a line from 1 on, a column from 0 on. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type FragmentResult =
  | {
      readonly ok: true;
      /** The body of a strict function, async where it awaits, that answers as a cell's does; it has no head. */
      readonly js: string;
      /** What the body calls the scope object. */
      readonly scope: string;
      readonly awaits: boolean;
    }
  | { readonly ok: false; readonly message: string };

export interface Language {
  /**
   * Tells the pid of the process that runs the service, now and whenever another takes its place: who hears it ends the process should the
   * kernel be killed, which the process itself does not notice while it is busy with a type that never ends.
   */
  onProcess(listener: (pid: number) => void): void;
  /**
   * Checks a cell against all committed cells and transforms it. Later cells see nothing of it until `commit`.
   * @param run by which `commit` finds what was checked; by default the cell's number
   */
  compile(cell: CellToCheck, run?: number): Promise<CompileResult>;
  /**
   * The cell of this run has begun to run: from now on later cells see what it declares. Answers what in functions of earlier cells does
   * not fit that.
   */
  commit(run: number): Promise<readonly Diagnostic[]>;
  /** The cell of this run does not begin to run, though it may have been checked, or still be: no commit will come. */
  discard(run: number): void;
  /**
   * What was committed for this run is over. Only what has run to its end narrows the types of variables for later cells.
   * @param globals all names that user code has put on `globalThis`, with their types, where these have changed
   */
  ended(run: number, ok: boolean, globals?: Readonly<Record<string, string>>): Promise<void>;
  /** An expression for user_expressions: checked for syntax only, its value is the result. */
  compileExpression(code: string): Promise<CompileResult>;
  /**
   * Code that a debugger evaluates amid a program: names of cells are reached through the scope object, names in `locals` stay as they
   * are. Checked for syntax only.
   */
  compileFragment(code: string, locals: readonly string[]): Promise<FragmentResult>;
  /** Where a debugger can stop in a cell, or in the file of this path, in order. */
  breakPositions(code: string, path?: string): Promise<readonly Position[]>;
  /** Offsets are UTF-16 code units; the protocol layer converts from code points. */
  complete(code: string, offset: number): Promise<Completions>;
  inspect(code: string, offset: number, detail: 0 | 1): Promise<Inspection | undefined>;
  isComplete(code: string): Promise<Completeness>;
  /** The names that have values now, in the order of their first declaration. */
  variables(): Promise<readonly Variable[]>;
  /** From now on cells import from another folder; tsconfig.json stays that of the notebook's folder. */
  changeFolder(folder: string): Promise<void>;
  /** From now on errors are told in this language, until `reset`. */
  setLocale(locale: Locale): Promise<void>;
  /** Forgets all cells: the session was restarted. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

export interface LanguageOptions {
  /** Imports and tsconfig.json are looked up from here: the notebook's folder. */
  readonly cwd: string;
  /** File that declares the runtime's types; by default this package's: `dist/src/index.d.ts`, else `src/index.ts`. */
  readonly runtime?: string;
  /** How long one call may take, in ms, before its process is given up and another one started; 20,000 by default. */
  readonly patience?: number;
}

/** What `language/start.ts` exports as `startLanguage`: returns at once; the process starts meanwhile and calls wait for it. */
export type StartLanguage = (options: LanguageOptions) => Language;
