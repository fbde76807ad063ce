/** Averages of a model's weights over the steps of its training, which often generalize better than the last ones. */
import { noGrad } from "../autograd/mode.js";
import { critical } from "../interrupts.js";
import { BuiltIn, type Module } from "../nn/module.js";
import { assignValue } from "../nn/parameter.js";
import { where } from "../ops/select.js";
import { zeros } from "../tensor/creation/constant.js";
import { isFloating } from "../tensor/dtype.js";
import { formatShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** The new average of a tensor, from the average of `numAveraged` values so far and the present value. */
export type AvgFn = (averaged: Tensor, current: Tensor, numAveraged: Tensor) => Tensor;

/** Options of `AveragedModel`. */
export interface AveragedModelOptions {
  /** How values are averaged: `getSwaAvgFn()`, all alike, if not given. */
  avgFn?: AvgFn;
  /** Whether buffers of floating-point numbers are averaged too, where they are otherwise copied; false if not given. */
  useBuffers?: boolean;
}

/** All values alike: a + (x - a) / (n + 1). PyTorch's get_swa_avg_fn. */
export function getSwaAvgFn(): AvgFn {
  return (averaged, current, numAveraged) =>
    averaged.add(current.sub(averaged).div(numAveraged.add(1).to(averaged.dtype)));
}

/**
 * Late values more than early ones: decay · a + (1 - decay) · x. PyTorch's get_ema_avg_fn.
 * @throws RangeError for a decay outside 0…1
 */
export function getEmaAvgFn(decay = 0.999): AvgFn {
  if (!(decay >= 0 && decay <= 1))
    throw new RangeError(`getEmaAvgFn: decay must be between 0 and 1, not ${decay}`);
  return (averaged, current) => averaged.mul(decay).add(current.mul(1 - decay));
}

/** A model of tensors. */
type Model = Module & { forward(...inputs: Tensor[]): Tensor };

/**
 * A second model whose parameters are the averages of a first one's: `updateParameters(model)` after a step or an epoch takes the present
 * ones in. PyTorch's optim.swa_utils.AveragedModel (Izmailov et al. 2018; Polyak and Juditsky 1992). It is given the model that is to hold
 * the averages, made as the first one was, since objects with #private fields cannot be copied; its values are replaced by the first update:
 *
 *     const average = new optim.swaUtils.AveragedModel(makeModel(), { avgFn: optim.swaUtils.getEmaAvgFn(0.99) });
 */
export class AveragedModel<M extends Model = Model> extends BuiltIn {
  /** How many times parameters were taken in. */
  readonly nAveraged: Tensor = this.registerBuffer("nAveraged", zeros([], { dtype: "int64" }));
  readonly #avgFn: AvgFn;
  readonly #useBuffers: boolean;

  constructor(
    readonly module: M,
    { avgFn = getSwaAvgFn(), useBuffers = false }: AveragedModelOptions = {},
  ) {
    super();
    this.#avgFn = avgFn;
    this.#useBuffers = useBuffers;
  }

  /** The output of the model with the averages. */
  forward(...inputs: Tensor[]): Tensor {
    return this.module.forward(...inputs);
  }

  /**
   * Takes the present parameters of `model` into the averages; the first time they are copied. Nothing is computed before it is needed,
   * or with the next step of an optimizer.
   * @throws Error for the model itself, and for one whose tensors have other names or shapes
   */
  updateParameters(model: Module): void {
    if (model === this.module)
      throw new Error("AveragedModel: a model cannot hold its own averages; make a second one for them");
    const parameters = pairs(this.module.namedParameters(), model.namedParameters());
    const buffers = pairs(this.module.namedBuffers(), model.namedBuffers());
    const average = ([own, current]: Pair): Pair => [own, this.#averaged(own, current)];
    noGrad(() => {
      const averagesBuffers = ([own]: Pair) => this.#useBuffers && isFloating(own.dtype);
      const updates = [
        ...parameters.map(average),
        ...buffers.map((pair) => (averagesBuffers(pair) ? average(pair) : pair)),
      ];
      critical(() => {
        for (const [own, value] of updates) assignValue(own, value);
        this.nAveraged.add_(1);
      });
    });
  }

  #averaged(own: Tensor, current: Tensor): Tensor {
    const averaged = this.#avgFn(own.detach(), current.detach(), this.nAveraged.detach());
    // A choice by values, which need not be read for it.
    return where(this.nAveraged.eq(0), current.detach(), averaged);
  }
}

/** A tensor, and the one of the other model or its next value. */
type Pair = readonly [own: Tensor, current: Tensor];

function pairs(own: readonly [string, Tensor][], others: readonly [string, Tensor][]): Pair[] {
  const describe = (tensors: readonly [string, Tensor][]) =>
    tensors.map(([name, { shape }]) => `${name} ${formatShape(shape)}`).join(", ");
  const [mine, theirs] = [describe(own), describe(others)];
  if (mine !== theirs)
    throw new Error(
      `AveragedModel: the model has ${theirs || "nothing"}, the one of the averages ${mine || "nothing"}`,
    );
  return own.map(([, tensor], i) => [tensor, others[i]![1]]);
}

/** What all layers of batch normalization have, whatever the number of their dims. */
interface Tracking {
  momentum: number | null;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
  readonly numBatchesTracked: Tensor;
}

/**
 * Computes the running statistics of the layers of batch normalization anew, from all batches of `loader`: averaged weights have had none.
 * A batch is an input, or a list whose first element is the input. PyTorch's optim.swa_utils.update_bn.
 */
export function updateBn(loader: Iterable<Tensor | readonly Tensor[]>, model: Model): void {
  const layers = model.modules().filter(isTracking);
  if (layers.length === 0) return;
  const before = layers.map((layer) => layer.momentum);
  const modes = model.modules().map((module) => [module, module.training] as const);
  try {
    noGrad(() => {
      for (const layer of layers) {
        layer.runningMean.zero_();
        layer.runningVar.fill_(1);
        layer.numBatchesTracked.zero_();
        // The plain average of all batches.
        layer.momentum = null;
      }
      model.train();
      for (const batch of loader)
        model.forward(Array.isArray(batch) ? (batch as Tensor[])[0]! : (batch as Tensor));
    });
  } finally {
    layers.forEach((layer, i) => (layer.momentum = before[i]!));
    for (const [module, training] of modes) module.training = training;
  }
}

function isTracking(module: Module): module is Module & Tracking {
  const { momentum, runningMean, runningVar, numBatchesTracked } = module as Partial<Tracking>;
  return momentum !== undefined && !!runningMean && !!runningVar && !!numBatchesTracked;
}
