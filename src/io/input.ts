/** What is read: a file by its path, or bytes that are there already. Every error names it. */
import { platform } from "../platform/node.js";

/** The path of a file, a `file:` URL, or the bytes of one. */
export type FileLike = string | URL | Uint8Array | ArrayBuffer;

/** Where bytes come from, part by part. */
export interface Input {
  /** For messages: the path, or "the bytes". */
  readonly name: string;
  readonly size: number;
  /** These bytes. @throws Error where the input ends before */
  read(position: number, length: number): Uint8Array;
  /** As `read`, into memory that is there. */
  readInto(into: Uint8Array, position: number): void;
  close(): void;
}

/** @param asking the function that is called, for messages; who opens an input closes it */
export function openInput(asking: string, file: FileLike): Input {
  if (file instanceof Uint8Array || file instanceof ArrayBuffer) return bytesInput(asking, file);
  return fileInput(asking, pathOf(asking, file));
}

/** @throws TypeError for what names no file */
export function pathOf(asking: string, file: unknown): string {
  if (typeof file === "string" && file !== "") return file;
  if (file instanceof URL && file.protocol === "file:") return decodeURIComponent(file.pathname);
  const found = file instanceof URL ? `the URL ${file.href}` : file === "" ? "an empty text" : typeof file;
  throw new TypeError(`${asking}: expected the path of a file, got ${found}`);
}

function bytesInput(asking: string, file: Uint8Array | ArrayBuffer): Input {
  // Also of a Buffer, whose slice would be no copy.
  const bytes =
    file instanceof Uint8Array
      ? new Uint8Array(file.buffer, file.byteOffset, file.byteLength)
      : new Uint8Array(file);
  const read = (position: number, length: number): Uint8Array => {
    checkEnd(asking, "the bytes", bytes.length, position, length);
    return bytes.subarray(position, position + length);
  };
  return {
    name: "the bytes",
    size: bytes.length,
    read,
    readInto(into, position) {
      into.set(read(position, into.length));
    },
    close() {
      // Nothing is open.
    },
  };
}

function fileInput(asking: string, path: string): Input {
  const { files } = platform;
  if (files === undefined)
    throw new Error(
      `${asking}: there are no files here; pass the file's bytes, an ArrayBuffer or Uint8Array`,
    );
  const file = named(asking, path, () => files.open(path));
  const readInto = (into: Uint8Array, position: number): void => {
    checkEnd(asking, path, file.size, position, into.length);
    const count = named(asking, path, () => file.read(into, position));
    if (count < into.length)
      throw new Error(`${asking}: ${path} was cut off at byte ${position + count} while it was read`);
  };
  return {
    name: path,
    size: file.size,
    read(position, length) {
      checkEnd(asking, path, file.size, position, length);
      const bytes = new Uint8Array(length);
      readInto(bytes, position);
      return bytes;
    },
    readInto,
    close: () => {
      file.close();
    },
  };
}

function checkEnd(asking: string, name: string, size: number, position: number, length: number): void {
  if (position + length <= size) return;
  throw new Error(
    `${asking}: ${name} ends at byte ${size}, but bytes ${position} to ${position + length} are needed: it is cut off; copy or download it again`,
  );
}

/** What the system says in words, by its code. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "this user may not open it",
  EPERM: "the system does not allow it",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  EMFILE: "too many files are open",
  ENOSPC: "the disk is full; what was there before is unchanged",
  EDQUOT: "this user's part of the disk is full; what was there before is unchanged",
  EFBIG: "the file would be larger than this process may write; what was there before is unchanged",
  EROFS: "the disk can only be read",
  EIO: "the disk reports an error",
};

/** Runs `action` on a file; an error of the system's says what was done to which file. */
export function named<T>(asking: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new Error(`${asking}: ${path}: ${reasons[code] ?? message}`, { cause });
  }
}
