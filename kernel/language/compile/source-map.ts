/**
 * Source maps of compiled cells: TypeScript's, which lead to a cell's module, made to lead to the cell itself.
 */
import { decode, encode, type SourceMapSegment } from "@jridgewell/sourcemap-codec";
import { toCell, type CellModule } from "../program/cell-module.js";

/**
 * @param map TypeScript's map, as JSON
 * @param linesBefore lines put before the JavaScript that the map speaks of
 */
export function cellMap(map: string, module: CellModule, name: string, linesBefore: number): string {
  const { mappings } = JSON.parse(map) as { mappings: string };
  const shown = (lines: string) =>
    JSON.stringify({ version: 3, file: name, sources: [name], names: [], mappings: lines });
  if (module.text === module.parsed.text) return shown(";".repeat(linesBefore) + mappings);
  const moduleLines = lineStarts(module.text);
  const cellLines = lineStarts(module.parsed.text);
  const lines: SourceMapSegment[][] = Array.from({ length: linesBefore }, () => []);
  for (const segments of decode(mappings)) {
    const mapped: SourceMapSegment[] = [];
    for (const segment of segments) {
      if (segment.length === 1) continue;
      const offset = toCell(module, moduleLines[segment[2]]! + segment[3]);
      if (offset === undefined) continue;
      const line = lineOf(cellLines, offset);
      mapped.push([segment[0], 0, line, offset - cellLines[line]!]);
    }
    lines.push(mapped);
  }
  return shown(encode(lines));
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
