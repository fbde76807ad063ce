/**
 * How a figure reaches the notebook it is shown in. A Jupyter kernel sets the host; without one (a plain script, another kernel) a
 * figure still shows itself once through `Symbol.for("Jupyter.display")`, and live updates do nothing.
 */

/** MIME type → content, as Jupyter's display messages carry it. */
export type MimeBundle = Record<string, unknown>;

/** The cell that caused what runs now: its id in the notebook where the client tells it, and a number that differs for every run of any cell. */
export interface RunningCell {
  readonly id?: string;
  readonly run: number;
  /** Changes when the cell's outputs are cleared. */
  readonly cleared?: number;
  /** The client's connection, another one for a page that was loaded anew. */
  readonly client?: string;
}

/** The notebook's file as it was last saved. */
export interface SavedNotebook {
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  includes(text: string): boolean;
}

/** What a kernel offers to figures. All calls are synchronous, so that a loop that never yields is seen live. */
export interface DisplayHost {
  /** Sends display_data, with `displayId` if the output is to be updated later. */
  display(bundle: MimeBundle, displayId?: string): void;
  /** Sends update_display_data for every output shown under `displayId`. */
  update(displayId: string, bundle: MimeBundle): void;
  /** The cell that caused what runs now, even if it has ended; undefined if there is none. */
  cell(): RunningCell | undefined;
  /**
   * Calls `callback` once, when that cell ends (ok, error or interrupted), before its end is reported. False if it has ended already.
   */
  atCellEnd(callback: () => void): boolean;
  /** Whether the cell of this id is known to have been deleted. */
  isDeleted?(cellId: string): boolean;
  /** Undefined where nobody knows the file. */
  savedNotebook?(): SavedNotebook | undefined;
}

/**
 * The host hangs on globalThis under a registered symbol, so that a second copy of this package (a notebook's own node_modules) finds
 * it too, and a kernel can set it without importing this package.
 */
const hostKey = Symbol.for("cellgrad.displayHost");

const global = globalThis as { [hostKey]?: DisplayHost | undefined };

/** Sets, or with undefined removes, the host of all figures of this process. */
export function setDisplayHost(host: DisplayHost | undefined): void {
  global[hostKey] = host;
}

/** Whether what a cell showed earlier is gone: it runs again, or its outputs were cleared. */
export function isReplaced(earlier: RunningCell | undefined, now: RunningCell | undefined): boolean {
  if (earlier === undefined || now === undefined) return false;
  if (earlier.run === now.run) return earlier.cleared !== now.cleared;
  return earlier.id !== undefined && earlier.id === now.id;
}

export function displayHost(): DisplayHost | undefined {
  return global[hostKey];
}
