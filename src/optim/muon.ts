/** Muon: momentum whose matrices are made orthogonal. */
import { binary, cast, expand, matmul, permute, reduce, scalar, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { formatShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";
import { type Arguments, optimizerOptions } from "./arguments.js";
import { Optimizer, requireRange, type ParamGroup } from "./optimizer.js";
import { add, average, scale, type Transform } from "./transform.js";

/** Options of `Muon`; a parameter group may have its own. */
export interface MuonOptions {
  /** Learning rate; 0.001 if not given. */
  lr: number;
  /** Weight decay, apart from the gradient; 0.1 if not given. */
  weightDecay: number;
  /** How slowly the average gradient forgets; 0.95 if not given. */
  momentum: number;
  /** Looks ahead: the gradient is mixed into the average once more. True if not given. */
  nesterov: boolean;
  /** a, b and c of the iteration X ← a X + (b A + c A²) X with A = X Xᵀ; [3.4445, −4.775, 2.0315] if not given. */
  nsCoefficients: readonly [number, number, number];
  /** The least norm that a matrix is divided by; 1e-7 if not given. */
  eps: number;
  /** Iterations, less than 100; 5 if not given. */
  nsSteps: number;
  /** How lr follows a matrix of [A, B]: "original" (also null) times √max(1, A / B), "match_rms_adamw" times 0.2 √max(A, B). */
  adjustLrFn: "original" | "match_rms_adamw" | null;
}

const defaults: MuonOptions = {
  lr: 1e-3,
  weightDecay: 0.1,
  momentum: 0.95,
  nesterov: true,
  nsCoefficients: [3.4445, -4.775, 2.0315],
  eps: 1e-7,
  nsSteps: 5,
  adjustLrFn: null,
};

/** b ← momentum · b + (1 - momentum) · g;  lr · weightDecay · p + lr′ · orthogonal(g mixed with b). */
const muon: Transform<MuonOptions> = {
  states: { momentumBuffer: {} },
  update(direction, slot, options) {
    const { lr, momentum, adjustLrFn } = options;
    const buffer = average(slot, "momentumBuffer", direction, momentum);
    const ahead = options.nesterov ? add(scale(direction, 1 - momentum), scale(buffer, momentum)) : buffer;
    const [rows, columns] = direction.shape as [number, number];
    const factor =
      adjustLrFn === "match_rms_adamw"
        ? 0.2 * Math.sqrt(Math.max(rows, columns))
        : Math.sqrt(Math.max(1, rows / columns));
    const change = scale(cast(orthogonal(ahead, options), direction.dtype), lr * factor);
    return add(change, scale(slot.parameter, lr * options.weightDecay));
  },
};

/** What PyTorch computes in bfloat16: each result is rounded to it. */
function rounded(x: Node): Node {
  return cast(cast(x, "bfloat16"), "float32");
}

/** Newton and Schulz' iteration, which brings all singular values near to 1 (Jordan 2024). */
function orthogonal(g: Node, { nsCoefficients: [a, b, c], nsSteps, eps }: MuonOptions): Node {
  const [rows, columns] = g.shape as [number, number];
  const transposed = (node: Node) => permute(node, [1, 0]);
  let x = rounded(rows > columns ? transposed(g) : g);
  const norm = rounded(unary("sqrt", reduce("sum", binary("mul", x, x), [0, 1], true)));
  const least = binary("max", norm, scalar(eps, "float32"));
  x = rounded(binary("div", x, expand(least, x.shape)));
  for (let step = 0; step < nsSteps; step++) {
    const gram = rounded(matmul(x, transposed(x)));
    const update = rounded(add(scale(gram, b), scale(matmul(gram, gram), c)));
    x = rounded(add(scale(x, a), matmul(update, x)));
  }
  return rows > columns ? transposed(x) : x;
}

/**
 * p ← p - lr · weightDecay · p - lr′ · O, where O is the average gradient with its singular values brought to about 1, computed in bfloat16 as
 * PyTorch does. For the matrices of a network; biases, embeddings and other parameters need another optimizer. PyTorch's optim.Muon (Jordan
 * et al. 2024).
 * @throws Error for parameters that are no matrices, RangeError for options outside their range
 */
export class Muon extends Optimizer<MuonOptions> {
  constructor(
    params: readonly Tensor[] | readonly ParamGroup<MuonOptions>[],
    ...rest: Arguments<
      MuonOptions,
      [
        lr: "lr",
        weightDecay: "weightDecay",
        momentum: "momentum",
        nesterov: "nesterov",
        nsCoefficients: "nsCoefficients",
        eps: "eps",
        nsSteps: "nsSteps",
        adjustLrFn: "adjustLrFn",
      ]
    >
  ) {
    const signature = "lr, weightDecay, momentum, nesterov, nsCoefficients, eps, nsSteps, adjustLrFn";
    super(params, optimizerOptions<MuonOptions>("Muon", signature, rest), defaults, [muon]);
  }

  override addParamGroup(group: ParamGroup<MuonOptions>): void {
    for (const { shape } of group.params as readonly Tensor[])
      if (shape.length !== 2)
        throw new Error(
          `Muon: only matrices can be trained, not a parameter of shape ${formatShape(shape)}; ` +
            "give it to another optimizer, as new optim.AdamW(model.parameters().filter((p) => p.ndim !== 2))",
        );
    super.addParamGroup(group);
  }

  protected override check(options: MuonOptions): void {
    super.check(options);
    for (const option of ["weightDecay", "momentum", "eps"] as const)
      requireRange("Muon", option, options[option], 0, Infinity);
    if (!Number.isInteger(options.nsSteps) || options.nsSteps < 0 || options.nsSteps > 99)
      throw new RangeError(`Muon: nsSteps must be a whole number from 0 to 99, not ${options.nsSteps}`);
    if (options.nsCoefficients.length !== 3)
      throw new RangeError(
        `Muon: nsCoefficients must be three numbers, not ${options.nsCoefficients.length}`,
      );
    const names: readonly unknown[] = [null, "original", "match_rms_adamw"];
    if (!names.includes(options.adjustLrFn))
      throw new RangeError(
        `Muon: adjustLrFn must be "original" or "match_rms_adamw", not ${JSON.stringify(options.adjustLrFn)}`,
      );
  }
}
