/**
 * The output of a cell in which a notebook shows a progress bar. A bar that is over leaves its output to the next bar of the same surrounding
 * loop, so that a loop within a loop has one line and not one for each time it runs.
 */
import { platform } from "../platform/node.js";
import { displayHost, isReplaced, type RunningCell } from "../viz/display-host.js";
import { progressHtml, progressText, type ProgressState } from "./state.js";

/** An output that can be updated. */
interface Place {
  readonly id: string;
  readonly cell: RunningCell | undefined;
}

export class NotebookOutput {
  #place: Place | undefined;
  #parent: NotebookOutput | undefined;
  /** Outputs of bars within this one's loop that are over. */
  readonly #free: Place[] = [];

  /** The bar's loop begins, within the loop of the bar that has the output `parent`. */
  begin(parent: NotebookOutput | undefined): void {
    this.#place = undefined;
    this.#parent = parent;
  }

  /** Shows the bar; false where there is no page to show it in. */
  show(state: ProgressState): boolean {
    const host = displayHost();
    const cell = host?.cell();
    // A client that tells no cell's id is a console or runs a notebook without a page.
    if (!host || (cell?.id === undefined && !this.#place)) return false;
    const bundle = { "text/html": String(progressHtml(state)), "text/plain": progressText(state) };
    const place = this.#place ?? (this.#parent && this.#parent.#free.pop());
    if (place && !isReplaced(place.cell, cell)) {
      this.#place = place;
      host.update(place.id, bundle);
    } else {
      this.#place = { id: platform.uniqueId(), cell };
      host.display(bundle, this.#place.id);
    }
    return true;
  }

  /** Leaves nothing of the bar to be seen; false where it was never shown in a page. */
  clear(): boolean {
    if (!this.#place) return false;
    displayHost()?.update(this.#place.id, { "text/html": "", "text/plain": "" });
    return true;
  }

  /** The bar is over: the next one in the surrounding loop may be shown in this output. */
  release(): void {
    if (this.#place && this.#parent) this.#parent.#free.push(this.#place);
  }
}
