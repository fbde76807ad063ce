/**
 * Anomaly mode: a gradient that is NaN is an error at the line that recorded the operation it came of.
 */
import { onInterrupt } from "../interrupts.js";
import { stateMeant } from "../tensor/alias.js";
import type { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import { readNumbers } from "../tensor/reading.js";
import { formatShape } from "../tensor/shape.js";

/** @internal */
export const anomaly = { enabled: false, checkNan: true };

onInterrupt(() => {
  anomaly.enabled = false;
});

function hasNaN(x: Tensor): boolean {
  if (!isFloating(x.dtype)) return false;
  return readNumbers(x, "detectAnomaly").some((value) => value !== value);
}

/** Of what `result` was computed from, itself included: the recorded operation whose result has NaN and whose inputs have none. */
function firstNaN(result: Tensor): Tensor | null {
  const seen = new Set<Tensor>([result]);
  const checked = new Map<Tensor, boolean>();
  const isNaNAt = (t: Tensor): boolean => {
    let known = checked.get(t);
    if (known === undefined) checked.set(t, (known = hasNaN(t)));
    return known;
  };
  if (!isNaNAt(result)) return null;
  // A set hands out what is added while it is gone through: from a result with NaN to its inputs with NaN.
  for (const t of seen) {
    const inputs = [t._a, t._b, t._c, ...(t._extras?.list ?? [])]
      .filter((input) => input !== null)
      .map(stateMeant);
    const bad = inputs.filter((input) => input._node.size > 0 && isNaNAt(input));
    if (bad.length === 0) return t;
    for (const input of bad) seen.add(input);
  }
  return null;
}

/** The error for a NaN, whose stack leads to the line that recorded `at`. */
function anomalyAt(at: Tensor, message: string): Error {
  const error = at._extras?.origin ?? new Error("");
  const before = error.message;
  error.message = message;
  // V8 writes the message into the stack when an error is made.
  const frames = (error.stack ?? "").slice(`Error${before === "" ? "" : `: ${before}`}`.length);
  error.stack = `Error: ${message}${frames}`;
  return error;
}

/** @throws Error at the line of the operation if one of the gradients that it handed on has NaN. @internal */
export function checkForNaN(y: Tensor, gradients: readonly (Tensor | null | undefined)[]): void {
  const { name } = y._op!;
  for (const [i, g] of gradients.entries()) {
    const input = y._extras?.list?.[i] ?? [y._a, y._b, y._c][i];
    if (!g || !input?._requiresGrad || !hasNaN(g)) continue;
    const first = firstNaN(y);
    const what = `backward: ${name} gave NaN as the gradient of its input ${i} of shape ${formatShape(input.shape)}`;
    if (first === null)
      throw anomalyAt(y, `${what}, while its result has none; this is the line that recorded ${name}`);
    const made = first._op === null ? "a tensor given as an input" : `the result of ${first._op.name}`;
    throw anomalyAt(
      first._op === null ? y : first,
      `${what}; the first NaN of the forward pass is in ${made} of shape ${formatShape(first.shape)}` +
        (first._op === null ? "" : ", which this line recorded"),
    );
  }
}

/** Whether operations that are recorded now remember their lines (`torch.is_anomaly_enabled`). */
export function isAnomalyEnabled(): boolean {
  return anomaly.enabled;
}

/** Whether a gradient that is NaN is an error in anomaly mode (`torch.is_anomaly_check_nan_enabled`). */
export function isAnomalyCheckNanEnabled(): boolean {
  return anomaly.checkNan;
}

/** Options of anomaly mode. */
export interface AnomalyOptions {
  /** Whether a gradient that is NaN is an error. Default true. */
  checkNan?: boolean;
}

/**
 * Switches anomaly mode on or off: operations remember the line that recorded them, and a backward pass that meets a NaN throws there, naming the
 * operation and where the first NaN of the forward pass was made (`torch.autograd.set_detect_anomaly`). It reads every gradient, so it is for
 * looking for a mistake.
 */
export function setDetectAnomaly(mode: boolean, options: boolean | AnomalyOptions = true): void {
  if (typeof mode !== "boolean")
    throw new TypeError(`setDetectAnomaly: expected true or false, got ${String(mode)}`);
  anomaly.enabled = mode;
  anomaly.checkNan = typeof options === "boolean" ? options : (options.checkNan ?? true);
}

/**
 * Runs `fn`, forward and backward pass, in anomaly mode and returns its result (`torch.autograd.detect_anomaly`); see `setDetectAnomaly`.
 * @throws Error at the line of the operation whose gradient is NaN
 */
export function detectAnomaly<T>(fn: () => T, options: boolean | AnomalyOptions = true): T {
  const before = { ...anomaly };
  const restore = (): void => void Object.assign(anomaly, before);
  setDetectAnomaly(true, options);
  let result: T;
  try {
    result = fn();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}
