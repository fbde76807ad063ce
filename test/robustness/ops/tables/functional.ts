/** Losses and layers of nn.functional, and tensors made of numbers, beside PyTorch's. */
import { arange, eye, full, linspace, logspace, nn, type Tensor } from "../../../../src/index.js";
import {
  all,
  type Case,
  type Draw,
  floats,
  type Kind,
  type Operation,
  py,
  type Sample,
  type Table,
} from "../draw.js";

const f = nn.functional;
const reductions = ["mean", "sum", "none"] as const;

function loss(
  torch: string,
  ours: (a: Tensor, b: Tensor, reduction: "mean" | "sum" | "none") => Tensor,
  values: Kind["values"] = "wild",
  targets: Kind["values"] = values,
): Operation {
  return (d) => {
    const reduction = d.of(reductions);
    const dtype = d.of(floats);
    const a = d.tensor({ dtype, values });
    const b = d.tensor({ dtype, shape: a.shape, values: targets });
    return {
      inputs: [a, b],
      torch: `F.${torch.replace(")", `, reduction="${reduction}")`)}`,
      ours: (a, b) => ours(a, b, reduction),
      anyZero: true,
      loose: 8,
    };
  };
}

function withReduction(
  name: string,
  key: string,
  values: readonly number[],
  ours: (a: Tensor, b: Tensor, value: number, reduction: "mean" | "sum" | "none") => Tensor,
): Operation {
  return (d) => {
    const value = d.of(values);
    return loss(`${name}(a, b, ${key}=${py(value)})`, (a, b, reduction) => ours(a, b, value, reduction))(d);
  };
}

function divergence(d: Draw, logTarget: boolean, targets: Kind["values"], ofTarget: boolean): Case {
  const dtype = d.of(floats);
  const a = d.tensor({ dtype, values: "mild" });
  const reduction = d.of([...reductions, "batchmean"] as const);
  return {
    inputs: [a, d.tensor({ dtype, shape: a.shape, values: logTarget ? "mild" : targets })],
    torch: `F.kl_div(a, b${ofTarget ? "" : ".detach()"}, reduction="${reduction}", log_target=${py(logTarget)})`,
    ours: (a, b) => f.klDiv(a, ofTarget ? b : b.detach(), { reduction, logTarget }),
    anyZero: true,
    loose: 8,
  };
}

/** Logits [N, C] or [N, C, L] or [C], classes, weights of classes. */
function classes(d: Draw): { input: Sample; target: Sample; weight: Sample; options: string; given: object } {
  const dtype = d.of(floats);
  const shape = d.of([[3, 4], [2, 3], [4], [2, 3, 2], [0, 3], [1, 1]]);
  const count = shape.length === 1 ? shape[0]! : shape[1]!;
  const rest = shape.length === 1 ? [] : [shape[0]!, ...shape.slice(2)];
  const ignore = d.oneIn(3);
  const target = d.positions(rest, count);
  const reduction = d.of(reductions);
  const ignoreIndex = d.of([-100, 0, -1]);
  return {
    input: d.tensor({ dtype, shape, values: d.oneIn(2) ? "mild" : [0, 1, -1, 2, 100, -100] }),
    target: { ...target, data: target.data.map((x) => (ignore && d.oneIn(3) ? ignoreIndex : x)) },
    weight: d.tensor({ dtype, shape: [count], values: [0, 1, 2, 0.5] }),
    options: `, reduction="${reduction}", ignore_index=${ignoreIndex}`,
    given: { reduction, ignoreIndex },
  };
}

const losses: Table = {
  // 2d overflows where |d| is over half of the greatest number; PyTorch divides by n first.
  mseLoss: loss("mse_loss(a, b)", (a, b, reduction) => f.mseLoss(a, b, { reduction }), "plain"),
  l1Loss: loss("l1_loss(a, b)", (a, b, reduction) => f.l1Loss(a, b, { reduction })),
  smoothL1Loss: withReduction("smooth_l1_loss", "beta", [1, 0.5, 2, 0], (a, b, beta, reduction) =>
    f.smoothL1Loss(a, b, { beta, reduction }),
  ),
  huberLoss: withReduction("huber_loss", "delta", [1, 0.5, 2], (a, b, delta, reduction) =>
    f.huberLoss(a, b, { delta, reduction }),
  ),
  binaryCrossEntropy: loss(
    "binary_cross_entropy(a, b)",
    (a, b, reduction) => f.binaryCrossEntropy(a, b, { reduction }),
    "unit",
  ),
  // NaN is refused by PyTorch and let through here, where it shows in the loss.
  binaryCrossEntropyOutside: loss(
    "binary_cross_entropy(a, b)",
    (a, b, reduction) => f.binaryCrossEntropy(a, b, { reduction }),
    [0, 1, 0.5, 1.5, -0.25],
    [0, 1, 0.5, 0.25, 0.75, 2],
  ),
  binaryCrossEntropyWithLogits: loss(
    "binary_cross_entropy_with_logits(a, b)",
    (a, b, reduction) => f.binaryCrossEntropyWithLogits(a, b, { reduction }),
    "wild",
    "unit",
  ),
  binaryCrossEntropyPosWeight: (d) => {
    const dtype = d.of(floats);
    // The gradient of the target is a difference of logarithms in PyTorch, which infinite logits survive.
    const a = d.tensor({ dtype, shape: [2, 3], values: [0, 1, -1, 3, -88, 88, 200, -200] });
    return {
      inputs: [
        a,
        d.tensor({ dtype, shape: [2, 3], values: "unit" }),
        d.tensor({ dtype, shape: [3], values: [1, 2, 0.5, 0] }),
        d.tensor({ dtype, shape: [2, 3], values: [1, 0, 2] }),
      ],
      torch: "F.binary_cross_entropy_with_logits(a, b, weight=d.detach(), pos_weight=c.detach())",
      ours: (a, b, posWeight, weight) =>
        f.binaryCrossEntropyWithLogits(a, b, { posWeight: posWeight.detach(), weight: weight.detach() }),
      anyZero: true,
      loose: 8,
    };
  },
  // PyTorch's gradient of a target of 0 is NaN: it divides the target by itself.
  klDiv: (d) => divergence(d, d.oneIn(2), [1, 0.5, 0.25, 0.125], true),
  klDivOfZeros: (d) => divergence(d, false, "unit", false),
  nllLoss: (d) => {
    const { input, target, weight, options, given } = classes(d);
    return {
      inputs: [input, target, weight],
      torch: `F.nll_loss(a, b.long(), weight=c.detach()${options})`,
      ours: (a, b, c) => f.nllLoss(a, b, { weight: c.detach(), ...given }),
      anyZero: true,
      loose: 8,
    };
  },
  crossEntropy: (d) => {
    const { input, target, options, given } = classes(d);
    const labelSmoothing = d.of([0, 0, 0.1]);
    return {
      inputs: [input, target],
      torch: `F.cross_entropy(a, b.long(), label_smoothing=${labelSmoothing}${options})`,
      ours: (a, b) => f.crossEntropy(a, b, { labelSmoothing, ...given }),
      anyZero: true,
      loose: 8,
    };
  },
  crossEntropyWeight: (d) => {
    const { input, target, weight, options, given } = classes(d);
    const labelSmoothing = d.of([0, 0, 0.1]);
    // Smoothed and of no weight at all the mean is 0 / 0 in PyTorch, and more than 0 divided by 0 here.
    const data = labelSmoothing === 0 ? weight.data : weight.data.map((x) => x || 1);
    return {
      inputs: [input, target, { ...weight, data }],
      torch: `F.cross_entropy(a, b.long(), weight=c.detach(), label_smoothing=${labelSmoothing}${options})`,
      ours: (a, b, c) => f.crossEntropy(a, b, { labelSmoothing, weight: c.detach(), ...given }),
      anyZero: true,
      loose: 8,
    };
  },
  crossEntropyOutside: (d) => {
    const shape = d.of([[2, 3], [3]]);
    const a = d.tensor({ shape, values: [0, 1, 2] });
    const b: Sample = {
      dtype: "int32",
      shape: shape.slice(0, -1),
      data: shape.length === 1 ? [d.of([-1, 3, 2])] : [0, d.of([-1, 3, 2, -3, 7])],
    };
    return {
      inputs: [a, b],
      torch: "F.cross_entropy(a, b.long())",
      ours: (a, b) => f.crossEntropy(a, b),
      loose: 8,
    };
  },
  crossEntropyProbabilities: (d) => {
    const dtype = d.of(floats);
    const a = d.tensor({ dtype, shape: d.of([[2, 3], [3], [2, 3, 2]]), values: [0, 1, -1, 100] });
    const b = d.tensor({ dtype, shape: a.shape, values: "unit" });
    const reduction = d.of(reductions);
    const labelSmoothing = d.of([0, 0.1]);
    return {
      inputs: [a, b],
      torch: `F.cross_entropy(a, b, reduction="${reduction}", label_smoothing=${labelSmoothing})`,
      ours: (a, b) => f.crossEntropy(a, b, { reduction, labelSmoothing }),
      anyZero: true,
      loose: 8,
    };
  },
};

const layers: Table = {
  dropoutNone: (d) => ({
    inputs: [d.tensor()],
    torch: "F.dropout(a, 0.0)",
    ours: (a) => f.dropout(a, { p: 0 }),
  }),
  dropoutAll: (d) => ({
    inputs: [d.tensor()],
    torch: "F.dropout(a, 1.0)",
    ours: (a) => f.dropout(a, { p: 1 }),
  }),
  dropoutEval: (d) => ({
    inputs: [d.tensor()],
    torch: "F.dropout(a, 0.5, training=False)",
    ours: (a) => f.dropout(a, { training: false }),
  }),
  layerNorm: (d) => {
    const shape = d.of([
      [2, 3],
      [2, 2, 3],
      [0, 3],
    ]);
    return {
      inputs: [d.tensor({ dtype: "float32", shape, values: "mild" })],
      torch: "F.layer_norm(a, [3])",
      ours: (a) => new nn.LayerNorm([3]).forward(a),
      anyZero: true,
      loose: 64,
    };
  },
  batchNorm: (d) => {
    const shape = d.of([
      [2, 3],
      [4, 3],
      [2, 3, 2],
    ]);
    return {
      inputs: [d.tensor({ dtype: "float32", shape, values: d.oneIn(2) ? "mild" : [0, 1, -1, 2] })],
      torch: "F.batch_norm(a, None, None, training=True)",
      ours: (a) => new nn.BatchNorm1d(3).forward(a),
      anyZero: true,
      loose: 64,
      // Where the batch is one value over and over the gradient is a difference of equal numbers times 1/√eps.
      skipGradient: "cancellation",
    };
  },
};

const creation: Table = {
  arange: (d) => {
    const [start, end, step] = [d.of([0, 1, -2, 0.5]), d.of([5, 3, 0, -2, 2.5]), d.of([1, 2, 0.5, -1, 0.25])];
    return {
      inputs: [],
      torch: `torch.arange(${start}, ${end}, ${step})`,
      ours: () => arange(start, end, step),
      anyZero: true,
    };
  },
  linspace: (d) => {
    const [start, end, steps] = [d.of([0, -1, 2.5]), d.of([1, -3, 0, 2.5]), d.whole(0, 6)];
    const dtype = d.of(floats);
    return {
      inputs: [],
      torch: `torch.linspace(${start}, ${end}, ${steps}, dtype=torch.${dtype})`,
      ours: () => linspace(start, end, steps, { dtype }),
      anyZero: true,
      // PyTorch counts in the dtype itself.
      loose: 4,
    };
  },
  logspace: (d) => {
    const [start, end, steps, base] = [d.of([0, -1]), d.of([1, 2]), d.whole(0, 5), d.of([10, 2])];
    return {
      inputs: [],
      torch: `torch.logspace(${start}, ${end}, ${steps}, base=${base})`,
      ours: () => logspace(start, end, steps, { base }),
      loose: 4,
    };
  },
  eye: (d) => {
    const [n, m] = [d.whole(0, 3), d.whole(0, 3)];
    const dtype = d.of(all);
    return {
      inputs: [],
      torch: `torch.eye(${n}, ${m}, dtype=torch.${dtype})`,
      ours: () => eye(n, m, { dtype }),
    };
  },
  full: (d) => {
    const shape = d.shape();
    const value = d.of([0, 1.5, NaN, -0.5, Infinity]);
    const dtype = d.of(floats);
    return {
      inputs: [],
      torch: `torch.full(${py(shape)}, ${py(value)}, dtype=torch.${dtype})`,
      ours: () => full(shape, value, { dtype }),
    };
  },
};

export const functional: Table = { ...losses, ...layers, ...creation };
