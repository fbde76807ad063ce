/** Checks what a run is given against what the program was compiled for, so that no kernel writes outside a buffer. */
import type { Engine, Storage } from "./engine.js";
import type { Program } from "./program.js";

/** @throws RangeError where the number of externals or the size of one does not fit the program; Error for one of another engine. */
export function checkExternals(engine: Engine, program: Program, externals: readonly Storage[]): void {
  const wanted = program.externals;
  if (externals.length !== wanted.length) {
    throw new RangeError(`the program takes ${wanted.length} externals, got ${externals.length}`);
  }
  for (let i = 0; i < wanted.length; i++) {
    const given = externals[i]!;
    if (given.byteLength < wanted[i]!.bytes) {
      throw new RangeError(
        `external ${i} needs ${wanted[i]!.bytes} bytes, got a storage of ${given.byteLength}`,
      );
    }
    if (given.engine !== engine) {
      throw new Error(`external ${i} is a storage of the engine ${given.engine.name}, not of ${engine.name}`);
    }
  }
}
