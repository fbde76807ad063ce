/**
 * Sequences of different lengths as one: padded to a common length, or packed without padding, as recurrent layers take them.
 * PyTorch's torch.nn.utils.rnn.
 */
import { cat, stack } from "../../ops/join.js";
import { Tensor } from "../../tensor/core.js";
import { tensor } from "../../tensor/creation/from-data.js";
import { full } from "../../tensor/creation/constant.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import { formatShape } from "../../tensor/shape.js";

/**
 * Sequences packed by time: first all first entries, then all second ones, of those that are as long, and so on. Sequences stand in order of their
 * length, the longest first; `sortedIndices` says which one each was.
 */
export class PackedSequence {
  constructor(
    /** [sum of lengths, ...] */
    readonly data: Tensor,
    /** How many sequences reach each time, int32. */
    readonly batchSizes: Tensor,
    /** The given sequences in the order of their lengths; null where they were in it. */
    readonly sortedIndices: Tensor | null = null,
    /** The place of each given sequence in that order. */
    readonly unsortedIndices: Tensor | null = sortedIndices === null
      ? null
      : invertPermutation(sortedIndices),
    /** The batch sizes as numbers. @internal */
    readonly sizes: readonly number[] = batchSizes.tolist() as number[],
  ) {}

  /** The same with another type of elements (`to` of a tensor). */
  to(dtype: Parameters<Tensor["to"]>[0]): PackedSequence {
    return this.with(this.data.to(dtype));
  }

  /** The same packing of other entries. @internal */
  with(data: Tensor): PackedSequence {
    return new PackedSequence(data, this.batchSizes, this.sortedIndices, this.unsortedIndices, this.sizes);
  }
}

/** The permutation that undoes this one (`torch.nn.utils.rnn.invert_permutation`). */
export function invertPermutation(permutation: Tensor): Tensor {
  return permutation.argsort(0);
}

interface PackOptions {
  /** Whether the batch is the first dim, [B, T, ...]; it is the second, [T, B, ...], if not given. */
  batchFirst?: boolean;
  /** Whether lengths descend already, which is checked; true if not given, as in PyTorch. */
  enforceSorted?: boolean;
}

/**
 * Packs padded sequences, [T, B, ...] or with `batchFirst` [B, T, ...], of which `lengths` says how much is not padding.
 * PyTorch's pack_padded_sequence.
 * @throws Error for lengths that do not descend unless `enforceSorted` is false, and for lengths beyond [1, T]
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: Tensor | readonly number[],
  ...rest: Given<PackOptions, [batchFirst: "batchFirst", enforceSorted: "enforceSorted"]>
): PackedSequence {
  const { batchFirst = false, enforceSorted = true } = optionsOf<PackOptions>(
    "packPaddedSequence",
    "batchFirst, enforceSorted",
    rest,
  );
  if (input.ndim < 2)
    throw new Error(`packPaddedSequence: expected [T, B, ...], got ${formatShape(input.shape)}`);
  let padded = batchFirst ? input.transpose(0, 1) : input;
  let list = lengths instanceof Tensor ? (lengths.tolist() as number[]) : [...lengths];
  const [time, batch] = [padded.size(0), padded.size(1)];
  if (list.length !== batch)
    throw new Error(
      `packPaddedSequence: expected ${batch} lengths, one for each sequence, got ${list.length}`,
    );
  const wrong = list.find((n) => !Number.isInteger(n) || n < 1 || n > time);
  if (wrong !== undefined)
    throw new RangeError(`packPaddedSequence: lengths must be whole numbers from 1 to ${time}, got ${wrong}`);
  let sorted: Tensor | null = null;
  if (!enforceSorted) {
    const order = list.map((_, i) => i).sort((i, j) => list[j]! - list[i]! || i - j);
    sorted = tensor(order, { dtype: "int32" });
    padded = padded.indexSelect(1, sorted);
    list = order.map((i) => list[i]!);
  } else if (list.some((n, i) => i > 0 && n > list[i - 1]!)) {
    throw new Error(
      `packPaddedSequence: lengths must descend, got [${list.join(", ")}]; pass { enforceSorted: false } to have them sorted`,
    );
  }
  const sizes = Array.from({ length: list[0]! }, (_, t) => list.filter((n) => n > t).length);
  const data = cat(sizes.map((size, t) => padded.select(0, t).narrow(0, 0, size)));
  return new PackedSequence(data, tensor(sizes, { dtype: "int32" }), sorted, undefined, sizes);
}

interface PadOptions {
  batchFirst?: boolean;
  /** What stands behind the end of a sequence; 0 if not given. */
  paddingValue?: number;
  /** Pads to this length instead of the longest one's. */
  totalLength?: number;
}

/** Undoes `packPaddedSequence`: the padded sequences, in the order in which they were given, and their lengths. PyTorch's pad_packed_sequence. */
export function padPackedSequence(
  sequence: PackedSequence,
  ...rest: Given<
    PadOptions,
    [batchFirst: "batchFirst", paddingValue: "paddingValue", totalLength: "totalLength"]
  >
): [padded: Tensor, lengths: Tensor] {
  const options = optionsOf<PadOptions>("padPackedSequence", "batchFirst, paddingValue, totalLength", rest);
  const { batchFirst = false, paddingValue = 0 } = options;
  const { sizes, data } = sequence;
  const batch = sizes[0]!;
  const total = options.totalLength ?? sizes.length;
  if (total < sizes.length)
    throw new RangeError(
      `padPackedSequence: totalLength ${total} is less than the longest sequence's length ${sizes.length}`,
    );
  const rests = data.shape.slice(1);
  let start = 0;
  const steps = sizes.map((size) => {
    const step = data.narrow(0, start, size);
    start += size;
    if (size === batch) return step;
    return cat([step, full([batch - size, ...rests], paddingValue, { dtype: data.dtype })]);
  });
  for (let t = sizes.length; t < total; t++)
    steps.push(full([batch, ...rests], paddingValue, { dtype: data.dtype }));
  let padded: Tensor = stack(steps);
  const lengths = Array.from({ length: batch }, (_, i) => sizes.filter((size) => size > i).length);
  let all: Tensor = tensor(lengths, { dtype: "int64" });
  if (sequence.unsortedIndices !== null) {
    padded = padded.indexSelect(1, sequence.unsortedIndices);
    all = all.indexSelect(0, sequence.unsortedIndices);
  }
  return [batchFirst ? padded.transpose(0, 1) : padded, all];
}

interface PadSequenceOptions {
  batchFirst?: boolean;
  paddingValue?: number;
  /** Where the padding stands; "right" if not given. */
  paddingSide?: "right" | "left";
}

/** Sequences [Tᵢ, ...] as one tensor [T, B, ...] or [B, T, ...], with padding up to the longest. PyTorch's pad_sequence. */
export function padSequence(
  sequences: readonly Tensor[],
  ...rest: Given<
    PadSequenceOptions,
    [batchFirst: "batchFirst", paddingValue: "paddingValue", paddingSide: "paddingSide"]
  >
): Tensor {
  const options = optionsOf<PadSequenceOptions>("padSequence", "batchFirst, paddingValue, paddingSide", rest);
  const { batchFirst = false, paddingValue = 0, paddingSide = "right" } = options;
  if (sequences.length === 0) throw new Error("padSequence: expected at least one sequence, got none");
  const longest = Math.max(...sequences.map((s) => s.size(0)));
  const padded = sequences.map((s) => {
    const missing = longest - s.size(0);
    if (missing === 0) return s;
    const padding = full([missing, ...s.shape.slice(1)], paddingValue, { dtype: s.dtype });
    return cat(paddingSide === "right" ? [s, padding] : [padding, s]);
  });
  return stack(padded, batchFirst ? 0 : 1);
}

/** Undoes `padSequence`: the sequences [Tᵢ, ...] of these lengths. PyTorch's unpad_sequence. */
export function unpadSequence(
  padded: Tensor,
  lengths: Tensor | readonly number[],
  ...rest: Given<{ batchFirst?: boolean }, [batchFirst: "batchFirst"]>
): Tensor[] {
  const { batchFirst = false } = optionsOf<{ batchFirst: boolean }>("unpadSequence", "batchFirst", rest);
  const list = lengths instanceof Tensor ? (lengths.tolist() as number[]) : lengths;
  const sequences = batchFirst ? padded : padded.transpose(0, 1);
  return list.map((length, i) => sequences.select(0, i).narrow(0, 0, length));
}

/** `packPaddedSequence` of sequences that are not padded yet. PyTorch's pack_sequence. */
export function packSequence(
  sequences: readonly Tensor[],
  ...rest: Given<{ enforceSorted?: boolean }, [enforceSorted: "enforceSorted"]>
): PackedSequence {
  const { enforceSorted = true } = optionsOf<{ enforceSorted: boolean }>(
    "packSequence",
    "enforceSorted",
    rest,
  );
  const lengths = sequences.map((s) => s.size(0));
  return packPaddedSequence(padSequence(sequences), lengths, { enforceSorted });
}

/** Undoes `packSequence`. PyTorch's unpack_sequence. */
export function unpackSequence(sequence: PackedSequence): Tensor[] {
  const [padded, lengths] = padPackedSequence(sequence);
  return unpadSequence(padded, lengths);
}
