/**
 * How a timer shows itself as the result of a cell: by its time, not by Node's bookkeeping.
 */
import { inspect } from "node:util";

interface NodesTimeout {
  readonly _idleTimeout: number;
  readonly _repeat: number | null;
  readonly _destroyed: boolean;
}

export function installTimers(): void {
  const timeout = setTimeout(() => undefined, 0);
  clearTimeout(timeout);
  show(timeout, ({ _idleTimeout, _repeat, _destroyed }: NodesTimeout) => {
    if (_destroyed) return "Timeout (over)";
    return _repeat === null ? `Timeout (${String(_idleTimeout)} ms)` : `Interval (${String(_repeat)} ms)`;
  });
  const immediate = setImmediate(() => undefined);
  clearImmediate(immediate);
  show(immediate, () => "Immediate");
}

function show<T>(example: object, text: (self: T) => string): void {
  Object.defineProperty(Object.getPrototypeOf(example), inspect.custom, {
    value(this: T) {
      return text(this);
    },
    configurable: true,
    writable: true,
  });
}
