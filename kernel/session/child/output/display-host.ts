/**
 * What figures need of the notebook: to show themselves, to change where they are shown, and to know which cell runs and when it ends.
 * The runtime's `viz` finds this object on globalThis under a registered symbol, so that neither half imports the other, and a second
 * copy of the runtime finds it too.
 */
import { EncodedBundle } from "../../encoded-bundle.js";
import { currentTask } from "../run/attribution.js";
import { emit, emitStream } from "./event-pipe.js";
import { cellError } from "../run/errors.js";
import { currentRun } from "./streams.js";
import { savedNotebook } from "./saved-notebook.js";

const HOST = Symbol.for("cellgrad.displayHost");

/** Property of an object that wants to be shown under a display id of its own, so that it can change what it has shown. */
const DISPLAY_ID = Symbol.for("Jupyter.displayId");

export function displayIdOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  try {
    const id = (value as Record<symbol, unknown>)[DISPLAY_ID];
    return typeof id === "string" ? id : undefined;
  } catch {
    return undefined;
  }
}

/** Callbacks of the runs that have not ended. */
const running = new Map<number, (() => void)[]>();
/** How often the outputs of a run have been cleared. */
const cleared = new Map<number, number>();
/** Ids of cells that the client has told to be deleted. */
const deleted = new Set<string>();

export function cellStarted(run: number, deletedCells: readonly string[] = []): void {
  running.set(run, []);
  for (const id of deletedCells) deleted.add(id);
}

export function isRunning(run: number): boolean {
  return running.has(run);
}

/** Calls what waits for the end of a run; an error in it is printed and stops nothing. */
export function cellEnded(run: number): void {
  const callbacks = running.get(run) ?? [];
  running.delete(run);
  for (const callback of callbacks) {
    try {
      callback();
    } catch (error) {
      emitStream(run, "stderr", `${cellError(error).traceback.join("\n")}\n`);
    }
  }
}

/** False if the cell has ended: the callback will not be called. */
export function atCellEnd(callback: () => void): boolean {
  const callbacks = running.get(currentRun());
  callbacks?.push(callback);
  return callbacks !== undefined;
}

export function outputsCleared(run: number): void {
  cleared.set(run, (cleared.get(run) ?? 0) + 1);
}

const host = {
  display(data: Record<string, unknown>, displayId?: string): void {
    const bundle = EncodedBundle.of({ data, metadata: {} });
    emit({ type: "display", run: currentRun(), bundle, displayId, update: false });
  },
  update(displayId: string, data: Record<string, unknown>): void {
    const bundle = EncodedBundle.of({ data, metadata: {} });
    emit({ type: "display", run: currentRun(), bundle, displayId, update: true });
  },
  /** The cell that caused what runs now; `cleared` changes when its outputs are cleared. */
  cell(): { id?: string; run: number; cleared: number; client?: string } | undefined {
    const run = currentRun();
    if (run === 0) return undefined;
    const { cellId: id, client } = currentTask() ?? {};
    return {
      ...(id !== undefined && { id }),
      ...(client !== undefined && { client }),
      run,
      cleared: cleared.get(run) ?? 0,
    };
  },
  atCellEnd,
  isDeleted: (id: string): boolean => deleted.has(id),
  savedNotebook,
};

export function installDisplayHost(): void {
  Object.defineProperty(globalThis, HOST, { value: host, configurable: true, writable: true });
}
