/** Random division of a data set into parts that share no example. */
import { Subset, type Examples } from "./dataset.js";
import { RandomStream } from "./stream.js";

/**
 * Divides `dataset` into random parts of these lengths, or of these shares of the whole when they sum to 1 (what rounding leaves
 * over goes to the first parts). The same seed (0 if not given) gives the same parts. PyTorch's random_split.
 * @throws RangeError when the lengths do not sum to the data set's
 */
export function randomSplit<Example>(
  dataset: Examples<Example>,
  lengths: readonly number[],
  { seed = 0 }: { seed?: number } = {},
): Subset<Example>[] {
  const counts = wholeCounts(lengths, dataset.length);
  const order = new RandomStream(seed).permutation(dataset.length);
  let start = 0;
  return counts.map((count) => new Subset(dataset, order.subarray(start, (start += count))));
}

function wholeCounts(lengths: readonly number[], total: number): number[] {
  const sum = lengths.reduce((a, b) => a + b, 0);
  if (lengths.every((length) => length >= 0 && length <= 1) && Math.abs(sum - 1) < 1e-9) {
    const counts = lengths.map((share) => Math.floor(share * total));
    const left = total - counts.reduce((a, b) => a + b, 0);
    return counts.map((count, i) => (i < left ? count + 1 : count));
  }
  if (sum !== total || lengths.some((length) => !Number.isInteger(length) || length < 0))
    throw new RangeError(
      `randomSplit: lengths must be whole numbers that sum to ${total}, or shares that sum to 1, not [${lengths.join(", ")}]`,
    );
  return [...lengths];
}
