/** A notebook for tests: runs hand-written compiled cells in a real session and collects what each of them put out. */
import { fileURLToPath } from "node:url";
import type { CommMessage, CompiledCell } from "../../kernel/session/messages.js";
import type { MimeBundle } from "../../kernel/session/mime-bundle.js";
import type { CellOutcome, OutputEvent, Session, StartSession } from "../../kernel/session/session.js";
import { startSession } from "../../kernel/session/start.js";

const RUNTIME = new URL("./runtime-fixture.ts", import.meta.url).href;

/** A cell whose compiled text is the source itself, line for line. */
export function cell(js: string, name: string): CompiledCell {
  return { js, map: "", source: js, name };
}

export interface Ran {
  readonly outcome: CellOutcome;
  /** All output that belongs to this cell; more may come while later cells run. */
  readonly events: OutputEvent[];
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly result: MimeBundle | undefined;
}

/** A cell that has begun. */
export interface Launched {
  readonly events: readonly OutputEvent[];
  readonly ended: Promise<Ran>;
}

export class Notebook {
  readonly session: Session;
  readonly restarts: string[] = [];
  onEvent: ((event: OutputEvent) => void) | undefined;
  onComm: ((message: CommMessage) => void) | undefined;
  private readonly events = new Map<number, OutputEvent[]>();
  private count = 0;

  constructor(
    cwd = fileURLToPath(new URL(".", import.meta.url)),
    runtime: string | undefined = RUNTIME,
    start: StartSession = startSession,
  ) {
    this.session = start({
      cwd,
      ...(runtime !== undefined && { runtime }),
      onOutput: (event) => {
        this.of(event.run).push(event);
        this.onEvent?.(event);
        if (event.type === "comm") this.onComm?.(event.message);
      },
      onRestart: (why) => this.restarts.push(why),
    });
  }

  /** Number that the next cell gets. */
  get next(): number {
    return this.count + 1;
  }

  async run(js: string): Promise<Ran> {
    const run = ++this.count;
    const events = this.of(run);
    const outcome = await this.session.run(run, cell(js, `Cell [${String(run)}]`), { silent: false });
    const text = (name: string) => () =>
      events.map((event) => (event.type === "stream" && event.name === name ? event.text : "")).join("");
    const result = events.find((event) => event.type === "result");
    return {
      outcome,
      events,
      stdout: text("stdout"),
      stderr: text("stderr"),
      result: result?.type === "result" ? result.bundle.decode() : undefined,
    };
  }

  /** Runs a cell that prints "begun" and goes on; resolves when it has printed that. */
  async launch(js: string): Promise<Launched> {
    const events = this.of(this.next);
    const ended = this.run(js);
    await until(() => events.some((event) => event.type === "stream" && event.text.includes("begun\n")));
    return { events, ended };
  }

  private of(run: number): OutputEvent[] {
    let events = this.events.get(run);
    if (!events) this.events.set(run, (events = []));
    return events;
  }
}

const BUILT = new URL("../../dist/kernel/session/start.js", import.meta.url).href;
const { startSession: startBuilt } = (await import(BUILT)) as { startSession: StartSession };

/** A notebook whose session is the one that was built, with the runtime as built, and free of the loader that tests run under. */
export function builtNotebook(cwd: string): Notebook {
  const { execArgv } = process;
  process.execArgv = [];
  try {
    return new Notebook(cwd, undefined, startBuilt);
  } finally {
    process.execArgv = execArgv;
  }
}

/** Colour codes taken out of a traceback. */
export function plain(lines: readonly string[]): string {
  return lines.join("\n").replace(/\u001b\[\d+m/g, "");
}

/** Waits until something holds, however long that takes: a machine may be slow. */
export async function until(condition: () => unknown): Promise<void> {
  while (!(await condition())) await sleep(5);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
