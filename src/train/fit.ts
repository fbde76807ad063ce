/** `fit`: the training loop, with validation, metrics, callbacks, a progress line and a live plot. */
import { noGrad } from "../autograd/mode.js";
import { critical, interruptible, offerPart, onInterrupt, stepEnded } from "../interrupts.js";
import { clipGradNorm_ } from "../optim/clip.js";
import type { Optimizer } from "../optim/optimizer.js";
import { say } from "../locale/words.js";
import { platform } from "../platform/node.js";
import type { Tensor } from "../tensor/tensor.js";
import { lossPlot } from "../viz/loss-plot.js";
import {
  Averages,
  lossFunction,
  parts,
  rememberModes,
  type Batches,
  type LossLike,
  type Model,
} from "./batch.js";
import type { Callback, Training } from "./callbacks.js";
import { Diagnosis } from "./diagnosis.js";
import { evaluation } from "./evaluate.js";
import { emptyHistory, validationName, type History } from "./history.js";
import type { Metric } from "./metrics/metric.js";
import { Progress } from "./progress.js";
import { numberOf, readAwaiting } from "./reading.js";
import { requireGradients, warnOfHidden } from "./trained.js";

/** Options of `fit`. */
export interface FitOptions {
  /** `(output, target) => Tensor`, such as `nn.functional.crossEntropy`, or a layer, such as `new nn.MSELoss()`. */
  loss: LossLike;
  /** For the model's parameters. */
  optimizer: Pick<Optimizer, "zeroGrad" | "step" | "paramGroups">;
  /** How often to go through the data; 1 if not given. */
  epochs?: number;
  /** Batches for loss and metrics after each epoch. */
  validation?: Batches;
  /** Numbers to compute on training and validation data, by name: `{ accuracy: train.accuracy }`. */
  metrics?: Readonly<Record<string, Metric>>;
  callbacks?: readonly Callback[];
  /** Limits the norm of all gradients together. */
  clipGradNorm?: number;
  /** Shows a loss plot that grows. */
  plot?: boolean;
  /** Writes a progress line; true if not given. */
  verbose?: boolean;
}

/** How long training may keep timers, output and interrupts waiting, in milliseconds. */
const turnMs = 20;

/**
 * Trains `model` on `batches`: for each of them the loss of `model.forward(input)` and the target, its gradients, a step of the optimizer.
 * The model is in `train()` mode meanwhile, and in the mode it had before afterwards.
 * @returns losses of all steps; epochs' means, validation losses and metrics
 * @throws NonFiniteLossError when the loss is no longer a number; it names the step and the layer where that began. Error when the
 * optimizer trains nothing that the loss depends on, such as another model
 */
export function fit(model: Model, batches: Batches, options: FitOptions): Promise<History> {
  const history = emptyHistory();
  return offerPart(train(model, batches, options, history), history);
}

async function train(
  model: Model,
  batches: Batches,
  options: FitOptions,
  history: History,
): Promise<History> {
  // Whoever stops the training already waits for it.
  await Promise.resolve();
  const { epochs = 1, metrics = {}, callbacks = [] } = options;
  if (!Number.isInteger(epochs) || epochs < 1)
    throw new RangeError(`fit: epochs must be a whole number of at least 1, not ${epochs}`);
  if (batches.length === 0) throw new Error("fit: the loader has no batches");
  const loop = new Loop(model, batches, options, history, epochs, metrics, callbacks);
  const putBack = rememberModes(model);
  const forget = onInterrupt(() => {
    putBack();
    loop.interrupted();
  });
  try {
    return await loop.run();
  } finally {
    putBack();
    forget();
  }
}

class Loop implements Training {
  epoch = 0;
  step = 0;
  loss = NaN;
  readonly #loss;
  readonly #progress: Progress;
  readonly #diagnosis: Diagnosis;
  readonly #plot;
  #turn = performance.now();
  #stopping = false;
  #ended = false;

  constructor(
    readonly model: Model,
    readonly batches: Batches,
    readonly options: FitOptions,
    readonly history: History,
    readonly epochs: number,
    readonly metrics: Readonly<Record<string, Metric>>,
    readonly callbacks: readonly Callback[],
  ) {
    this.#loss = lossFunction(options.loss);
    this.#progress = new Progress(epochs, (options.verbose ?? true) ? platform.output : null);
    this.#diagnosis = new Diagnosis(model);
    this.#plot = options.plot ? lossPlot(this.history) : null;
  }

  get optimizer() {
    return this.options.optimizer;
  }

  stop(reason: string = say("a callback asked for it")): void {
    this.#stopping = true;
    this.history.stopped = reason;
  }

  /** The notebook's cell was stopped: what is recorded stays. */
  interrupted(): void {
    this.history.stopped ??= "interrupted";
    this.#end();
  }

  async run(): Promise<History> {
    // Shown before the first line of progress, so that it does not come between lines.
    this.#plot?.update();
    await this.#call("onTrainBegin");
    try {
      while (this.epoch < this.epochs && !this.#stopping) await this.#runEpoch();
    } finally {
      this.#end();
    }
    await this.#call("onTrainEnd");
    const bad = await this.#diagnosis.explainWeights(this.step, this.loss);
    if (bad !== null) throw bad;
    return this.history;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#plot?.update();
    const { stopped } = this.history;
    if (stopped === null) this.#progress.end(null);
    else if (stopped === "interrupted")
      this.#progress.end(say("Stopped in epoch {0}: {1}", this.epoch, say(stopped)));
    else this.#progress.end(say("Stopped after epoch {0}: {1}", this.epoch, stopped));
  }

  async #runEpoch(): Promise<void> {
    const begin = performance.now();
    this.epoch++;
    this.model.train();
    await this.#call("onEpochBegin");
    const averages = new Averages(this.metrics);
    let sum = 0;
    let examples = 0;
    let batch = 0;
    for (const tensors of this.batches) {
      const { inputs, target } = parts(tensors);
      const loss = numberOf(this.#step(inputs, target, averages));
      // Awaited only on engines that compute asynchronously: during an await an interrupt can come between a step and the record of its loss.
      this.loss = typeof loss === "number" ? loss : await interruptible(loss);
      this.history.loss.push(this.loss);
      if (!Number.isFinite(this.loss)) {
        throw await this.#diagnosis.explain(this.step, this.loss, inputs, target);
      }
      const count = target.shape[0] ?? 1;
      sum += count * this.loss;
      examples += count;
      this.#progress.step(this.epoch, ++batch, this.batches.length, this.loss);
      this.#plot?.update();
      const waiting = this.#call("onStepEnd");
      if (waiting !== undefined) await waiting;
      if (performance.now() - this.#turn > turnMs) await this.#yield();
      if (this.#stopping) break;
    }
    await this.#endEpoch(sum / examples, averages, begin);
  }

  /** Gives the loss. */
  #step(inputs: readonly Tensor[], target: Tensor, averages: Averages): Tensor {
    const { optimizer, clipGradNorm } = this.options;
    optimizer.zeroGrad();
    const output = this.model.forward(...inputs);
    const loss = this.#loss(output, target);
    if (loss.numel() !== 1)
      throw new Error(
        `fit: the loss must be one number, not a tensor of shape [${loss.shape.join(", ")}]; use its mean()`,
      );
    const isFirst = this.step === 0;
    if (isFirst) warnOfHidden(this.model, this.#parameters(), loss);
    loss.backward();
    if (isFirst) requireGradients(this.model, this.#parameters());
    if (clipGradNorm !== undefined) clipGradNorm_(this.#parameters(), clipGradNorm);
    this.#diagnosis.remember();
    // Before the step, so that the metrics are part of the step's plan.
    if (this.options.metrics !== undefined) noGrad(() => averages.add(output, target));
    optimizer.step();
    this.step++;
    return loss;
  }

  async #endEpoch(meanLoss: number, averages: Averages, begin: number): Promise<void> {
    const { history } = this;
    const values: [string, number][] = [["loss", meanLoss], ...(await readAwaiting(averages.values()))];
    if (this.options.validation !== undefined) {
      const { loss, metrics } = await readAwaiting(
        evaluation(this.model, this.options.validation, { loss: this.options.loss, metrics: this.metrics }),
      );
      values.push(["valLoss", loss]);
      for (const [name, value] of Object.entries(metrics)) values.push([validationName(name), value]);
    }
    const seconds = (performance.now() - begin) / 1000;
    critical(() => {
      history.step.push(this.step);
      for (const [name, value] of values) {
        if (name === "loss") history.epochLoss.push(value);
        else if (name === "valLoss") history.valLoss.push(value);
        else (history.metrics[name] ??= []).push(value);
      }
      history.seconds.push(seconds);
      stepEnded();
    });
    this.#progress.epoch(this.epoch, values, seconds);
    this.#plot?.update();
    await this.#call("onEpochEnd");
    if (performance.now() - this.#turn > turnMs) await this.#yield();
  }

  #parameters() {
    return this.optimizer.paramGroups.flatMap((group) => group.params);
  }

  /** Calls a hook of all callbacks in order; a promise only if one of them returned one. */
  #call(hook: keyof Callback): Promise<unknown> | undefined {
    let waiting: Promise<unknown> | undefined;
    for (const callback of this.callbacks) {
      if (waiting !== undefined) {
        waiting = waiting.then(() => callback[hook]?.(this));
        continue;
      }
      const result = callback[hook]?.(this);
      if (result instanceof Promise) waiting = result;
    }
    return waiting && interruptible(waiting);
  }

  async #yield(): Promise<void> {
    await interruptible(platform.nextTurn());
    this.#turn = performance.now();
  }
}
