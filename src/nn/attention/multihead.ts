/** Attention with several heads, as a function and as a layer. */
import { checkTensor } from "../../ops/operand.js";
import { dropout } from "../dropout.js";
import { constant_, xavierNormal_, xavierUniform_ } from "../init.js";
import { Linear } from "../linear.js";
import { linear } from "../linear.js";
import { BuiltIn } from "../module.js";
import { Parameter } from "../parameter.js";
import { cat } from "../../ops/join.js";
import { where } from "../../ops/select.js";
import type { FlagOrDefault, NotGiven } from "../../ops/windows.js";
import type { Tensor } from "../../tensor/core.js";
import { empty, zeros } from "../../tensor/creation/constant.js";
import type { FloatDType } from "../../tensor/dtype.js";
import { formatShape } from "../../tensor/shape.js";
import type { Checked, Shape, TypeOnly } from "../../tensor/shape-types.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import type { Heads, Keys, Queries, Values, WeightsShape } from "./attention-types.js";
import { scaledDotProductAttention } from "./scaled-dot-product.js";
import { takesTensors } from "../function-form.js";

/** What `multiHeadAttentionForward` is told beside queries, keys and values; PyTorch's names and defaults. */
export interface MultiHeadOptions {
  /** [3E, E], null where the three projections are apart. */
  inProjWeight?: Tensor | null;
  /** [3E] */
  inProjBias?: Tensor | null;
  /** A key, [1, 1, E], that every query may attend to, and its value. */
  biasK?: Tensor | null;
  biasV?: Tensor | null;
  /** Whether a key and a value of zeros are added; false if not given. */
  addZeroAttn?: boolean;
  dropoutP?: number;
  outProjWeight: Tensor;
  outProjBias?: Tensor | null;
  training?: boolean;
  /** Bool [N, S], true for keys that are padding; or numbers that are added. */
  keyPaddingMask?: Tensor | null;
  /** Whether the attention weights are returned too; true if not given. */
  needWeights?: boolean;
  /** Bool [L, S] or [N · heads, L, S], true where a key must not be attended to; or numbers that are added. */
  attnMask?: Tensor | null;
  useSeparateProjWeight?: boolean;
  qProjWeight?: Tensor | null;
  kProjWeight?: Tensor | null;
  vProjWeight?: Tensor | null;
  /** Keys [N · heads, S, E / heads] that are projected already, and values. */
  staticK?: Tensor | null;
  staticV?: Tensor | null;
  /** Whether the returned weights are the mean over the heads; true if not given. */
  averageAttnWeights?: boolean;
  isCausal?: boolean;
}

/** [L, N, E] and the weights [N, L, S], or [N, heads, L, S], if they were asked for. */
export type Attended = [output: Tensor, weights: Tensor | null];

/** A mask as numbers to add: −∞ where a bool one is true. */
function additive(mask: Tensor, like: Tensor): Tensor {
  return mask.dtype === "bool" ? where(mask, zeros([], { dtype: like.dtype }).add(-Infinity), 0) : mask;
}

/**
 * Attention with `numHeads` heads of queries [L, N, E], keys [S, N, Ek] and values [S, N, Ev]; without N for one example.
 * PyTorch's torch.nn.functional.multi_head_attention_forward.
 * @throws Error for shapes that do not belong together
 */
export const multiHeadAttentionForward = takesTensors<
  (
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embedDimToCheck: number,
    numHeads: number,
    ...rest: Given<
      MultiHeadOptions,
      [
        inProjWeight: "inProjWeight",
        inProjBias: "inProjBias",
        biasK: "biasK",
        biasV: "biasV",
        addZeroAttn: "addZeroAttn",
        dropoutP: "dropoutP",
        outProjWeight: "outProjWeight",
        outProjBias: "outProjBias",
        training: "training",
        keyPaddingMask: "keyPaddingMask",
        needWeights: "needWeights",
        attnMask: "attnMask",
        useSeparateProjWeight: "useSeparateProjWeight",
      ]
    >
  ) => Attended
>(
  "multiHeadAttentionForward",
  "query, key, value, embedDimToCheck, numHeads | inProjWeight, inProjBias, biasK, biasV, addZeroAttn, dropoutP, outProjWeight, outProjBias, " +
    "training, keyPaddingMask, needWeights, attnMask, useSeparateProjWeight, qProjWeight, kProjWeight, vProjWeight, staticK, staticV, averageAttnWeights, isCausal",
  attend,
);

function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embedDim: number,
  heads: number,
  options: MultiHeadOptions,
): Attended {
  checkTensor("MultiheadAttention (query)", query);
  checkTensor("MultiheadAttention (key)", key);
  checkTensor("MultiheadAttention (value)", value);
  const isBatched = query.ndim === 3;
  if (query.ndim !== 2 && query.ndim !== 3)
    throw new Error(`MultiheadAttention: queries ${formatShape(query.shape)} must be [L, N, E] or [L, E]`);
  if (key.ndim !== query.ndim || value.ndim !== query.ndim)
    throw new Error(
      `MultiheadAttention: queries ${formatShape(query.shape)}, keys ${formatShape(key.shape)} and values ${formatShape(value.shape)} must have as many dims`,
    );
  if (!isBatched) [query, key, value] = [query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)];
  const [length, batch, width] = [query.size(0), query.size(1), query.size(2)];
  if (width !== embedDim)
    throw new Error(
      `MultiheadAttention: queries ${formatShape(query.shape)} must have the last size ${embedDim}`,
    );
  if (key.size(0) !== value.size(0) || key.size(1) !== value.size(1) || key.size(1) !== batch)
    throw new Error(
      `MultiheadAttention: keys ${formatShape(key.shape)} and values ${formatShape(value.shape)} must be as many, for the ${batch} example(s) of the queries`,
    );
  const size = embedDim / heads;
  if (!Number.isInteger(size))
    throw new Error(`MultiheadAttention: embedDim ${embedDim} is not divisible by ${heads} heads`);
  const { training = true, addZeroAttn = false, needWeights = true, isCausal = false } = options;
  const [q, ownK, ownV] = project(query, key, value, options);
  const { biasK, biasV } = options;
  const k = biasK && biasV ? cat([ownK, biasK.expand(1, batch, -1)]) : ownK;
  const v = biasK && biasV ? cat([ownV, biasV.expand(1, batch, -1)]) : ownV;
  // [N, heads, L, E / heads]
  const split = (x: Tensor): Tensor => x.reshape([x.size(0), batch, heads, size]).permute(1, 2, 0, 3);
  const qs = split(q);
  let [ks, vs] = [split(k), split(v)];
  if (options.staticK) ks = options.staticK.reshape([batch, heads, -1, size]);
  if (options.staticV) vs = options.staticV.reshape([batch, heads, -1, size]);
  if (addZeroAttn) {
    const none = zeros([batch, heads, 1, size], { dtype: q.dtype });
    [ks, vs] = [cat([ks, none], 2), cat([vs, none], 2)];
  }
  const sources = ks.size(2);
  const mask = maskOf(options, isBatched, batch, heads, length, sources, q);
  const dropoutP = training ? (options.dropoutP ?? 0) : 0;
  let weights: Tensor | null = null;
  let attended: Tensor;
  if (needWeights) {
    const scores = qs.mul(1 / Math.sqrt(size)).matmul(ks.transpose(-2, -1));
    weights = (mask === null ? scores : scores.add(mask)).softmax(-1);
    weights = dropout(weights, { p: dropoutP, training: dropoutP > 0 });
    attended = weights.matmul(vs);
  } else {
    const only = isCausal && options.keyPaddingMask == null;
    attended = scaledDotProductAttention(qs, ks, vs, {
      attnMask: only ? null : mask,
      dropoutP,
      isCausal: only,
    });
  }
  const joined = attended.permute(2, 0, 1, 3).reshape([length, batch, embedDim]);
  const output = linear(joined, options.outProjWeight, options.outProjBias ?? null);
  if (weights !== null && (options.averageAttnWeights ?? true)) weights = weights.mean(1);
  if (isBatched) return [output, weights];
  return [output.squeeze(1), weights?.squeeze(0) ?? null];
}

/** Queries, keys and values of size E. */
function project(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: MultiHeadOptions,
): [Tensor, Tensor, Tensor] {
  const biases = options.inProjBias?.chunk(3) ?? [null, null, null];
  const apart = options.inProjWeight == null || options.useSeparateProjWeight === true;
  if (!apart && query === key && key === value) {
    const all = linear(query, options.inProjWeight!, options.inProjBias ?? null);
    return all.chunk(3, -1) as [Tensor, Tensor, Tensor];
  }
  const weights = apart
    ? [options.qProjWeight, options.kProjWeight, options.vProjWeight]
    : options.inProjWeight!.chunk(3);
  const of = (x: Tensor, i: number): Tensor => {
    const weight = weights[i];
    if (!weight)
      throw new Error(
        "MultiheadAttention: expected inProjWeight, or qProjWeight, kProjWeight and vProjWeight",
      );
    return linear(x, weight, biases[i] ?? null);
  };
  return [of(query, 0), of(key, 1), of(value, 2)];
}

/** Both masks as numbers to add to [N, heads, L, S]. */
function maskOf(
  options: MultiHeadOptions,
  isBatched: boolean,
  batch: number,
  heads: number,
  length: number,
  sources: number,
  like: Tensor,
): Tensor | null {
  const { attnMask = null, keyPaddingMask = null, isCausal = false, needWeights = true } = options;
  if (isCausal && attnMask === null && (needWeights || keyPaddingMask !== null))
    throw new Error("MultiheadAttention: isCausal is a hint that attnMask is causal; give attnMask too");
  // Keys that were added behind the given ones may always be attended to.
  const extended = (mask: Tensor): Tensor => {
    const missing = sources - mask.size(-1);
    return missing > 0 ? mask.pad([0, missing], { value: 0 }) : mask;
  };
  let mask: Tensor | null = null;
  if (attnMask !== null) {
    const isPerHead = attnMask.ndim === 3;
    const expected = isPerHead ? batch * heads : length;
    if ((attnMask.ndim !== 2 && !isPerHead) || attnMask.size(0) !== expected || attnMask.size(-2) !== length)
      throw new Error(
        `MultiheadAttention: attnMask ${formatShape(attnMask.shape)} must be [${length}, S] or [${batch * heads}, ${length}, S]`,
      );
    const numbers = extended(additive(attnMask, like));
    mask = isPerHead ? numbers.reshape([batch, heads, length, -1]) : numbers;
  }
  if (keyPaddingMask !== null) {
    const padding = isBatched ? keyPaddingMask : keyPaddingMask.unsqueeze(0);
    if (padding.ndim !== 2 || padding.size(0) !== batch)
      throw new Error(
        `MultiheadAttention: keyPaddingMask ${formatShape(keyPaddingMask.shape)} must be ${isBatched ? `[${batch}, S]` : "[S]"}`,
      );
    const numbers = extended(additive(padding, like)).reshape([batch, 1, 1, -1]);
    mask = mask === null ? numbers : mask.add(numbers);
  }
  return mask;
}

/** Options of `MultiheadAttention`; PyTorch's defaults. */
export interface MultiheadAttentionOptions<
  First = boolean,
  K = number | null,
  V = number | null,
  Added = boolean,
> {
  /** Probability with which an attention weight is dropped in training; 0 if not given. */
  dropout?: number;
  /** Whether projections have biases; true if not given. */
  bias?: boolean;
  /** Whether a learned key and value are added that everything may attend to; false if not given. */
  addBiasKv?: Added;
  /** Whether a key and a value of zeros are added; false if not given. */
  addZeroAttn?: Added;
  /** Last size of keys and of values; embedDim if not given. */
  kdim?: K;
  vdim?: V;
  /** Whether the batch is the first dim, [N, L, E]; it is the second, [L, N, E], if not given. */
  batchFirst?: First;
  dtype?: FloatDType;
}

/** What `MultiheadAttention.forward` may be told. */
export interface AttendOptions<Average = boolean> extends Pick<
  MultiHeadOptions,
  "keyPaddingMask" | "needWeights" | "attnMask" | "isCausal"
> {
  /** Whether the returned weights are the mean over the heads; true if not given. */
  averageAttnWeights?: Average;
}

/**
 * Concat(head₁, …) Wᴼ with headᵢ = softmax(Q Wᵢᵠ (K Wᵢᴷ)ᵀ / √d) V Wᵢⱽ. PyTorch's nn.MultiheadAttention (Vaswani et al. 2017).
 * @throws Error where embedDim is not divisible by numHeads
 */
export class MultiheadAttention<
  const E extends number = number,
  const N extends number = number,
  const First extends FlagOrDefault = FlagOrDefault,
  const K extends number | null | NotGiven = number | null | NotGiven,
  const V extends number | null | NotGiven = number | null | NotGiven,
  const Added extends FlagOrDefault = FlagOrDefault,
> extends BuiltIn {
  declare readonly attention?: TypeOnly<Heads<E, N, First, K, V, Added>>;
  readonly embedDim: number;
  readonly numHeads: number;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly addZeroAttn: boolean;
  readonly kdim: number;
  readonly vdim: number;
  readonly inProjWeight: Parameter | null;
  readonly qProjWeight: Parameter | null;
  readonly kProjWeight: Parameter | null;
  readonly vProjWeight: Parameter | null;
  readonly inProjBias: Parameter | null;
  readonly outProj: Linear;
  readonly biasK: Parameter | null;
  readonly biasV: Parameter | null;

  constructor(
    embedDim: E,
    numHeads: N,
    ...rest: Given<
      MultiheadAttentionOptions<First, K, V, Added>,
      [
        dropout: "dropout",
        bias: "bias",
        addBiasKv: "addBiasKv",
        addZeroAttn: "addZeroAttn",
        kdim: "kdim",
        vdim: "vdim",
        batchFirst: "batchFirst",
      ]
    >
  ) {
    super();
    const order = "dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst, *, dtype";
    const options = optionsOf<MultiheadAttentionOptions>("MultiheadAttention", order, rest);
    const { bias = true, addBiasKv = false, dtype = "float32" } = options;
    if (!Number.isInteger(embedDim / numHeads) || embedDim < 1)
      throw new Error(`MultiheadAttention: embedDim ${embedDim} is not divisible by ${numHeads} heads`);
    this.embedDim = embedDim;
    this.numHeads = numHeads;
    this.dropout = options.dropout ?? 0;
    this.batchFirst = options.batchFirst ?? false;
    this.addZeroAttn = options.addZeroAttn ?? false;
    this.kdim = options.kdim ?? embedDim;
    this.vdim = options.vdim ?? embedDim;
    const make = (...shape: number[]): Parameter => new Parameter(empty(shape, { dtype }));
    const isOne = this.kdim === embedDim && this.vdim === embedDim;
    this.inProjWeight = isOne ? make(3 * embedDim, embedDim) : null;
    this.qProjWeight = isOne ? null : make(embedDim, embedDim);
    this.kProjWeight = isOne ? null : make(embedDim, this.kdim);
    this.vProjWeight = isOne ? null : make(embedDim, this.vdim);
    this.inProjBias = bias ? make(3 * embedDim) : null;
    this.outProj = new Linear(embedDim, embedDim, { bias, dtype });
    this.biasK = addBiasKv ? make(1, 1, embedDim) : null;
    this.biasV = addBiasKv ? make(1, 1, embedDim) : null;
    this.resetParameters();
  }

  /** Draws the projections anew as PyTorch does: Glorot's uniform ones, biases 0. */
  resetParameters(): void {
    for (const weight of [this.inProjWeight, this.qProjWeight, this.kProjWeight, this.vProjWeight])
      if (weight !== null) xavierUniform_(weight);
    for (const bias of [this.inProjBias, this.outProj.bias]) if (bias !== null) constant_(bias, 0);
    for (const bias of [this.biasK, this.biasV]) if (bias !== null) xavierNormal_(bias);
  }

  /**
   * Queries [L, N, E], keys [S, N, kdim] and values [S, N, vdim] → `[output, weights]`: [L, N, E], and the weights [N, L, S], which are null with
   * `needWeights: false`. With `batchFirst` N comes first; without N it is one example.
   */
  forward<
    M extends Heads,
    Q extends Shape,
    KS extends Shape,
    VS extends Shape,
    const Average extends FlagOrDefault = FlagOrDefault,
  >(
    this: { readonly attention?: TypeOnly<M> },
    query: Checked<Queries<M, Q>, Tensor<Q>>,
    key: Checked<Keys<M, KS>, Tensor<KS>>,
    value: Checked<Values<M, KS, VS>, Tensor<VS>>,
    ...rest: Given<
      AttendOptions<Average>,
      [
        keyPaddingMask: "keyPaddingMask",
        needWeights: "needWeights",
        attnMask: "attnMask",
        averageAttnWeights: "averageAttnWeights",
        isCausal: "isCausal",
      ]
    >
  ): [output: Tensor<Q>, weights: Tensor<WeightsShape<M, Q, KS, Average>> | null];
  forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    ...rest: Given<
      AttendOptions,
      [
        keyPaddingMask: "keyPaddingMask",
        needWeights: "needWeights",
        attnMask: "attnMask",
        averageAttnWeights: "averageAttnWeights",
        isCausal: "isCausal",
      ]
    >
  ): Attended {
    const order = "keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal";
    const options = optionsOf<AttendOptions>("MultiheadAttention.forward", order, rest);
    const isTurned = this.batchFirst && query.ndim === 3;
    const turned = new Map<Tensor, Tensor>();
    const turn = (x: Tensor): Tensor => {
      if (!isTurned) return x;
      // Where queries, keys and values are one tensor they stay one, and are projected by one product.
      const y = turned.get(x) ?? x.transpose(0, 1);
      turned.set(x, y);
      return y;
    };
    const [output, weights] = attend(turn(query), turn(key), turn(value), this.embedDim, this.numHeads, {
      ...options,
      inProjWeight: this.inProjWeight,
      inProjBias: this.inProjBias,
      biasK: this.biasK,
      biasV: this.biasV,
      addZeroAttn: this.addZeroAttn,
      dropoutP: this.dropout,
      outProjWeight: this.outProj.weight,
      outProjBias: this.outProj.bias,
      training: this.training,
      qProjWeight: this.qProjWeight,
      kProjWeight: this.kProjWeight,
      vProjWeight: this.vProjWeight,
    });
    return [isTurned ? output.transpose(0, 1) : output, weights];
  }

  override extraRepr(): string {
    return `${this.embedDim}, ${this.numHeads}`;
  }
}
