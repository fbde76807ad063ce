/** L-BFGS: steps along the gradient times an approximate inverse Hessian, which is made of the last steps. */
import { enableGrad, noGrad } from "../autograd/mode.js";
import { cat, stack } from "../ops/join.js";
import { tensor } from "../tensor/creation/from-data.js";
import { zeros } from "../tensor/creation/constant.js";
import type { TensorData } from "../tensor/nested-types.js";
import { formatShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import {
  Optimizer,
  requireRange,
  type OptimizerState,
  type ParamGroup,
  type SavedOptimizerState,
} from "./optimizer.js";
import { type Point, strongWolfe } from "./strong-wolfe.js";

/** Options of `LBFGS`. */
export interface LBFGSOptions {
  /** Length of the step, or where the line search begins; 1 if not given. */
  lr: number;
  /** Iterations in one call of `step`; 20 if not given. */
  maxIter: number;
  /** Calls of the closure in one call of `step`; maxIter · 5 / 4 if not given. */
  maxEval: number | null;
  /** Ends where no element of the gradient is greater; 1e-7 if not given. */
  toleranceGrad: number;
  /** Ends where parameters or loss change by no more; 1e-9 if not given. */
  toleranceChange: number;
  /** How many steps the Hessian is made of; 100 if not given. */
  historySize: number;
  /** "strong_wolfe", or null for steps of a fixed length, the default. */
  lineSearchFn: "strong_wolfe" | null;
}

const defaults: LBFGSOptions = {
  lr: 1,
  maxIter: 20,
  maxEval: null,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null,
};

/** What is kept between steps; all parameters are seen as one vector. */
interface Memory {
  funcEvals: number;
  nIter: number;
  /** The last direction and how far it went. */
  d: Tensor | null;
  t: number;
  /** Changes of the gradient and of the parameters, the oldest first. */
  oldDirs: Tensor[];
  oldStps: Tensor[];
  /** 1 / (change of the gradient · change of the parameters). */
  ro: number[];
  hDiag: number;
  prevFlatGrad: Tensor | null;
  prevLoss: number;
}

function emptyMemory(): Memory {
  return {
    funcEvals: 0,
    nIter: 0,
    d: null,
    t: 0,
    oldDirs: [],
    oldStps: [],
    ro: [],
    hDiag: 1,
    prevFlatGrad: null,
    prevLoss: 0,
  };
}

/**
 * Minimizes by L-BFGS: `optimizer.step(closure)` calls the closure, which computes the loss anew, calls `backward()` and returns it, several
 * times. For the whole data rather than batches. PyTorch's optim.LBFGS (Liu and Nocedal 1989).
 * @throws RangeError for options outside their range, Error for more than one parameter group
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  #memory = emptyMemory();

  constructor(
    params: readonly Tensor[] | readonly ParamGroup<LBFGSOptions>[],
    ...rest: Arguments<
      LBFGSOptions,
      [
        lr: "lr",
        maxIter: "maxIter",
        maxEval: "maxEval",
        toleranceGrad: "toleranceGrad",
        toleranceChange: "toleranceChange",
        historySize: "historySize",
        lineSearchFn: "lineSearchFn",
      ]
    >
  ) {
    const signature = "lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn";
    const given = optimizerOptions<LBFGSOptions>("LBFGS", signature, rest);
    const maxEval = given.maxEval ?? Math.floor(((given.maxIter ?? defaults.maxIter) * 5) / 4);
    super(params, { ...given, maxEval }, defaults, []);
  }

  override addParamGroup(group: ParamGroup<LBFGSOptions>): void {
    if (this.paramGroups.length > 0)
      throw new Error("LBFGS: all parameters belong to one group; pass them as one list");
    super.addParamGroup(group);
  }

  protected override check(options: LBFGSOptions): void {
    super.check(options);
    for (const option of ["maxIter", "toleranceGrad", "toleranceChange", "historySize"] as const)
      requireRange("LBFGS", option, options[option], 0, Infinity);
    const search: unknown = options.lineSearchFn;
    if (search !== null && search !== "strong_wolfe")
      throw new RangeError(
        `LBFGS: lineSearchFn must be "strong_wolfe" or null, not ${JSON.stringify(search)}`,
      );
  }

  protected override advance<T>(closure: (() => T) | undefined): T {
    if (closure === undefined)
      throw new TypeError(
        "LBFGS: step needs a closure that computes the loss several times: " +
          "optimizer.step(() => { optimizer.zeroGrad(); const loss = …; loss.backward(); return loss; })",
      );
    return noGrad(() => this.#minimize(closure));
  }

  #minimize<T>(closure: () => T): T {
    const memory = this.#memory;
    const group = this.paramGroups[0]!;
    const { lr, maxIter, toleranceGrad, toleranceChange, lineSearchFn } = group;
    const maxEval = group.maxEval ?? Math.floor((maxIter * 5) / 4);
    const first = enableGrad(closure);
    let loss = numberOf(first);
    let evaluations = 1;
    memory.funcEvals++;
    let gradient = this.#gradient();
    if (largest(gradient) <= toleranceGrad) return first;
    for (let n = 1; n <= maxIter; n++) {
      memory.nIter++;
      const d = this.#direction(gradient, group.historySize);
      memory.prevFlatGrad = gradient;
      memory.prevLoss = loss;
      const before = loss;
      memory.t = memory.nIter === 1 ? Math.min(1, 1 / gradient.abs().sum().item()) * lr : lr;
      const slope = dot(gradient, d);
      if (slope > -toleranceChange) break;
      let isFlat = false;
      let calls = 0;
      if (lineSearchFn === null) {
        this.#move(this.#parameters(), d, memory.t);
        if (n !== maxIter) {
          loss = numberOf(enableGrad(closure));
          gradient = this.#gradient();
          isFlat = largest(gradient) <= toleranceGrad;
          calls = 1;
        }
      } else {
        const origin = this.#parameters();
        const evaluate = (t: number): Point<Tensor> => {
          this.#move(origin, d, t);
          const at = numberOf(enableGrad(closure));
          const here = this.#gradient();
          return { t, loss: at, gradient: here, slope: dot(here, d) };
        };
        const start = { t: 0, loss, gradient, slope };
        const found = strongWolfe(evaluate, start, memory.t, largest(d), maxEval - evaluations);
        ({ loss, gradient, t: memory.t } = found.point);
        calls = found.evaluations;
        this.#move(origin, d, memory.t);
        isFlat = largest(gradient) <= toleranceGrad;
      }
      evaluations += calls;
      memory.funcEvals += calls;
      if (n === maxIter || evaluations >= maxEval || isFlat) break;
      if (largest(d) * Math.abs(memory.t) <= toleranceChange) break;
      if (Math.abs(loss - before) < toleranceChange) break;
    }
    return first;
  }

  /** The negative gradient times the approximate inverse Hessian, to which the last step has been added. */
  #direction(gradient: Tensor, historySize: number): Tensor {
    const memory = this.#memory;
    const { d: last, prevFlatGrad } = memory;
    if (last === null || prevFlatGrad === null) return (memory.d = gradient.neg());
    const y = gradient.sub(prevFlatGrad);
    const s = last.mul(memory.t);
    const product = dot(y, s);
    if (product > 1e-10) {
      if (memory.oldDirs.length === historySize)
        for (const list of [memory.oldDirs, memory.oldStps, memory.ro]) list.shift();
      memory.oldDirs.push(y);
      memory.oldStps.push(s);
      memory.ro.push(1 / product);
      memory.hDiag = product / dot(y, y);
    }
    const { oldDirs, oldStps, ro } = memory;
    const shares: Tensor[] = [];
    let q: Tensor = gradient.neg();
    for (let i = oldDirs.length - 1; i >= 0; i--) {
      shares[i] = oldStps[i]!.mul(q).sum().mul(ro[i]!);
      q = q.sub(oldDirs[i]!.mul(shares[i]!));
    }
    let r: Tensor = q.mul(memory.hDiag);
    for (let i = 0; i < oldDirs.length; i++) {
      const share = oldDirs[i]!.mul(r).sum().mul(ro[i]!);
      r = r.add(oldStps[i]!.mul(shares[i]!.sub(share)));
    }
    return (memory.d = r);
  }

  /** All gradients as one vector; 0 where there is none. */
  #gradient(): Tensor {
    const { params } = this.paramGroups[0]!;
    const parts = params.map((parameter): Tensor =>
      parameter._grad === null
        ? zeros([parameter.numel()], { dtype: parameter.dtype })
        : parameter._grad.reshape([parameter.numel()]),
    );
    return cat(parts);
  }

  /** The parameters' values now. */
  #parameters(): Tensor[] {
    return this.paramGroups[0]!.params.map((parameter) => parameter.detach().clone());
  }

  /** Puts the parameters to x + t · d. */
  #move(x: readonly Tensor[], d: Tensor, t: number): void {
    let start = 0;
    this.paramGroups[0]!.params.forEach((parameter, i) => {
      const size = parameter.numel();
      const part = d.narrow(0, start, size).reshape(parameter.shape) as Tensor;
      parameter.copy_(x[i]!.add(part.mul(t)));
      start += size;
    });
  }

  /** What is kept between steps, under the first parameter. */
  override get state(): Map<Tensor, Record<string, Tensor | number>> {
    const first = this.paramGroups[0]!.params[0];
    return first === undefined || this.#memory.funcEvals === 0
      ? new Map<Tensor, Record<string, Tensor | number>>()
      : new Map([[first, this.#saved()]]);
  }

  #saved(): Record<string, Tensor | number> {
    const { funcEvals, nIter, d, t, oldDirs, oldStps, ro, hDiag, prevFlatGrad, prevLoss } = this.#memory;
    const saved: Record<string, Tensor | number> = { funcEvals, nIter };
    if (d === null || prevFlatGrad === null) return saved;
    Object.assign(saved, { d: d.clone(), t, hDiag, prevFlatGrad: prevFlatGrad.clone(), prevLoss });
    if (oldDirs.length === 0) return saved;
    return {
      ...saved,
      oldDirs: stack(oldDirs),
      oldStps: stack(oldStps),
      ro: tensor(ro, { dtype: "float64" }),
    };
  }

  /** A copy of state and options: the state of all parameters is number 0's, with the history as matrices `oldDirs` and `oldStps`. */
  protected override saved(): OptimizerState<LBFGSOptions> {
    const full = super.saved();
    return { ...full, state: this.#memory.funcEvals === 0 ? {} : { 0: noGrad(() => this.#saved()) } };
  }

  protected override load(saved: SavedOptimizerState<LBFGSOptions>): void {
    const memory = this.#read(saved.state[0] ?? {});
    super.load({ ...saved, state: {} });
    this.#memory = memory;
  }

  #read(saved: Readonly<Record<string, Tensor | TensorData>>): Memory {
    const { params } = this.paramGroups[0]!;
    const size = params.reduce((sum, parameter) => sum + parameter.numel(), 0);
    const { dtype } = params[0]!;
    const memory = emptyMemory();
    const vectors = (name: string, rank: 1 | 2): Tensor | null => {
      const value = saved[name];
      if (value === undefined || value === null) return null;
      const t = value instanceof Tensor ? value.clone() : tensor(value, { dtype });
      if (t.ndim !== rank || t.shape[rank - 1] !== size)
        throw new Error(
          `LBFGS.loadStateDict: ${name} has shape ${formatShape(t.shape)}, but the parameters have ${size} elements together`,
        );
      return t.to(dtype);
    };
    const number = (name: "funcEvals" | "nIter" | "t" | "hDiag" | "prevLoss"): void => {
      const value = saved[name];
      if (value instanceof Tensor) memory[name] = value.item();
      else if (typeof value === "number") memory[name] = value;
    };
    noGrad(() => {
      for (const name of ["funcEvals", "nIter", "t", "hDiag", "prevLoss"] as const) number(name);
      memory.d = vectors("d", 1);
      memory.prevFlatGrad = vectors("prevFlatGrad", 1);
      memory.oldDirs = vectors("oldDirs", 2)?.unbind(0) ?? [];
      memory.oldStps = vectors("oldStps", 2)?.unbind(0) ?? [];
    });
    const { ro } = saved;
    memory.ro = ro instanceof Tensor ? (ro.tolist() as number[]) : ((ro ?? []) as number[]).slice();
    return memory;
  }
}

function dot(a: Tensor, b: Tensor): number {
  return a.mul(b).sum().item();
}

function largest(x: Tensor): number {
  return x.abs().max().item();
}

function numberOf(loss: unknown): number {
  if (loss instanceof Tensor) return loss.item();
  if (typeof loss === "number") return loss;
  throw new TypeError(
    `LBFGS: expected the closure to return the loss, a tensor or a number, got ${loss === null ? "null" : typeof loss}`,
  );
}
