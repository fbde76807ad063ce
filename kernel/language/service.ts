/**
 * Entry of the language process: answers calls one after another. Run to make a start snapshot, it does what every kernel would do
 * first, parses and binds the libraries and looks at the types that most cells use, and what is then in memory becomes the snapshot.
 */
import { resolve } from "node:path";
import { startupSnapshot } from "node:v8";
import { shutInspectorPort } from "../inspector-port.js";
import { resetLocale } from "../locale/notebook.js";
import { Cells, type CellsOptions } from "./cells.js";
import { makesSnapshot } from "./compiler.js";
import { SHORT_WARM_UPS, WARM_UP } from "./prelude/prelude.js";
import { PRELUDE } from "./names/registry.js";
import type { Answer, Call, Calls } from "./requests.js";
import { loadToolchain } from "./program/compiler-options.js";

/** While the user has not asked for anything after this long, in milliseconds, what the first cells need is made ready. */
const WARM_UP_AFTER = 30;
/** So many short cells are compiled then, one after another, until a call comes: V8 makes code fast that has run often. */
const SHORT_CELLS = 40;

if (makesSnapshot) {
  // A folder that is none, so that nothing of it is in the snapshot.
  const prepared = new Cells({ cwd: resolve("/cellgrad-nowhere") });
  warmUpWith(prepared, WARM_UP);
  // What is said about names of JavaScript itself: their comments are parsed when one is asked about.
  prepared.inspect("Math.max", 8, 0);
  startupSnapshot.setDeserializeMainFunction(() => serve(prepared));
} else serve();

function serve(prepared?: Cells): void {
  shutInspectorPort();
  resetLocale();
  const options = JSON.parse(process.argv.at(-1)!) as CellsOptions;
  const toolchain = loadToolchain(options.cwd);
  const fits = options.runtime === undefined && prepared?.moveTo(options.cwd, toolchain);
  const language = fits ? prepared! : new Cells(options, toolchain);
  const cells: Calls = language;
  let calls = 0;

  process.on("message", ({ id, name, args }: Call) => {
    calls++;
    try {
      const method = cells[name] as (...args: readonly unknown[]) => unknown;
      say({ type: "answer", id, value: method.apply(cells, args as unknown[]) });
    } catch (error) {
      language.recover();
      const message = `TypeScript failed: ${error instanceof Error ? error.message : String(error)}`;
      say({ type: "failure", id, message });
    }
  });
  process.on("disconnect", () => process.exit());
  // VS Code interrupts with SIGINT to all children of the kernel.
  process.on("SIGINT", () => undefined);
  say({ type: "ready" });

  const warmUp = (done: number) => {
    if (calls > 0 || done > SHORT_CELLS) return;
    warmUpWith(language, done === 0 ? WARM_UP : SHORT_WARM_UPS[done % SHORT_WARM_UPS.length]!);
    setTimeout(() => warmUp(done + 1));
  };
  setTimeout(() => warmUp(0), WARM_UP_AFTER);
}

function warmUpWith(cells: Cells, source: string): void {
  const { record } = cells.compile({ source, number: 0 }, PRELUDE);
  if (record) cells.discard(record.id);
}

function say(answer: Answer): void {
  // The kernel may have ended meanwhile.
  if (process.connected) process.send!(answer, undefined, {}, () => undefined);
}
