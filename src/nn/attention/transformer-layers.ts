/** One layer of a transformer's encoder and one of its decoder (Vaswani et al. 2017). */
import { checkTensor } from "../../ops/operand.js";
import { Dropout } from "../dropout.js";
import { Linear } from "../linear.js";
import { BuiltIn } from "../module.js";
import { LayerNorm } from "../normalization.js";
import type { Tensor } from "../../tensor/core.js";
import type { FloatDType } from "../../tensor/dtype.js";
import type { Checked, Ok, Shape, TypeOnly } from "../../tensor/shape-types.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import type { EndRule } from "../feature-rules.js";
import type { After } from "../shape-rule.js";
import { MultiheadAttention } from "./multihead.js";

/** A function of a tensor that stands between the two linear maps. */
export type Activation = "relu" | "gelu" | ((x: Tensor) => Tensor);

/** Options of both layers; PyTorch's defaults. */
export interface TransformerLayerOptions {
  /** Size between the two linear maps; 2048 if not given. */
  dimFeedforward?: number;
  /** 0.1 if not given. */
  dropout?: number;
  /** "relu" if not given. */
  activation?: Activation;
  /** 1e-5 if not given. */
  layerNormEps?: number;
  /** Whether the batch is the first dim; false if not given. */
  batchFirst?: boolean;
  /** Whether norms stand before attention and linear maps instead of behind; false if not given. */
  normFirst?: boolean;
  bias?: boolean;
  dtype?: FloatDType;
}

/** The options in PyTorch's order, as types and as a signature. */
export type LayerOrder = [
  dimFeedforward: "dimFeedforward",
  dropout: "dropout",
  activation: "activation",
  layerNormEps: "layerNormEps",
  batchFirst: "batchFirst",
  normFirst: "normFirst",
  bias: "bias",
];
const ORDER = "dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias, *, dtype";

function activationOf(name: string, activation: Activation): (x: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (activation === "relu") return (x) => x.relu();
  if (activation === "gelu") return (x) => x.gelu();
  throw new Error(
    `${name}: activation must be "relu", "gelu" or a function of a tensor, got ${JSON.stringify(activation satisfies never)}`,
  );
}

/** Masks of `TransformerEncoderLayer.forward`. */
export interface EncoderMasks {
  /** [L, L] or [N · heads, L, L]: true, or −∞, where a place must not be attended to. */
  srcMask?: Tensor | null;
  /** [N, L]: true for places that are padding. */
  srcKeyPaddingMask?: Tensor | null;
  /** A hint that the mask is causal; false if not given. */
  isCausal?: boolean;
}

/**
 * Self-attention and two linear maps, each with dropout, added to its input and normalized. PyTorch's nn.TransformerEncoderLayer.
 */
export class TransformerEncoderLayer<const D extends number = number> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<EndRule<"TransformerEncoderLayer", D>>;
  readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly normFirst: boolean;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #again: () => TransformerEncoderLayer;

  constructor(dModel: D, nhead: number, ...rest: Given<TransformerLayerOptions, LayerOrder>) {
    super();
    const options = optionsOf<TransformerLayerOptions>("TransformerEncoderLayer", ORDER, rest);
    const { dimFeedforward = 2048, dropout = 0.1, layerNormEps: eps = 1e-5, bias = true } = options;
    const { batchFirst = false, dtype = "float32", activation = "relu" } = options;
    this.normFirst = options.normFirst ?? false;
    this.#activation = activationOf("TransformerEncoderLayer", activation);
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst, dtype });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias, dtype });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias, dtype });
    this.norm1 = new LayerNorm(dModel, { eps, bias, dtype });
    this.norm2 = new LayerNorm(dModel, { eps, bias, dtype });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.#again = () => new TransformerEncoderLayer(dModel, nhead, options);
  }

  /** A layer of the same options with parameters of its own, which begin as this one's. */
  clone(): TransformerEncoderLayer {
    const copy = this.#again();
    copy.loadStateDict(this.stateDict());
    return copy;
  }

  /** [L, N, E], with `batchFirst` [N, L, E], without N for one example → the same shape. */
  forward<L extends BuiltIn, S extends Shape>(
    this: L,
    src: Checked<After<L, S>, Tensor<S>>,
    ...rest: Given<
      EncoderMasks,
      [srcMask: "srcMask", srcKeyPaddingMask: "srcKeyPaddingMask", isCausal: "isCausal"]
    >
  ): Tensor<Ok<After<L, S>>>;
  forward(
    src: Tensor,
    ...rest: Given<
      EncoderMasks,
      [srcMask: "srcMask", srcKeyPaddingMask: "srcKeyPaddingMask", isCausal: "isCausal"]
    >
  ): Tensor {
    const order = "srcMask, srcKeyPaddingMask, isCausal";
    const masks = optionsOf<EncoderMasks>("TransformerEncoderLayer.forward", order, rest);
    checkTensor("TransformerEncoderLayer", src);
    const attention = (x: Tensor): Tensor => {
      const [y] = this.selfAttn.forward(x, x, x, {
        attnMask: masks.srcMask ?? null,
        keyPaddingMask: masks.srcKeyPaddingMask ?? null,
        needWeights: false,
        isCausal: masks.isCausal ?? false,
      });
      return this.dropout1.forward(y);
    };
    const feed = (x: Tensor): Tensor =>
      this.dropout2.forward(
        this.linear2.forward(this.dropout.forward(this.#activation(this.linear1.forward(x)))),
      );
    if (this.normFirst) {
      const x = src.add(attention(this.norm1.forward(src)));
      return x.add(feed(this.norm2.forward(x)));
    }
    const x = this.norm1.forward(src.add(attention(src)));
    return this.norm2.forward(x.add(feed(x)));
  }
}

/** Masks of `TransformerDecoderLayer.forward`. */
export interface DecoderMasks {
  tgtMask?: Tensor | null;
  memoryMask?: Tensor | null;
  tgtKeyPaddingMask?: Tensor | null;
  memoryKeyPaddingMask?: Tensor | null;
  tgtIsCausal?: boolean;
  memoryIsCausal?: boolean;
}

/** The masks in PyTorch's order. */
export type DecoderOrder = [
  tgtMask: "tgtMask",
  memoryMask: "memoryMask",
  tgtKeyPaddingMask: "tgtKeyPaddingMask",
  memoryKeyPaddingMask: "memoryKeyPaddingMask",
  tgtIsCausal: "tgtIsCausal",
  memoryIsCausal: "memoryIsCausal",
];

/**
 * Self-attention, attention to the encoder's outputs, and two linear maps, each with dropout, added to its input and normalized.
 * PyTorch's nn.TransformerDecoderLayer.
 */
export class TransformerDecoderLayer<const D extends number = number> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<EndRule<"TransformerDecoderLayer", D>>;
  readonly selfAttn: MultiheadAttention;
  readonly multiheadAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly dropout3: Dropout;
  readonly normFirst: boolean;
  readonly #activation: (x: Tensor) => Tensor;
  readonly #again: () => TransformerDecoderLayer;

  constructor(dModel: D, nhead: number, ...rest: Given<TransformerLayerOptions, LayerOrder>) {
    super();
    const options = optionsOf<TransformerLayerOptions>("TransformerDecoderLayer", ORDER, rest);
    const { dimFeedforward = 2048, dropout = 0.1, layerNormEps: eps = 1e-5, bias = true } = options;
    const { batchFirst = false, dtype = "float32", activation = "relu" } = options;
    this.normFirst = options.normFirst ?? false;
    this.#activation = activationOf("TransformerDecoderLayer", activation);
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst, dtype });
    this.multiheadAttn = new MultiheadAttention(dModel, nhead, { dropout, bias, batchFirst, dtype });
    this.linear1 = new Linear(dModel, dimFeedforward, { bias, dtype });
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel, { bias, dtype });
    this.norm1 = new LayerNorm(dModel, { eps, bias, dtype });
    this.norm2 = new LayerNorm(dModel, { eps, bias, dtype });
    this.norm3 = new LayerNorm(dModel, { eps, bias, dtype });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
    this.#again = () => new TransformerDecoderLayer(dModel, nhead, options);
  }

  /** A layer of the same options with parameters of its own, which begin as this one's. */
  clone(): TransformerDecoderLayer {
    const copy = this.#again();
    copy.loadStateDict(this.stateDict());
    return copy;
  }

  /** [T, N, E] and the encoder's outputs [S, N, E] → [T, N, E]; with `batchFirst` N comes first. */
  forward<L extends BuiltIn, S extends Shape, M extends Shape>(
    this: L,
    tgt: Checked<After<L, S>, Tensor<S>>,
    memory: Checked<After<L, M>, Tensor<M>>,
    ...rest: Given<DecoderMasks, DecoderOrder>
  ): Tensor<Ok<After<L, S>>>;
  forward(tgt: Tensor, memory: Tensor, ...rest: Given<DecoderMasks, DecoderOrder>): Tensor {
    const order = "tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask, tgtIsCausal, memoryIsCausal";
    const masks = optionsOf<DecoderMasks>("TransformerDecoderLayer.forward", order, rest);
    checkTensor("TransformerDecoderLayer", tgt);
    checkTensor("TransformerDecoderLayer (memory)", memory);
    const itself = (x: Tensor): Tensor => {
      const [y] = this.selfAttn.forward(x, x, x, {
        attnMask: masks.tgtMask ?? null,
        keyPaddingMask: masks.tgtKeyPaddingMask ?? null,
        needWeights: false,
        isCausal: masks.tgtIsCausal ?? false,
      });
      return this.dropout1.forward(y);
    };
    const encoded = (x: Tensor): Tensor => {
      const [y] = this.multiheadAttn.forward(x, memory, memory, {
        attnMask: masks.memoryMask ?? null,
        keyPaddingMask: masks.memoryKeyPaddingMask ?? null,
        needWeights: false,
        isCausal: masks.memoryIsCausal ?? false,
      });
      return this.dropout2.forward(y);
    };
    const feed = (x: Tensor): Tensor =>
      this.dropout3.forward(
        this.linear2.forward(this.dropout.forward(this.#activation(this.linear1.forward(x)))),
      );
    let x = tgt;
    if (this.normFirst) {
      x = x.add(itself(this.norm1.forward(x)));
      x = x.add(encoded(this.norm2.forward(x)));
      return x.add(feed(this.norm3.forward(x)));
    }
    x = this.norm1.forward(x.add(itself(x)));
    x = this.norm2.forward(x.add(encoded(x)));
    return this.norm3.forward(x.add(feed(x)));
  }
}
