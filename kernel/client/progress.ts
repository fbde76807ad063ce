/** How a run goes, on the terminal: one line a cell that fills while it runs; without a terminal, a plain line for each finished cell. */
import { stripVTControlCharacters } from "node:util";
import type { CellFailure, Progress } from "./run-notebook.js";

const BAR = 20;
/** Milliseconds between redrawings of the running cell's line. */
const REFRESH = 200;
const TITLE = 72;

/** The part of a stream that is needed here; process.stderr has it. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export function showProgress(terminal: Terminal): (progress: Progress) => void {
  return terminal.isTTY ? liveLines(terminal) : plainLines(terminal);
}

function plainLines(terminal: Terminal): (progress: Progress) => void {
  let title = "";
  return (progress) => {
    if (progress.type === "begin") title = titleOf(progress.cell.source);
    if (progress.type !== "end") return;
    const { index, total, seconds, failed } = progress;
    const width = String(total).length;
    terminal.write(
      `${String(index).padStart(width)}/${total} ${failed ? "failed" : "ok"} ${seconds.toFixed(1)} s  ${title}\n`,
    );
  };
}

function liveLines(terminal: Terminal): (progress: Progress) => void {
  let timer: NodeJS.Timeout | undefined;
  let begun = { index: 0, total: 0, title: "", at: 0 };
  let printed = "";
  const line = (seconds: number, done: number, note: string): string => {
    const { index, total } = begun;
    const filled = Math.round((BAR * done) / total);
    const bar = "█".repeat(filled) + "░".repeat(BAR - filled);
    const text = `${String(index).padStart(String(total).length)}/${total} ${bar} ${seconds.toFixed(1).padStart(5)} s  ${note}`;
    return `\r\u001b[2K${text.slice(0, (terminal.columns ?? 80) - 1)}`;
  };
  const draw = (): void => {
    const seconds = (performance.now() - begun.at) / 1_000;
    terminal.write(line(seconds, begun.index - 1, printed || begun.title));
  };
  return (progress) => {
    switch (progress.type) {
      case "begin":
        begun = {
          index: progress.index,
          total: progress.total,
          title: titleOf(progress.cell.source),
          at: performance.now(),
        };
        printed = "";
        draw();
        timer = setInterval(draw, REFRESH);
        timer.unref();
        return;
      case "print":
        printed = lastLine(progress.text) || printed;
        return;
      case "end":
        clearInterval(timer);
        terminal.write(
          line(progress.seconds, progress.index, `${progress.failed ? "✗" : "✓"} ${begun.title}`),
        );
        terminal.write("\n");
        return;
    }
  };
}

/** First line of a cell that is more than a magic. */
function titleOf(source: string): string {
  const lines = source.split("\n").map((line) => line.trim());
  const title = lines.find((line) => line !== "" && !line.startsWith("%")) ?? lines[0] ?? "";
  return title.length > TITLE ? `${title.slice(0, TITLE - 1)}…` : title;
}

/** Last line of printed text without colours, as it would stand on a terminal. */
function lastLine(text: string): string {
  const plain = text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");
  return (
    plain
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1)
      ?.trim() ?? ""
  );
}

/** A failed cell for the terminal; without one, without colours. */
export function describeFailure(
  { index, ename, evalue, traceback }: CellFailure,
  terminal: Terminal,
): string {
  const text = `cell ${index} failed: ${ename}: ${evalue}\n\n${traceback.join("\n")}`;
  return terminal.isTTY ? text : stripVTControlCharacters(text);
}
