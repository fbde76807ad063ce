/** Stacks of a transformer's layers, and the whole of it: nn.TransformerEncoder, nn.TransformerDecoder and nn.Transformer. */
import { checkTensor } from "../../ops/operand.js";
import { ModuleList } from "../containers.js";
import { xavierUniform_ } from "../init.js";
import { inLayer } from "../layer-path.js";
import { BuiltIn, type Module } from "../module.js";
import { LayerNorm } from "../normalization.js";
import type { Tensor } from "../../tensor/core.js";
import { full } from "../../tensor/creation/constant.js";
import type { FloatDType } from "../../tensor/dtype.js";
import { formatShape } from "../../tensor/shape.js";
import type { Checked, Ok, Shape, TypeOnly } from "../../tensor/shape-types.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import type { Or } from "../../ops/window-types.js";
import type { CountOrDefault } from "../../ops/windows.js";
import type { EndRule } from "../feature-rules.js";
import type { After, ShapeRule } from "../shape-rule.js";
import {
  type DecoderMasks,
  type DecoderOrder,
  type EncoderMasks,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
  type TransformerLayerOptions,
} from "./transformer-layers.js";

type EncoderLayer = Module & { forward(src: Tensor, masks?: EncoderMasks): Tensor };
type DecoderLayer = Module & { forward(tgt: Tensor, memory: Tensor, masks?: DecoderMasks): Tensor };
type Norm = Module & { forward(x: Tensor): Tensor };

/** `count` layers that begin as the given one, or that a function makes. */
function layersOf<L extends Module>(name: string, layer: L | (() => L), count: number): ModuleList<L> {
  if (!Number.isInteger(count) || count < 0)
    throw new RangeError(`${name}: numLayers must be a whole number, got ${count}`);
  if (typeof layer === "function") return new ModuleList(Array.from({ length: count }, layer));
  const clone = (layer as unknown as { clone?: () => L }).clone;
  if (typeof clone !== "function")
    throw new TypeError(
      `${name}: ${layer.name()} has no clone(), so it cannot be copied; give a function that makes a layer: () => new ${layer.name()}(...)`,
    );
  return new ModuleList(Array.from({ length: count }, () => clone.call(layer)));
}

/** Masks of `TransformerEncoder.forward`. */
export interface StackMasks {
  mask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
  isCausal?: boolean | null;
}

/** A stack does to a shape what its layers do. */
interface StackRule<L> extends ShapeRule {
  readonly output: After<L, Extract<this["input"], Shape>>;
}

/** Encoder layers one after the other, then `norm` where there is one. PyTorch's nn.TransformerEncoder. */
export class TransformerEncoder<L extends EncoderLayer = EncoderLayer> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<StackRule<L>>;
  readonly layers: ModuleList<EncoderLayer>;
  readonly norm: Norm | null;

  /** @param layer the first of the layers, which all begin with its values, or a function that makes one */
  constructor(
    layer: L | (() => L),
    readonly numLayers: number,
    ...rest: Given<{ norm?: Norm | null }, [norm: "norm"]>
  ) {
    super();
    const [norm] = rest;
    this.layers = layersOf("TransformerEncoder", layer, numLayers);
    this.norm = isModule(norm)
      ? norm
      : (optionsOf<{ norm: Norm }>("TransformerEncoder", "norm", rest).norm ?? null);
  }

  /** [L, N, E] → the same shape; with `batchFirst` layers [N, L, E]. */
  forward<E extends BuiltIn, S extends Shape>(
    this: E,
    src: Checked<After<E, S>, Tensor<S>>,
    ...rest: Given<StackMasks, [mask: "mask", srcKeyPaddingMask: "srcKeyPaddingMask", isCausal: "isCausal"]>
  ): Tensor<Ok<After<E, S>>>;
  forward(
    src: Tensor,
    ...rest: Given<StackMasks, [mask: "mask", srcKeyPaddingMask: "srcKeyPaddingMask", isCausal: "isCausal"]>
  ): Tensor {
    const order = "mask, srcKeyPaddingMask, isCausal";
    const { mask, srcKeyPaddingMask, isCausal } = optionsOf<StackMasks>(
      "TransformerEncoder.forward",
      order,
      rest,
    );
    let x = src;
    const masks = {
      srcMask: mask ?? null,
      srcKeyPaddingMask: srcKeyPaddingMask ?? null,
      isCausal: isCausal ?? false,
    };
    for (let i = 0; i < this.layers.length; i++) {
      try {
        x = this.layers.at(i).forward(x, masks);
      } catch (error) {
        throw inLayer(error, `layers.${i}`);
      }
    }
    return this.norm === null ? x : this.norm.forward(x);
  }
}

function isModule(value: unknown): value is Norm {
  return typeof value === "object" && value !== null && "forward" in value;
}

/** Decoder layers one after the other, then `norm` where there is one. PyTorch's nn.TransformerDecoder. */
export class TransformerDecoder<L extends DecoderLayer = DecoderLayer> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<StackRule<L>>;
  readonly layers: ModuleList<DecoderLayer>;
  readonly norm: Norm | null;

  /** @param layer the first of the layers, which all begin with its values, or a function that makes one */
  constructor(
    layer: L | (() => L),
    readonly numLayers: number,
    ...rest: Given<{ norm?: Norm | null }, [norm: "norm"]>
  ) {
    super();
    const [norm] = rest;
    this.layers = layersOf("TransformerDecoder", layer, numLayers);
    this.norm = isModule(norm)
      ? norm
      : (optionsOf<{ norm: Norm }>("TransformerDecoder", "norm", rest).norm ?? null);
  }

  /** [T, N, E] and the encoder's outputs [S, N, E] → [T, N, E]. */
  forward<D extends BuiltIn, S extends Shape, M extends Shape>(
    this: D,
    tgt: Checked<After<D, S>, Tensor<S>>,
    memory: Checked<After<D, M>, Tensor<M>>,
    ...rest: Given<DecoderMasks, DecoderOrder>
  ): Tensor<Ok<After<D, S>>>;
  forward(tgt: Tensor, memory: Tensor, ...rest: Given<DecoderMasks, DecoderOrder>): Tensor {
    const order = "tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask, tgtIsCausal, memoryIsCausal";
    const masks = optionsOf<DecoderMasks>("TransformerDecoder.forward", order, rest);
    let x = tgt;
    for (let i = 0; i < this.layers.length; i++) {
      try {
        x = this.layers.at(i).forward(x, memory, masks);
      } catch (error) {
        throw inLayer(error, `layers.${i}`);
      }
    }
    return this.norm === null ? x : this.norm.forward(x);
  }
}

/** Options of `Transformer`; PyTorch's defaults. */
export interface TransformerOptions<D = number> extends TransformerLayerOptions {
  /** 512 if not given. */
  dModel?: D;
  /** 8 if not given. */
  nhead?: number;
  /** 6 if not given. */
  numEncoderLayers?: number;
  /** 6 if not given. */
  numDecoderLayers?: number;
  customEncoder?: TransformerEncoder | null;
  customDecoder?: TransformerDecoder | null;
}

/** Masks of `Transformer.forward`. */
export interface TransformerMasks {
  srcMask?: Tensor | null;
  tgtMask?: Tensor | null;
  memoryMask?: Tensor | null;
  srcKeyPaddingMask?: Tensor | null;
  tgtKeyPaddingMask?: Tensor | null;
  memoryKeyPaddingMask?: Tensor | null;
  srcIsCausal?: boolean | null;
  tgtIsCausal?: boolean | null;
  memoryIsCausal?: boolean;
}

/** An encoder, and a decoder that attends to its outputs. PyTorch's nn.Transformer (Vaswani et al. 2017). */
export class Transformer<const D extends CountOrDefault = number> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<EndRule<"Transformer", Or<D, 512>>>;
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;
  readonly dModel: number;
  readonly nhead: number;
  readonly batchFirst: boolean;

  constructor(
    ...rest: Given<
      TransformerOptions<D>,
      [
        dModel: "dModel",
        nhead: "nhead",
        numEncoderLayers: "numEncoderLayers",
        numDecoderLayers: "numDecoderLayers",
        dimFeedforward: "dimFeedforward",
        dropout: "dropout",
        activation: "activation",
        customEncoder: "customEncoder",
        customDecoder: "customDecoder",
        layerNormEps: "layerNormEps",
        batchFirst: "batchFirst",
        normFirst: "normFirst",
        bias: "bias",
      ]
    >
  ) {
    super();
    const order =
      "dModel, nhead, numEncoderLayers, numDecoderLayers, dimFeedforward, dropout, activation, customEncoder, customDecoder, layerNormEps, batchFirst, normFirst, bias, *, dtype";
    const all = optionsOf<TransformerOptions>("Transformer", order, rest);
    const { dModel = 512, nhead = 8, numEncoderLayers = 6, numDecoderLayers = 6, ...others } = all;
    const { customEncoder = null, customDecoder = null, ...options } = others;
    const { layerNormEps: eps = 1e-5, bias = true, dtype = "float32" } = options;
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps, bias, dtype });
    const encoderLayer = (): EncoderLayer => new TransformerEncoderLayer(dModel, nhead, options);
    const decoderLayer = (): DecoderLayer => new TransformerDecoderLayer(dModel, nhead, options);
    this.encoder = customEncoder ?? new TransformerEncoder(encoderLayer, numEncoderLayers, { norm: norm() });
    this.decoder = customDecoder ?? new TransformerDecoder(decoderLayer, numDecoderLayers, { norm: norm() });
    this.dModel = dModel;
    this.nhead = nhead;
    this.batchFirst = options.batchFirst ?? false;
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter);
  }

  /**
   * [S, N, E] and [T, N, E] → [T, N, E]; with `batchFirst` N comes first, without N it is one example.
   * @throws Error for other sizes than dModel, and where the two have another number of examples
   */
  forward<L extends BuiltIn, S extends Shape, T extends Shape>(
    this: L,
    src: Checked<After<L, S>, Tensor<S>>,
    tgt: Checked<After<L, T>, Tensor<T>>,
    ...rest: Given<
      TransformerMasks,
      [
        srcMask: "srcMask",
        tgtMask: "tgtMask",
        memoryMask: "memoryMask",
        srcKeyPaddingMask: "srcKeyPaddingMask",
        tgtKeyPaddingMask: "tgtKeyPaddingMask",
        memoryKeyPaddingMask: "memoryKeyPaddingMask",
        srcIsCausal: "srcIsCausal",
        tgtIsCausal: "tgtIsCausal",
        memoryIsCausal: "memoryIsCausal",
      ]
    >
  ): Tensor<Ok<After<L, T>>>;
  forward(
    src: Tensor,
    tgt: Tensor,
    ...rest: Given<
      TransformerMasks,
      [
        srcMask: "srcMask",
        tgtMask: "tgtMask",
        memoryMask: "memoryMask",
        srcKeyPaddingMask: "srcKeyPaddingMask",
        tgtKeyPaddingMask: "tgtKeyPaddingMask",
        memoryKeyPaddingMask: "memoryKeyPaddingMask",
        srcIsCausal: "srcIsCausal",
        tgtIsCausal: "tgtIsCausal",
        memoryIsCausal: "memoryIsCausal",
      ]
    >
  ): Tensor {
    const order =
      "srcMask, tgtMask, memoryMask, srcKeyPaddingMask, tgtKeyPaddingMask, memoryKeyPaddingMask, srcIsCausal, tgtIsCausal, memoryIsCausal";
    const masks = optionsOf<TransformerMasks>("Transformer.forward", order, rest);
    checkTensor("Transformer (src)", src);
    checkTensor("Transformer (tgt)", tgt);
    const both = `src ${formatShape(src.shape)} and tgt ${formatShape(tgt.shape)}`;
    if (src.size(-1) !== this.dModel || tgt.size(-1) !== this.dModel)
      throw new Error(`Transformer: ${both} must have the last size ${this.dModel}`);
    const batchDim = this.batchFirst ? 0 : 1;
    if (src.ndim === 3 && src.size(batchDim) !== tgt.size(batchDim))
      throw new Error(`Transformer: ${both} must have as many examples, dim ${batchDim}`);
    const memory = this.encoder.forward(src, {
      mask: masks.srcMask ?? null,
      srcKeyPaddingMask: masks.srcKeyPaddingMask ?? null,
      isCausal: masks.srcIsCausal ?? false,
    });
    return this.decoder.forward(tgt, memory, {
      tgtMask: masks.tgtMask ?? null,
      memoryMask: masks.memoryMask ?? null,
      tgtKeyPaddingMask: masks.tgtKeyPaddingMask ?? null,
      memoryKeyPaddingMask: masks.memoryKeyPaddingMask ?? null,
      tgtIsCausal: masks.tgtIsCausal ?? false,
      memoryIsCausal: masks.memoryIsCausal ?? false,
    });
  }

  /** A mask [size, size] with which place i attends to places 0 to i: 0 there, −∞ above the diagonal. */
  static generateSquareSubsequentMask(
    size: number,
    options: { dtype?: FloatDType } = {},
  ): Tensor<[number, number]> {
    return full([size, size], -Infinity, options).triu(1);
  }
}
