/**
 * Made-up data sets with known formulas: the same seed gives the same points on every machine.
 * Inputs are float32 [count, features]; classes are int32 [count], values float32 [count, 1].
 */
import { tensor } from "../tensor/creation/from-data.js";
import type { Tensor } from "../tensor/tensor.js";
import { TensorDataset } from "./dataset.js";
import { RandomStream } from "./stream.js";

/** Points of the plane with a class each. */
export type PlaneDataset = TensorDataset<readonly [Tensor<[number, 2]>, Tensor<[number]>]>;

/** Options of the generated data sets. */
export interface GeneratedOptions {
  /** Standard deviation of normal noise that is added to each coordinate (for `linear`, to each value). */
  noise?: number;
  /** Decides all random numbers; 0 if not given. */
  seed?: number;
}

/**
 * Two interleaved half circles, after scikit-learn's make_moons. With t evenly spaced in [0, π]:
 * class 0 is (cos t, sin t), class 1 is (1 - cos t, 1/2 - sin t). `noise` is 0.1 if not given.
 */
export function moons(count = 200, options: GeneratedOptions = {}): PlaneDataset {
  return plane("moons", count, 2, options, 0.1, (label, t, point) => {
    const angle = Math.PI * t;
    point[0] = label === 0 ? Math.cos(angle) : 1 - Math.cos(angle);
    point[1] = label === 0 ? Math.sin(angle) : 0.5 - Math.sin(angle);
  });
}

/**
 * A circle in a circle, after scikit-learn's make_circles. With t evenly spaced in [0, 2π):
 * class 0 is (cos t, sin t), class 1 is `factor` (1/2 if not given) times that. `noise` is 0.05 if not given.
 */
export function circles(count = 200, options: GeneratedOptions & { factor?: number } = {}): PlaneDataset {
  const factor = options.factor ?? 0.5;
  return plane("circles", count, 2, options, 0.05, (label, _, point, i, rows) => {
    const angle = (2 * Math.PI * i) / rows;
    const radius = label === 0 ? 1 : factor;
    point[0] = radius * Math.cos(angle);
    point[1] = radius * Math.sin(angle);
  });
}

/**
 * Arms of a spiral, `classes` of them (2 if not given), each going round `turns` times (1 if not given). With t evenly spaced
 * in [0, 1]: arm k is t (cos φ, sin φ), φ = 2π (turns t + k / classes). `noise` is 0.02 if not given.
 */
export function spirals(
  count = 200,
  options: GeneratedOptions & { classes?: number; turns?: number } = {},
): PlaneDataset {
  const classes = options.classes ?? 2;
  const turns = options.turns ?? 1;
  return plane("spirals", count, classes, options, 0.02, (label, t, point) => {
    const angle = 2 * Math.PI * (turns * t + label / classes);
    point[0] = t * Math.cos(angle);
    point[1] = t * Math.sin(angle);
  });
}

/**
 * Normal clouds, `centers` of them (3 if not given), at places that are uniform in [-5, 5)², after scikit-learn's make_blobs.
 * `noise`, their standard deviation, is 1 if not given.
 */
export function blobs(count = 200, options: GeneratedOptions & { centers?: number } = {}): PlaneDataset {
  const centers = options.centers ?? 3;
  const places = new RandomStream((options.seed ?? 0) + 1);
  const at = Array.from({ length: centers }, () => [places.uniform(-5, 5), places.uniform(-5, 5)] as const);
  return plane("blobs", count, centers, options, 1, (label, _, point) => {
    point[0] = at[label]![0];
    point[1] = at[label]![1];
  });
}

/**
 * The exclusive or: points uniform in [-1, 1)²; class 1 where the signs of the coordinates differ. Without a count, the truth
 * table's four rows (0 or 1 each). `noise`, added after the class is known, is 0 if not given.
 */
export function xor(count?: number, options: GeneratedOptions = {}): PlaneDataset {
  if (count === undefined) return dataset([0, 0, 0, 1, 1, 0, 1, 1], [0, 1, 1, 0]);
  checkCount("xor", count, 1);
  const random = new RandomStream(options.seed ?? 0);
  const points = new Float32Array(2 * count);
  const classes = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const a = random.uniform(-1, 1);
    const b = random.uniform(-1, 1);
    classes[i] = a > 0 === b > 0 ? 0 : 1;
    points[2 * i] = a + (options.noise ?? 0) * random.normal();
    points[2 * i + 1] = b + (options.noise ?? 0) * random.normal();
  }
  return dataset(points, classes);
}

/**
 * y = x · weights + bias + noise ε with x and ε standard normal: x is [count, weights.length], y is [count, 1].
 * Weights are [2, -3], the bias is 1 and `noise` is 0.1 if not given.
 */
export function linear(
  count = 100,
  options: GeneratedOptions & { weights?: readonly number[]; bias?: number } = {},
): TensorDataset<readonly [Tensor<[number, number]>, Tensor<[number, 1]>]> {
  checkCount("linear", count, 1);
  const { weights = [2, -3], bias = 1, noise = 0.1, seed = 0 } = options;
  const random = new RandomStream(seed);
  const inputs = new Float32Array(count * weights.length);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let value = bias;
    weights.forEach((weight, j) => {
      const x = random.normal();
      inputs[i * weights.length + j] = x;
      value += weight * x;
    });
    values[i] = value + noise * random.normal();
  }
  return new TensorDataset(
    tensor(inputs).reshape([count, weights.length]),
    tensor(values).reshape([count, 1]) as Tensor<[number, 1]>,
  );
}

/** Writes the place of a class's point number i of `rows`, at t = i / (rows - 1). */
type Place = (label: number, t: number, point: [number, number], i: number, rows: number) => void;

/** Rows come class by class in turn (0, 1, …, 0, 1, …), so that any stretch of them is balanced. */
function plane(
  name: string,
  count: number,
  classes: number,
  options: GeneratedOptions,
  defaultNoise: number,
  place: Place,
): PlaneDataset {
  checkCount(name, count, classes);
  const random = new RandomStream(options.seed ?? 0);
  const noise = options.noise ?? defaultNoise;
  const points = new Float32Array(2 * count);
  const labels = new Int32Array(count);
  const point: [number, number] = [0, 0];
  for (let row = 0; row < count; row++) {
    const label = row % classes;
    const i = Math.floor(row / classes);
    const rows = Math.ceil((count - label) / classes);
    place(label, rows === 1 ? 0 : i / (rows - 1), point, i, rows);
    labels[row] = label;
    points[2 * row] = point[0] + noise * random.normal();
    points[2 * row + 1] = point[1] + noise * random.normal();
  }
  return dataset(points, labels);
}

function dataset(points: ArrayLike<number>, classes: ArrayLike<number>): PlaneDataset {
  const x = tensor(Float32Array.from(points)).reshape([classes.length, 2]) as Tensor<[number, 2]>;
  return new TensorDataset(x, tensor(Int32Array.from(classes)) as Tensor<[number]>);
}

function checkCount(name: string, count: number, atLeast: number): void {
  if (!Number.isInteger(count) || count < atLeast)
    throw new RangeError(`data.${name}: count must be an integer of at least ${atLeast}, not ${count}`);
}
