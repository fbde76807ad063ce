/** Checks what a run is given against what the program was compiled for, so that no kernel writes outside a buffer. */
import type { Storage } from "../engine.js";
import type { Program } from "../program.js";

/** @throws RangeError where the number of externals or the size of one does not fit the program. */
export function checkExternals(program: Program, externals: readonly Storage[]): void {
  const wanted = program.externals;
  if (externals.length !== wanted.length) {
    throw new RangeError(`the program takes ${wanted.length} externals, got ${externals.length}`);
  }
  for (let i = 0; i < wanted.length; i++) {
    if (externals[i]!.byteLength < wanted[i]!.bytes) {
      throw new RangeError(
        `external ${i} needs ${wanted[i]!.bytes} bytes, got a storage of ${externals[i]!.byteLength}`,
      );
    }
  }
}
