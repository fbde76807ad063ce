/** Files in Node. */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

import type { Files, ReadableFile, ReplacingFile } from "./platform.js";

export const files: Files = { open, replace };

function open(path: string): ReadableFile {
  const file = openSync(path, "r");
  return {
    size: fstatSync(file).size,
    read(into, position) {
      let done = 0;
      // One read gives 2 GB at most, and less where the system likes.
      while (done < into.length) {
        const count = readSync(file, into, done, into.length - done, position + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    },
    close: () => {
      closeSync(file);
    },
  };
}

function replace(path: string): ReplacingFile {
  const target = resolved(path);
  // In the same folder, since only within a file system a file takes another's place at once.
  const beside = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  const file = openSync(beside, "wx");
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    write(bytes) {
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    },
    commit() {
      keepMode(file, target);
      fsyncSync(file);
      close();
      renameSync(beside, target);
      syncFolder(dirname(target));
    },
    discard() {
      close();
      rmSync(beside, { force: true });
    },
  };
}

/** Where a symbolic link leads, so that the file is replaced and not the link. */
function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Who may read the old file may read the new one. */
function keepMode(file: number, target: string): void {
  const old = statSync(target, { throwIfNoEntry: false });
  if (old !== undefined) fchmodSync(file, old.mode & 0o777);
}

/** That the new file has the old one's name is in the folder; where a system does not wait for that, it comes in its time. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, "r");
    fsyncSync(folder);
    closeSync(folder);
  } catch {
    // Windows opens no folders.
  }
}
