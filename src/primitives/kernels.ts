/**
 * Kernels of their own, one row each: what is neither a map, a fold nor a product of matrices. What a row says is in kernel.ts; rows of one
 * family stand together in a file.
 */
import { ctc, ctcBackward } from "./alignment.js";
import { attention, attentionBackward } from "./attention.js";
import { batchNorm, batchNormBackward } from "./batch-normalization.js";
import { convolution, convolutionInput, convolutionWeight } from "./convolution.js";
import { eig } from "./eigen.js";
import { fft, irfft, rfft } from "./fourier.js";
import { gather, positions, scatterAdd, scatterInto, take, takeAdd, takeInto } from "./indexed.js";
import type { KernelRow } from "./kernel.js";
import { layerNorm, layerNormBackward, moments } from "./normalization.js";
import { maxPool, maxPoolBackward } from "./pool.js";
import { cholesky, lu, pivotOrder, triangularSolve } from "./linear-systems.js";
import { householderProduct, householderQr } from "./orthogonal.js";
import { gru, gruBackward } from "./recurrent/gru.js";
import { lstm, lstmBackward } from "./recurrent/lstm.js";
import { rnn, rnnBackward } from "./recurrent/rnn.js";
import { cummax, cummin, cumprod, cumsum, linearRecurrence } from "./scan.js";
import { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "./softmax.js";
import { sort } from "./sort.js";
import { eigh, matrixExp, svd } from "./spectral.js";
import { taps, tapsFactor, tapsInput } from "./taps.js";

const rows = {
  sort,
  cumsum,
  cumprod,
  cummax,
  cummin,
  linearRecurrence,
  gather,
  take,
  scatterAdd,
  takeAdd,
  scatterInto,
  takeInto,
  positions,
  taps,
  tapsInput,
  tapsFactor,
  convolution,
  convolutionInput,
  convolutionWeight,
  maxPool,
  maxPoolBackward,
  layerNorm,
  layerNormBackward,
  moments,
  batchNorm,
  batchNormBackward,
  attention,
  attentionBackward,
  softmax,
  logSoftmax,
  softmaxBackward,
  logSoftmaxBackward,
  ctc,
  ctcBackward,
  rnn,
  rnnBackward,
  lstm,
  lstmBackward,
  gru,
  gruBackward,
  lu,
  pivotOrder,
  cholesky,
  triangularSolve,
  householderQr,
  householderProduct,
  eigh,
  eig,
  svd,
  matrixExp,
  fft,
  rfft,
  irfft,
} satisfies Readonly<Record<string, KernelRow>>;

export type KernelOp = keyof typeof rows;

export const kernels: Readonly<Record<KernelOp, KernelRow>> = rows;
