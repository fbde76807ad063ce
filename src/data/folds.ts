/** Divisions of a data set for validation: folds, and parts in which each class has its share. */
import { readNumbers } from "../tensor/reading.js";
import { Tensor } from "../tensor/tensor.js";
import { type Examples, Subset } from "./dataset.js";
import { RandomStream } from "./stream.js";

/** Options of divisions. */
export interface FoldOptions {
  /** Decides the order of the examples; 0 if not given. */
  seed?: number;
  /** False: neighbours stay together; true if not given. */
  shuffle?: boolean;
  /** The class of each example: each part has its share of every class (scikit-learn's StratifiedKFold). */
  stratify?: Tensor | ArrayLike<number>;
}

/** One of several divisions. */
export interface Fold<Example> {
  readonly training: Subset<Example>;
  readonly validation: Subset<Example>;
}

/**
 * Divides `dataset` into `k` parts that share no example: each is the validation data of one fold, the others together its training data
 * (scikit-learn's KFold). `for (const { training, validation } of data.kFold(dataset, 5)) …`
 * @throws RangeError when there are fewer examples than parts, or less than 2 parts; Error when the classes are not as many as the examples
 */
export function kFold<Example>(
  dataset: Examples<Example>,
  k: number,
  { seed = 0, shuffle = true, stratify }: FoldOptions = {},
): Fold<Example>[] {
  const { length } = dataset;
  if (!Number.isInteger(k) || k < 2 || k > length)
    throw new RangeError(`kFold: k must be a whole number from 2 to the ${length} examples, not ${k}`);
  const groups = groupsOf("kFold", length, stratify, shuffle ? new RandomStream(seed) : null);
  const parts = Array.from({ length: k }, (): number[] => []);
  if (stratify === undefined) {
    // Neighbours stay in one part, of which the first ones have what is left over.
    const [order] = groups;
    for (let part = 0, start = 0; part < k; part++) {
      const end = start + Math.ceil((length - start) / (k - part));
      parts[part]!.push(...order!.slice(start, end));
      start = end;
    }
  } else {
    // Going on with the next part from class to class, so that parts are of one size.
    groups.flat().forEach((example, i) => parts[i % k]!.push(example));
  }
  return parts.map((own, i) => ({
    training: new Subset(
      dataset,
      parts.flatMap((other, j) => (j === i ? [] : other)),
    ),
    validation: new Subset(dataset, own),
  }));
}

/**
 * Divides `dataset` at random into two parts in which each class has the same share: `share` of each class is in the second (scikit-learn's
 * train_test_split with stratify).
 * @throws RangeError for a share outside (0, 1); Error when the classes are not as many as the examples
 */
export function stratifiedSplit<Example>(
  dataset: Examples<Example>,
  share: number,
  { stratify, seed = 0 }: { stratify: Tensor | ArrayLike<number>; seed?: number },
): [Subset<Example>, Subset<Example>] {
  if (!(share > 0 && share < 1))
    throw new RangeError(`stratifiedSplit: share must be between 0 and 1, not ${share}`);
  const stream = new RandomStream(seed);
  const groups = groupsOf("stratifiedSplit", dataset.length, stratify, stream);
  const counts = shares(
    groups.map((group) => group.length),
    share,
  );
  const second = groups.flatMap((group, i) => group.slice(0, counts[i]));
  const first = groups.flatMap((group, i) => group.slice(counts[i]));
  // Classes do not stay together.
  return [first, second].map((part) => new Subset(dataset, stream.shuffle(Int32Array.from(part)))) as [
    Subset<Example>,
    Subset<Example>,
  ];
}

/** A share of each size, rounded so that their sum is that of the whole: those with the largest remainders get one more. */
function shares(sizes: readonly number[], share: number): number[] {
  const counts = sizes.map((size) => Math.floor(size * share));
  const total = Math.round(sizes.reduce((a, b) => a + b, 0) * share);
  const remainder = (i: number): number => sizes[i]! * share - counts[i]!;
  const order = [...sizes.keys()].sort((a, b) => remainder(b) - remainder(a));
  const left = total - counts.reduce((a, b) => a + b, 0);
  for (const i of order.slice(0, left)) counts[i]!++;
  return counts;
}

/** The examples of each class, or all in one group, in the order of the stream or their own. */
function groupsOf(
  name: string,
  length: number,
  stratify: Tensor | ArrayLike<number> | undefined,
  stream: RandomStream | null,
): number[][] {
  const order = stream === null ? Int32Array.from({ length }, (_, i) => i) : stream.permutation(length);
  if (stratify === undefined) return [Array.from(order)];
  const classes = stratify instanceof Tensor ? readNumbers(stratify.flatten(), name) : stratify;
  if (classes.length !== length)
    throw new Error(`${name}: stratify has ${classes.length} classes, the data set ${length} examples`);
  const groups = new Map<number, number[]>();
  for (const example of order) {
    const group = groups.get(classes[example]!);
    if (group === undefined) groups.set(classes[example]!, [example]);
    else group.push(example);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}
