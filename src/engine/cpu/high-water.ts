/** The most memory that buffers have held at one time: looked at where they are made, since V8 tells only what there is now. */
import { platform } from "../../platform/node.js";

/** Looking costs a microsecond, filling this much memory a hundred. */
const lookEvery = 1 << 20;

let sinceLooked = 0;
let most = 0;
/** What V8 counts besides buffers. */
let others = NaN;

/** A buffer of so many bytes has been made. */
export function noteBuffer(bytes: number): void {
  sinceLooked += bytes;
  if (sinceLooked >= lookEvery) look();
}

function look(): void {
  sinceLooked = 0;
  const now = platform.externalMemory();
  if (Number.isNaN(others)) others = now - platform.bufferMemory();
  if (now > most) most = now;
}

/** The most bytes since the last `resetHighWater`, give or take a megabyte; NaN where they cannot be known. */
export function highWater(): number {
  look();
  return most - others;
}

export function resetHighWater(): void {
  most = 0;
  others = NaN;
  look();
}
