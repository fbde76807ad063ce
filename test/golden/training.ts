/** What PyTorch computed (training.json, made by make_training.py), and how closely numbers must agree with it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Tensor } from "../../src/index.js";

export type Nested = number | Nested[];
export type Named = Record<string, Nested>;

export type OptimizerName =
  | "SGD"
  | "ASGD"
  | "Adagrad"
  | "Adadelta"
  | "RMSprop"
  | "Rprop"
  | "Adam"
  | "AdamW"
  | "Adamax"
  | "NAdam"
  | "RAdam"
  | "LAMB"
  | "Lion"
  | "Adafactor";

export interface Golden {
  article: {
    x: number[][];
    y: number[][];
    initial: Named;
    steps: Record<string, { loss: number; weights: Named }>;
  };
  losses: {
    inputs: Record<string, { shape: number[]; dtype: "float32" | "int32"; data: Nested }>;
    cases: {
      loss: string;
      input: string;
      target: string;
      reduction: string;
      options: Record<string, unknown>;
      value: Nested;
      gradient: Nested;
    }[];
  };
  optimizers: {
    x: number[][];
    y: number[][];
    initial: Named;
    /**
     * `state` is the state of the first parameter after the last step. `exact`: in float64, since float32's own error is above the tolerance
     * after 20 steps.
     */
    cases: {
      optimizer: OptimizerName;
      options: object;
      exact: boolean;
      losses: number[];
      final: Named;
      state: Named;
    }[];
  };
  /** Each case by PyTorch in the narrow dtype, and in float64 from the same numbers. */
  narrow: {
    initial: Named;
    cases: {
      dtype: "float16" | "bfloat16";
      optimizer: OptimizerName;
      options: object;
      narrow: { losses: number[]; final: Named };
      exact: { losses: number[]; final: Named };
    }[];
  };
  /** State of an AveragedModel after 6 steps; its buffers after update_bn, and its output then. */
  averages: {
    x: number[][];
    y: number[][];
    initial: Named;
    cases: { name: string; state: Named; updated: Named; output: Nested }[];
  };
  clipping: {
    gradients: Nested[];
    norm: { normType: number | "inf"; maxNorm: number; total: number; gradients: Nested[] }[];
    value: Nested[];
  };
  /** Rates after each step; `metrics` are what the plateau saw. */
  schedules: Readonly<Record<string, number[]>> & {
    /** Several schedules on one optimizer. */
    chained: Readonly<Record<string, number[]>>;
    /** The rate is set to 0.03 by hand. */
    byHand: Readonly<Record<string, number[]>>;
    /** Rate and momentum. */
    cycles: Readonly<Record<string, [number, number][]>>;
    /** Rate and momentum of CyclicLR. */
    waves: Readonly<Record<string, [number, number][]>>;
    /** One schedule after another. */
    sequences: Readonly<Record<string, number[]>>;
    /** Schedules with lastEpoch 2, of a rate of 0.3 that was 0.5 before any schedule. */
    fromTwo: Readonly<Record<string, number[]>>;
    /** Rate and lastEpoch of CosineAnnealingWarmRestarts. */
    fractions: [number, number][];
  };
  modules: { stateDict: Record<string, number[]>; repr: string; activations: string };
  layers: {
    x: number[][];
    cases: {
      layer: string;
      args: unknown[];
      options: object;
      calls: number;
      parameters: Named;
      output: Nested;
      gradient: Nested;
      parameterGradients: Named;
      buffers: Named;
      evaluated: Nested;
    }[];
  };
  init: { gain: Record<string, number>; linearBound: Record<string, number> };
}

export const golden = JSON.parse(readFileSync(new URL("./training.json", import.meta.url), "utf8")) as Golden;

export function flat(values: Nested): number[] {
  return typeof values === "number" ? [values] : values.flatMap(flat);
}

/**
 * Equal to 1e-5 relative. Numbers that are small only because large ones cancelled cannot be: float32 keeps 6e-8 of the largest that
 * took part, so the absolute floor is `floor` times the largest number of the tensor.
 */
export function assertClose(actual: Tensor | number, expected: Nested, what: string, floor = 1e-6): void {
  const got = typeof actual === "number" ? [actual] : Array.from(actual.dataSync());
  const want = flat(expected);
  assert.equal(got.length, want.length, `${what}: ${got.length} numbers, expected ${want.length}`);
  const absolute = floor * Math.max(...want.map(Math.abs));
  want.forEach((value, i) => {
    const error = Math.abs(got[i]! - value);
    assert.ok(
      error <= 1e-5 * Math.abs(value) + absolute,
      `${what}: number ${i} is ${got[i]}, PyTorch has ${value} (relative ${error / Math.abs(value)})`,
    );
  });
}
