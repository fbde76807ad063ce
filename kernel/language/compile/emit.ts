/**
 * The JavaScript of a checked cell, with the map that leads back to it.
 */
import type TS from "typescript";
import type { OpenCell } from "../program/workspace.js";
import { cellMap } from "./source-map.js";
import { cellTransform, type CellTransformOptions } from "./transform/cell-transform.js";

export interface EmitOptions extends CellTransformOptions {
  /** Without looking at types. */
  readonly unchecked: boolean;
}

export interface EmittedCell {
  readonly js: string;
  readonly map: string;
  /** What errors call it. */
  readonly name: string;
}

/** @param compilerOptions those of the cell's program */
export function emitCell(
  open: OpenCell,
  name: string,
  compilerOptions: TS.CompilerOptions,
  options: EmitOptions,
): EmittedCell {
  const { js, map, head } = emitBody(open, compilerOptions, options);
  return { js: `${head}\n${js}`, map: cellMap(map, open.module, name, 1), name };
}

export interface EmittedBody {
  readonly js: string;
  /** Leads back to the cell's module. */
  readonly map: string;
  /** What the body needs before it. */
  readonly head: string;
  /** What it calls the scope object. */
  readonly scope: string;
}

export function emitBody(
  open: OpenCell,
  compilerOptions: TS.CompilerOptions,
  { unchecked, ...options }: EmitOptions,
): EmittedBody {
  const transform = cellTransform(open, options);
  let js = "";
  let map = "";
  const write: TS.WriteFileCallback = (path, text) => {
    if (path.endsWith(".map")) map = text;
    else js = text;
  };
  // Emitting checks the file first, unless it is told not to.
  if (unchecked) compilerOptions.noCheck = true;
  try {
    open.program.emit(open.file, write, undefined, false, transform.transformers);
  } finally {
    delete compilerOptions.noCheck;
  }
  js = js.replace(/\n\/\/# sourceMappingURL=[^\n]*\s*$/u, "\n");
  return { js, map, head: transform.head(), scope: transform.scope };
}
