/** Files that are written whole or not at all. */
import { onInterrupt } from "../interrupts.js";
import { platform } from "../platform/node.js";
import { named, pathOf } from "./input.js";

/**
 * Has `write` write a new file and puts it in the place of what `file` names. Where `write` throws, the cell is stopped, the disk is full or
 * the program ends, what was there before is unchanged.
 * @throws Error that names the file, where the system refuses
 */
export function replaceFile(
  asking: string,
  file: string | URL,
  write: (append: (bytes: Uint8Array) => void) => void,
): void {
  const path = pathOf(asking, file);
  const { files } = platform;
  if (files === undefined) throw new Error(`${asking}: there are no files here`);
  const output = named(asking, path, () => files.replace(path));
  const forget = onInterrupt(() => {
    output.discard();
  });
  try {
    write((bytes) => {
      named(asking, path, () => {
        output.write(bytes);
      });
    });
    named(asking, path, () => {
      output.commit();
    });
  } catch (error) {
    output.discard();
    throw error;
  } finally {
    forget();
  }
}
