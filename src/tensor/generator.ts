/**
 * The stream that random numbers come from: a seed and a position in it.
 *
 * Numbers are counter-based (Philox): element i of a draw depends on the seed and on position + i only. So the same seed gives the
 * same numbers on every engine and at any number of threads.
 */
import { randomnessHere } from "../graph/record/mapping.js";

/** Where the random stream stands, for checkpoints. */
export interface RandomState {
  readonly seed: number;
  readonly position: number;
}

/** A random stream of its own, for the option `generator` of what draws random numbers (`torch.Generator`). */
export class Generator {
  #seed = freshSeed();
  #position = 0;

  /** Starts the stream anew: the same seed gives the same numbers. @throws RangeError unless it is a whole number from 0 on */
  manualSeed(seed: number): this {
    return this.#start("manualSeed", seed);
  }

  #start(name: string, seed: number): this {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new RangeError(
        `${name}: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got ${seed}`,
      );
    }
    this.#seed = seed;
    this.#position = 0;
    return this;
  }

  /** Starts the stream anew with a seed that cannot be foreseen, and returns it. */
  seed(): number {
    this.#start("seed", freshSeed());
    return this.#seed;
  }

  /** The seed that the stream began with. */
  initialSeed(): number {
    return this.#seed;
  }

  /** Where the stream stands: given to `setState`, the same numbers follow again. */
  getState(): RandomState {
    return { seed: this.#seed, position: this.#position };
  }

  /** Puts the stream where `getState` found it. @throws TypeError for what is no such state */
  setState(to: RandomState): this {
    const isCount = (x: unknown) => Number.isSafeInteger(x) && (x as number) >= 0;
    if (typeof to !== "object" || to === null || !isCount(to.seed) || !isCount(to.position)) {
      throw new TypeError(
        `setRandomState: expected what getRandomState() gave, { seed, position } as whole numbers, got ${JSON.stringify(to)}`,
      );
    }
    this.#seed = to.seed;
    this.#position = to.position;
    return this;
  }

  /** A generator of its own that stands where this one stands (`torch.Generator.clone_state`). */
  cloneState(): Generator {
    return new Generator().setState(this.getState());
  }

  /** How many numbers were taken since the seed (`torch.Generator.get_offset`). */
  getOffset(): number {
    return this.#position;
  }

  /** Goes to that place after the seed, whatever was drawn (`torch.Generator.set_offset`). @throws RangeError unless it is a whole number from 0 on */
  setOffset(offset: number): this {
    if (!Number.isSafeInteger(offset) || offset < 0)
      throw new RangeError(
        `setOffset: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got ${offset}`,
      );
    this.#position = offset;
    return this;
  }

  /** Takes `count` numbers; gives the position of the first. @internal */
  take(count: number): number {
    const at = this.#position;
    this.#position += count;
    return at;
  }
}

function freshSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/** What draws take from where no other is given (`torch.default_generator`). */
export const defaultGenerator = new Generator();

let current = defaultGenerator;

/** Draws from `generator` what `fn` draws; null and undefined stand for the one in use. @throws TypeError for what is no generator @internal */
export function drawingFrom<T>(generator: Generator | null | undefined, fn: () => T): T {
  if (generator === null || generator === undefined) return fn();
  if (!(generator instanceof Generator))
    throw new TypeError(
      `generator: expected a Generator, got ${typeof generator}; make one with new Generator()`,
    );
  const before = current;
  current = generator;
  try {
    return fn();
  } finally {
    current = before;
  }
}

/** Starts the random stream anew: the same seed gives the same numbers (`torch.manual_seed`). */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.manualSeed(seed);
}

/** Starts the random stream anew with a seed that cannot be foreseen, and returns it (`torch.seed`). */
export function seed(): number {
  return defaultGenerator.seed();
}

/** The seed of the random stream (`torch.initial_seed`). */
export function initialSeed(): number {
  return defaultGenerator.initialSeed();
}

/** Where the random numbers stand: given to `setRandomState`, the same follow again; also `getRngState` (`torch.get_rng_state`). */
export function getRandomState(): RandomState {
  return defaultGenerator.getState();
}

/** Puts the random stream where `getRandomState` found it; also `setRngState`. @throws TypeError for what is no such state */
export function setRandomState(to: RandomState): void {
  defaultGenerator.setState(to);
}

/** Takes `count` numbers from the stream; gives the position of the first. The seed is `randomSeed()`. @internal */
export function draw(count: number): number {
  if (randomnessHere() === "error")
    throw new Error(
      'vmap: random numbers are drawn here; say { randomness: "different" } for others in each sample, or { randomness: "same" } for the same in all',
    );
  return current.take(count);
}

/** @internal */
export function randomSeed(): number {
  return current.initialSeed();
}
