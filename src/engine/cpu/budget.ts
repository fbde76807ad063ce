/**
 * Refuses memory that is not there. What is allocated costs nothing until it is touched, and then it is too late for an error, so
 * large requests are compared beforehand with what may still be taken.
 */
import { platform } from "../../platform/node.js";
import { formatBytes, OutOfMemory } from "../engine.js";

/** Asking the system costs some microseconds, which touching this much memory takes a thousand times. */
const askEvery = 64e6;
/** What is left to the rest of the process and of the machine. */
const spared = 128e6;

export class Budget {
  /** Bytes handed out that nobody has touched yet: the system still counts them as free. */
  private promised = 0;
  private sinceAsked = 0;

  /** @param relieve gives back what the engine keeps and could do without */
  constructor(private readonly relieve: () => void) {}

  /** Room for so many bytes more, which are touched at once if `filled`, else until `spent`. @throws OutOfMemory */
  take(bytes: number, filled = false): void {
    this.sinceAsked += bytes;
    if (this.sinceAsked >= askEvery) {
      this.sinceAsked = 0;
      const wanted = this.promised + bytes;
      if (!fits(wanted)) {
        this.makeRoom();
        if (!fits(wanted)) throw this.shortage(bytes);
      }
    }
    if (!filled) this.promised += bytes;
  }

  /** A run touches all that was handed out. */
  spent(): void {
    this.promised = 0;
  }

  makeRoom(): void {
    this.relieve();
    platform.collectGarbage();
  }

  /** The error for a request that has failed: the run for which memory was handed out is not going to be. */
  shortage(bytes: number): OutOfMemory {
    const left = Math.max(0, platform.availableMemory() - this.promised - spared);
    this.promised = 0;
    return new OutOfMemory(
      bytes,
      `out of memory: ${formatBytes(bytes)} are needed and ${formatBytes(left)} available`,
    );
  }
}

function fits(bytes: number): boolean {
  return bytes + spared <= platform.availableMemory();
}
