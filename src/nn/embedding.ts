/** Tables of learned vectors as layers. */
import { noGrad } from "../autograd/mode.js";
import { empty } from "../tensor/creation/constant.js";
import { type FloatDType, getDefaultDtype } from "../tensor/dtype.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import type { Shape, TypeOnly } from "../tensor/shape-types.js";
import { type Given, optionsOf } from "../tensor/signature.js";
import type { Tensor } from "../tensor/tensor.js";
import { type BagMode, embedding, embeddingBag } from "./embedding-functions.js";
import { normal_ } from "./init.js";
import { BuiltIn } from "./module.js";
import { Parameter } from "./parameter.js";
import type { ShapeRule } from "./shape-rule.js";

interface EmbeddingRule<D extends number> extends ShapeRule {
  readonly output: [...Extract<this["input"], Shape>, D];
}

/** Options of `Embedding`. */
export interface EmbeddingOptions {
  /** The row that is 0 at first and gets no gradient. */
  paddingIdx?: number | null;
  /** Rows that are used are first shortened to this norm. */
  maxNorm?: number | null;
  /** The p of that norm; 2 if not given. */
  normType?: number;
  /** Whether a row's gradient is divided by how often it is used; false if not given. */
  scaleGradByFreq?: boolean;
  /** Without effect: gradients are dense. */
  sparse?: boolean;
  device?: "cpu";
  dtype?: FloatDType;
  /** The table, instead of a drawn one. */
  _weight?: Tensor | null;
  /** Whether the table is not trained. */
  _freeze?: boolean;
}

type EmbeddingOrder = [
  paddingIdx: "paddingIdx",
  maxNorm: "maxNorm",
  normType: "normType",
  scaleGradByFreq: "scaleGradByFreq",
  sparse: "sparse",
  _weight: "_weight",
  _freeze: "_freeze",
  device: "device",
  dtype: "dtype",
];
const EMBEDDING = "paddingIdx, maxNorm, normType, scaleGradByFreq, sparse, _weight, _freeze, device, dtype";

/** Options of `Embedding.fromPretrained`. */
export type PretrainedOptions = Omit<EmbeddingOptions, "dtype" | "device" | "_weight" | "_freeze"> & {
  /** Whether the table is not trained; true if not given. */
  freeze?: boolean;
};

function table(
  name: string,
  rows: number,
  size: number,
  options: Readonly<Partial<EmbeddingOptions>>,
): Parameter {
  const { _weight: weight, _freeze: freeze = false, dtype = getDefaultDtype() } = options;
  for (const n of [rows, size])
    if (!Number.isInteger(n) || n < 0)
      throw new RangeError(`${name}(${rows}, ${size}): sizes must be whole numbers of at least 0`);
  if (weight && !sameShape(weight.shape, [rows, size]))
    throw new Error(`${name}: expected a table of [${rows}, ${size}], got ${formatShape(weight.shape)}`);
  const requiresGrad = !freeze;
  return weight
    ? new Parameter(weight, { requiresGrad })
    : normal_(new Parameter(empty([rows, size], { dtype }), { requiresGrad }));
}

function clearPadding({ weight, paddingIdx }: { weight: Parameter; paddingIdx: number | null }): void {
  if (paddingIdx !== null) noGrad(() => weight.select(0, paddingIdx).zero_());
}

function paddingRow(name: string, padding: number | null | undefined, rows: number): number | null {
  if (padding === null || padding === undefined) return null;
  if (!Number.isInteger(padding) || padding < -rows || padding >= rows)
    throw new RangeError(`${name}: paddingIdx must be one of ${rows} rows, not ${padding}`);
  return padding < 0 ? padding + rows : padding;
}

/**
 * A table [numEmbeddings, embeddingDim] of learned rows, drawn from N(0, 1), that are looked up by their numbers: [...] → [..., embeddingDim].
 * PyTorch's nn.Embedding.
 */
export class Embedding<const D extends number = number> extends BuiltIn {
  declare readonly shapeRule?: TypeOnly<EmbeddingRule<D>>;
  readonly numEmbeddings: number;
  readonly embeddingDim: D;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  readonly weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: D, ...given: Given<EmbeddingOptions, EmbeddingOrder>) {
    super();
    const options = optionsOf<EmbeddingOptions>("Embedding", EMBEDDING, given);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingRow("Embedding", options.paddingIdx, numEmbeddings);
    this.maxNorm = options.maxNorm ?? null;
    this.normType = options.normType ?? 2;
    this.scaleGradByFreq = options.scaleGradByFreq ?? false;
    this.weight = table("Embedding", numEmbeddings, embeddingDim, options);
    if (!options._weight) clearPadding(this);
  }

  /** A layer with this table [rows, D], which is not trained unless `freeze` is false (`torch.nn.Embedding.from_pretrained`). */
  static fromPretrained(
    embeddings: Tensor,
    ...given: Given<
      PretrainedOptions,
      [
        freeze: "freeze",
        paddingIdx: "paddingIdx",
        maxNorm: "maxNorm",
        normType: "normType",
        scaleGradByFreq: "scaleGradByFreq",
        sparse: "sparse",
      ]
    >
  ): Embedding {
    const { freeze = true, ...rest } = optionsOf<PretrainedOptions>(
      "Embedding.fromPretrained",
      "freeze, paddingIdx, maxNorm, normType, scaleGradByFreq, sparse",
      given,
    );
    if (embeddings.ndim !== 2)
      throw new Error(
        `Embedding.fromPretrained: expected a table [rows, D], got ${formatShape(embeddings.shape)}`,
      );
    const [rows = 0, size = 0] = embeddings.shape;
    return new Embedding(rows, size, { ...rest, _weight: embeddings, _freeze: freeze });
  }

  /** Draws the table anew. */
  resetParameters(): void {
    normal_(this.weight);
    clearPadding(this);
  }

  /** [...] → [..., embeddingDim]. @throws RangeError for a number outside the table, at the latest when it is computed */
  forward<S extends Shape>(input: Tensor<S>): Tensor<[...S, D]>;
  forward(input: Tensor): Tensor {
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embedding(input, this.weight, { paddingIdx, maxNorm, normType, scaleGradByFreq });
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, paddingIdx=${this.paddingIdx}`;
    const norm = this.maxNorm === null ? "" : `, maxNorm=${this.maxNorm}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}${norm}`;
  }
}

/** Options of `EmbeddingBag`. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** "mean" if not given. */
  mode?: BagMode;
  /** Whether offsets also say where the last bag ends; false if not given. */
  includeLastOffset?: boolean;
}

type BagOrder = [
  maxNorm: "maxNorm",
  normType: "normType",
  scaleGradByFreq: "scaleGradByFreq",
  mode: "mode",
  sparse: "sparse",
  _weight: "_weight",
  includeLastOffset: "includeLastOffset",
  paddingIdx: "paddingIdx",
  device: "device",
  dtype: "dtype",
];
const BAG =
  "maxNorm, normType, scaleGradByFreq, mode, sparse, _weight, includeLastOffset, paddingIdx, device, dtype, *, _freeze";

/** Sums, means or greatest elements of bags of rows of a table [numEmbeddings, embeddingDim]. PyTorch's nn.EmbeddingBag. */
export class EmbeddingBag extends BuiltIn {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  readonly mode: BagMode;
  readonly includeLastOffset: boolean;
  readonly weight: Parameter;

  constructor(numEmbeddings: number, embeddingDim: number, ...given: Given<EmbeddingBagOptions, BagOrder>) {
    super();
    const options = optionsOf<EmbeddingBagOptions>("EmbeddingBag", BAG, given);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = paddingRow("EmbeddingBag", options.paddingIdx, numEmbeddings);
    this.maxNorm = options.maxNorm ?? null;
    this.normType = options.normType ?? 2;
    this.scaleGradByFreq = options.scaleGradByFreq ?? false;
    this.mode = options.mode ?? "mean";
    this.includeLastOffset = options.includeLastOffset ?? false;
    this.weight = table("EmbeddingBag", numEmbeddings, embeddingDim, options);
    if (!options._weight) clearPadding(this);
  }

  /** A layer with this table [rows, D], which is not trained unless `freeze` is false (`torch.nn.EmbeddingBag.from_pretrained`). */
  static fromPretrained(
    embeddings: Tensor,
    options: Omit<EmbeddingBagOptions, "dtype" | "device" | "_weight" | "_freeze"> & {
      freeze?: boolean;
    } = {},
  ): EmbeddingBag {
    const { freeze = true, ...rest } = options;
    const [rows = 0, size = 0] = embeddings.shape;
    return new EmbeddingBag(rows, size, { ...rest, _weight: embeddings, _freeze: freeze });
  }

  /** Draws the table anew (`torch.nn.EmbeddingBag.reset_parameters`). */
  resetParameters(): void {
    normal_(this.weight);
    clearPadding(this);
  }

  /** [B, L], or [n] with offsets [B], → [B, embeddingDim]. @throws Error when shapes do not fit */
  forward(input: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    const { maxNorm, normType, scaleGradByFreq, mode, includeLastOffset, paddingIdx } = this;
    return embeddingBag(input, this.weight, {
      offsets,
      maxNorm,
      normType,
      scaleGradByFreq,
      mode,
      perSampleWeights,
      includeLastOffset,
      paddingIdx,
    });
  }

  override extraRepr(): string {
    const padding = this.paddingIdx === null ? "" : `, paddingIdx=${this.paddingIdx}`;
    return `${this.numEmbeddings}, ${this.embeddingDim}${padding}, mode=${this.mode}`;
  }
}
