/**
 * The stream that random numbers come from: a seed and a position in it.
 *
 * Numbers are counter-based (Philox): element i of a draw depends on the seed and on position + i only. So the same seed gives the
 * same numbers on every engine and at any number of threads.
 */
import { randomnessHere } from "../graph/record/mapping.js";

const state = { seed: 0, position: 0 };

/** Starts the random stream anew: the same seed gives the same numbers (`torch.manual_seed`). */
export function manualSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `manualSeed: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got ${seed}`,
    );
  }
  state.seed = seed;
  state.position = 0;
}

/** Starts the random stream anew from a seed that chance gives, and returns that (`torch.seed`). */
export function seed(): number {
  manualSeed(Math.floor(Math.random() * 2 ** 32));
  return state.seed;
}

/** The seed that random numbers come from (`torch.initial_seed`). */
export function initialSeed(): number {
  return state.seed;
}

/** Where the random stream stands, for checkpoints. */
export interface RandomState {
  readonly seed: number;
  readonly position: number;
}

/** Where the random numbers stand: given to `setRandomState`, the same follow again (`torch.get_rng_state`). */
export function getRandomState(): RandomState {
  return { ...state };
}

/** Puts the random stream where `getRandomState` found it. @throws TypeError for what is no such state */
export function setRandomState(to: RandomState): void {
  const isCount = (x: unknown) => Number.isSafeInteger(x) && (x as number) >= 0;
  if (typeof to !== "object" || to === null || !isCount(to.seed) || !isCount(to.position)) {
    throw new TypeError(
      `setRandomState: expected what getRandomState() gave, { seed, position } as whole numbers, got ${JSON.stringify(to)}`,
    );
  }
  state.seed = to.seed;
  state.position = to.position;
}

/** Takes `count` numbers from the stream; gives the position of the first. The seed is `randomSeed()`. @internal */
export function draw(count: number): number {
  if (randomnessHere() === "error")
    throw new Error(
      'vmap: random numbers are drawn here; say { randomness: "different" } for others in each sample, or { randomness: "same" } for the same in all',
    );
  const at = state.position;
  state.position += count;
  return at;
}

/** @internal */
export function randomSeed(): number {
  return state.seed;
}

state.seed = Math.floor(Math.random() * 2 ** 32);
