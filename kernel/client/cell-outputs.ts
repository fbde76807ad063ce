/**
 * Gathers what cells put out into the outputs of a notebook, as Jupyter's own clients do: stream texts run together, a display that
 * is updated changes wherever it stands, clear_output clears.
 */
import type { Json, Message } from "../wire/message.js";
import type { Output } from "./notebook.js";

export class CellOutputs {
  readonly #cells = new Map<string, CellState>();
  /** Display id → the places that show it. */
  readonly #displays = new Map<string, { cell: CellState; output: DisplayOutput }[]>();

  /** From now on, messages with this request as their parent fill `outputs`. */
  watch(request: string, outputs: Output[]): void {
    this.#cells.set(request, { outputs, clearNext: false });
  }

  /** Takes a message from IOPub. */
  receive({ header, parentHeader, content }: Message): void {
    const parent = parentHeader["msg_id"];
    const cell = typeof parent === "string" ? this.#cells.get(parent) : undefined;
    if (!cell) return;
    switch (header.msg_type) {
      case "stream":
        return this.#stream(cell, String(content["name"]), String(content["text"]));
      case "clear_output":
        cell.clearNext = content["wait"] === true;
        if (!cell.clearNext) this.#clear(cell);
        return;
      case "error": {
        const { ename, evalue, traceback } = content as {
          ename: string;
          evalue: string;
          traceback: string[];
        };
        return this.#append(cell, { output_type: "error", ename, evalue, traceback });
      }
      case "display_data":
      case "execute_result": {
        const { data, metadata, execution_count: count } = content as unknown as DisplayContent;
        const output: DisplayOutput =
          header.msg_type === "display_data"
            ? { output_type: "display_data", data, metadata }
            : { output_type: "execute_result", data, metadata, execution_count: count ?? null };
        this.#append(cell, output);
        const id = displayId(content);
        if (id === undefined) return;
        this.#update(id, data, metadata);
        this.#displays.set(id, [...(this.#displays.get(id) ?? []), { cell, output }]);
        return;
      }
      case "update_display_data": {
        const { data, metadata } = content as unknown as DisplayContent;
        const id = displayId(content);
        if (id !== undefined) this.#update(id, data, metadata);
        return;
      }
    }
  }

  #stream(cell: CellState, name: string, text: string): void {
    if (cell.clearNext) this.#clear(cell);
    const last = cell.outputs.at(-1);
    if (last?.output_type === "stream" && last.name === name) last.text = overwriteLines(last.text + text);
    else cell.outputs.push({ output_type: "stream", name, text: overwriteLines(text) });
  }

  #append(cell: CellState, output: Output): void {
    if (cell.clearNext) this.#clear(cell);
    cell.outputs.push(output);
  }

  #clear(cell: CellState): void {
    cell.outputs.length = 0;
    cell.clearNext = false;
    for (const [id, places] of this.#displays) {
      this.#displays.set(
        id,
        places.filter((place) => place.cell !== cell),
      );
    }
  }

  #update(id: string, data: Json, metadata: Json): void {
    for (const { output } of this.#displays.get(id) ?? []) {
      output.data = data;
      output.metadata = metadata;
    }
  }
}

interface CellState {
  readonly outputs: Output[];
  clearNext: boolean;
}

type DisplayOutput = Extract<Output, { data: Json }>;

interface DisplayContent {
  readonly data: Json;
  readonly metadata: Json;
  readonly execution_count?: number;
}

function displayId(content: Json): string | undefined {
  const id = (content["transient"] as { display_id?: unknown } | undefined)?.display_id;
  return typeof id === "string" ? id : undefined;
}

/** A carriage return that more text follows starts its line anew: of a progress bar, the last state stays. */
function overwriteLines(text: string): string {
  return text.includes("\r") ? text.replace(/[^\n]*\r(?=[^\n])/g, "") : text;
}
