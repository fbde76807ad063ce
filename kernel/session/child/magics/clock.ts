/** `%time`: what one run of a cell takes, and how times and sizes are written. */
import { localized } from "../../../locale/sentences.js";
import { atCellEnd } from "../output/display-host.js";
import { evaluated } from "./evaluated.js";

/** Runs a cell and prints what it took, also where it fails or is interrupted. */
export async function timed<T extends { readonly value: unknown } | undefined>(
  run: () => Promise<T>,
): Promise<T> {
  const memory = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  let told = false;
  const tell = (end: string) => {
    if (told) return;
    told = true;
    const wall = performance.now() - begin;
    const { user, system } = process.cpuUsage(cpu);
    const grown = process.memoryUsage.rss() - memory;
    const text =
      `${end}wall ${duration(wall)}, CPU ${duration((user + system) / 1000)} ` +
      `(user ${duration(user / 1000)}, system ${duration(system / 1000)}), memory ${grown < 0 ? "-" : "+"}${bytes(Math.abs(grown))}`;
    process.stdout.write(`${localized(text)}\n`);
  };
  atCellEnd(() => tell("Ended after: "));
  const result = await run();
  evaluated(result?.value);
  tell("");
  return result;
}

/** Milliseconds in the unit that fits, with three digits. */
export function duration(ms: number): string {
  if (ms >= 60_000)
    return `${String(Math.floor(ms / 60_000))} min ${String(Math.round((ms % 60_000) / 1000))} s`;
  const [scale, unit] =
    ms >= 1000 ? [1e-3, "s"] : ms >= 1 ? [1, "ms"] : ms >= 1e-3 ? [1e3, "µs"] : [1e6, "ns"];
  const scaled = ms * scale;
  // Digits that were not measured are not shown; whole numbers of more than three digits stay whole.
  return `${scaled >= 100 ? scaled.toFixed(0) : String(Number(scaled.toPrecision(3)))} ${unit}`;
}

/** A size in the unit that fits, with three digits. */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return `${String(Number((count / 1000 ** power).toPrecision(3)))} ${units[power]!}`;
}
