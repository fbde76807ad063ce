/** Memory that ZeroMQ has let go of is V8's to find, which an idle process does not do: it would stay as large as a subscriber once made it. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Milliseconds in which ZeroMQ has let go of what it kept for a subscriber that has left. */
const SETTLED = 1_000;
/** Bytes in buffers that are not worth a collection. */
const SMALL = 2 ** 25;

let collect: (() => void) | undefined;
let timer: NodeJS.Timeout | undefined;

/** Has buffers that nobody needs any more collected, a little later and where there are many. */
export function giveBackMemory(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    if (process.memoryUsage().arrayBuffers < SMALL) return;
    setFlagsFromString("--expose-gc");
    collect ??= runInNewContext("gc") as () => void;
    collect();
  }, SETTLED).unref();
}
