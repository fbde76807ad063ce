/** Reductions, norms, softmax, running sums, order and counts beside PyTorch's. */
import type { DType, Tensor } from "../../../../src/index.js";
import { isInteger } from "../../../../src/tensor/dtype.js";
import { all, type Draw, floats, hasSpecial, numbers, type Operation, py, type Table } from "../draw.js";

type Dims = number | readonly number[] | undefined;

/** A reduction over one dim, several or all. */
function overDims(
  torch: (dims: string, keepdim: string) => string,
  ours: (a: Tensor, dim: Dims, options: { keepdim: boolean }) => Tensor,
  dtypes: readonly DType[] = all,
): Operation {
  return (d) => {
    const a = d.tensor({ dtype: dtypes, values: "mild" });
    const dim = d.dims(a.shape.length);
    const keepdim = dim !== undefined && d.oneIn(2);
    return {
      inputs: [a],
      torch: torch(dim === undefined ? "" : `, ${py(dim)}`, keepdim ? ", keepdim=True" : ""),
      ours: (a) => ours(a, dim, { keepdim }),
      anyZero: true,
      loose: 4,
    };
  };
}

/** A reduction over one dim or all. */
function overDim(
  name: string,
  ours: (a: Tensor, dim: number | undefined, options: { keepdim: boolean }) => Tensor | readonly Tensor[],
  dtypes: readonly DType[] = all,
): Operation {
  return (d) => {
    const a = d.tensor({ dtype: dtypes, values: "mild" });
    const dim = d.oneIn(3) ? undefined : d.dim(a.shape.length);
    const keepdim = dim !== undefined && d.oneIn(2);
    const words = dim === undefined ? "" : `, ${dim}${keepdim ? ", keepdim=True" : ""}`;
    return {
      inputs: [a],
      torch: `torch.${name}(a${words})`,
      ours: (a) => ours(a, dim, { keepdim }),
      anyZero: true,
      loose: 4,
    };
  };
}

/** Gradients are compared where all inputs are finite. */
function finiteGradient(operation: Operation): Operation {
  return (d) => {
    const entry = operation(d);
    return entry.inputs.some(hasSpecial) ? { ...entry, skipGradient: "not finite" } : entry;
  };
}

/** Of uint8 PyTorch still gives uint8 as truth, which it had before it had bool. */
const butUint8 = all.filter((dtype) => dtype !== "uint8");

const sums: Table = {
  sum: overDims(
    (dim, keep) => `torch.sum(a${dim}${keep})`,
    (a, dim, o) => a.sum(dim, o),
  ),
  mean: overDims(
    (dim, keep) => `torch.mean(a${dim}${keep})`,
    (a, dim, o) => a.mean(dim, o),
    numbers,
  ),
  nansum: overDims(
    (dim, keep) => `torch.nansum(a${dim}${keep})`,
    (a, dim, o) => a.nansum(dim, o),
  ),
  // Where all is NaN the gradient of PyTorch is NaN too.
  nanmean: finiteGradient(
    overDims(
      (dim, keep) => `torch.nanmean(a${dim}${keep})`,
      (a, dim, o) => a.nanmean(dim, o),
      floats,
    ),
  ),
  any: overDims(
    (dim, keep) => `torch.any(a${dim}${keep})`,
    (a, dim, o) => a.any(dim, o),
    butUint8,
  ),
  all: overDims(
    (dim, keep) => `torch.all(a${dim}${keep})`,
    (a, dim, o) => a.all(dim, o),
    butUint8,
  ),
  amax: overDims(
    (dim, keep) => `torch.amax(a${dim}${keep})`,
    (a, dim, o) => a.amax(dim, o),
  ),
  amin: overDims(
    (dim, keep) => `torch.amin(a${dim}${keep})`,
    (a, dim, o) => a.amin(dim, o),
  ),
  sumDtype: (d) => {
    const a = d.tensor({ dtype: all, values: [0, 1, 2, -1] });
    const dtype = d.of(all.slice(0, 3));
    return {
      inputs: [a],
      torch: `torch.sum(a.detach(), dtype=torch.${dtype})`,
      ours: (a) => a.detach().sum(undefined, { dtype }),
      anyZero: true,
    };
  },
  meanDtype: (d) => {
    const a = d.tensor({ dtype: all, values: [0, 1, 2, -1] });
    const dtype = d.of(floats);
    return {
      inputs: [a],
      torch: `torch.mean(a, dtype=torch.${dtype})`,
      ours: (a) => a.mean(undefined, { dtype }),
      anyZero: true,
    };
  },
  var: spreadOf("var"),
  std: spreadOf("std"),
  countNonzero: (d) => {
    const a = d.tensor({ dtype: all });
    const dim = d.dims(a.shape.length);
    return {
      inputs: [a],
      torch: `torch.count_nonzero(a${dim === undefined ? "" : `, ${py(dim)}`})`,
      ours: (a) => a.countNonzero(dim),
    };
  },
  // Ours is the product of the others; PyTorch divides the product by each, and ∞ / ∞ is NaN.
  prod: finiteGradient(overDim("prod", (a, dim, o) => a.prod(dim, o))),
  max: overDim("max", (a, dim, o) => (dim === undefined ? a.max() : pair(a.max(dim, o)))),
  min: overDim("min", (a, dim, o) => (dim === undefined ? a.min() : pair(a.min(dim, o)))),
  argmax: overDim("argmax", (a, dim, o) => a.argmax(dim, o), numbers),
  argmin: overDim("argmin", (a, dim, o) => a.argmin(dim, o), numbers),
  norm: (d) => {
    const a = d.tensor({ dtype: floats, values: "mild" });
    const p = d.of([2, 1, 0, 3, 0.5, 1.5, 4, -1, -2, Infinity, -Infinity]);
    const dim = d.dims(a.shape.length);
    const keepdim = dim !== undefined && d.oneIn(2);
    const words = dim === undefined ? "" : `, ${py(dim)}${keepdim ? ", keepdim=True" : ""}`;
    return {
      inputs: [a],
      torch: `torch.linalg.vector_norm(a, ${py(p)}${words})`,
      ours: (a) => a.norm(p, dim, { keepdim }),
      loose: 8,
    };
  },
};

function pair({ values, indices }: { values: Tensor; indices: Tensor }): readonly Tensor[] {
  return [values, indices];
}

function spreadOf(name: "var" | "std"): Operation {
  return (d) => {
    const a = d.tensor({ values: "mild" });
    const dim = d.dims(a.shape.length);
    const correction = d.of([1, 0, 2]);
    const keepdim = d.oneIn(2);
    return {
      inputs: [a],
      torch: `torch.${name}(a, ${py(dim)}, correction=${correction}, keepdim=${py(keepdim)})`,
      ours: (a) => a[name](dim, { correction, keepdim }),
      // Of fewer elements than the correction PyTorch's gradient is 0 along dims and NaN over all; over an empty list it counts none.
      skipGradient: correction === 2 || String(dim) === "" ? "fewer elements than the correction" : undefined,
      loose: 8,
    };
  };
}

function along(
  torch: (dim: number) => string,
  ours: (a: Tensor, dim: number) => Tensor,
  dtypes: readonly DType[],
  values: "mild" | "wild" = "mild",
): Operation {
  return (d) => {
    const a = d.tensor({ dtype: dtypes, values });
    const dim = d.dim(a.shape.length);
    return { inputs: [a], torch: torch(dim), ours: (a) => ours(a, dim), anyZero: true, loose: 8 };
  };
}

const rows: Table = {
  softmax: along(
    (dim) => `torch.softmax(a, ${dim})`,
    (a, dim) => a.softmax(dim),
    floats,
    "wild",
  ),
  logSoftmax: along(
    (dim) => `torch.log_softmax(a, ${dim})`,
    (a, dim) => a.logSoftmax(dim),
    floats,
    "wild",
  ),
  logsumexp: along(
    (dim) => `torch.logsumexp(a, ${dim})`,
    (a, dim) => a.logsumexp(dim),
    numbers,
  ),
  cumsum: along(
    (dim) => `torch.cumsum(a, ${dim})`,
    (a, dim) => a.cumsum(dim),
    all,
  ),
  cumprod: finiteGradient(
    along(
      (dim) => `torch.cumprod(a, ${dim})`,
      (a, dim) => a.cumprod(dim),
      all,
    ),
  ),
};

function runningExtreme(name: "cummax" | "cummin"): Operation {
  return (d) => {
    const a = d.tensor({ dtype: all });
    const dim = d.dim(a.shape.length);
    return { inputs: [a], torch: `torch.${name}(a, ${dim})`, ours: (a) => pair(a[name](dim)), anyZero: true };
  };
}

/** Equal elements may stand in any order in PyTorch unless the sort is stable; topk's order of equals is free. */
const order: Table = {
  cummax: runningExtreme("cummax"),
  cummin: runningExtreme("cummin"),
  sort: (d) => {
    const a = d.tensor({ dtype: all });
    const dim = d.dim(a.shape.length);
    const descending = d.oneIn(2);
    return {
      inputs: [a],
      torch: `torch.sort(a, dim=${dim}, descending=${py(descending)}, stable=True)`,
      ours: (a) => pair(a.sort(dim, { descending })),
    };
  },
  argsort: (d) => {
    const a = d.tensor({ dtype: all });
    const dim = d.dim(a.shape.length);
    const descending = d.oneIn(2);
    return {
      inputs: [a],
      torch: `torch.argsort(a, dim=${dim}, descending=${py(descending)}, stable=True)`,
      ours: (a) => a.argsort(dim, { descending }),
    };
  },
  topk: (d) => {
    const a = d.tensor({ dtype: numbers });
    const dim = d.dim(a.shape.length);
    const k = d.whole(0, 3);
    const largest = d.oneIn(2);
    return {
      inputs: [a],
      torch: `torch.topk(a, ${k}, dim=${dim}, largest=${py(largest)}).values.detach()`,
      ours: (a) => a.topk(k, dim, { largest }).values.detach(),
      anyZero: true,
    };
  },
  median: (d) => {
    const dtype = d.of(numbers);
    // The median of no integers is whatever was in memory.
    const isWhole = isInteger(dtype);
    const a = d.tensor({
      dtype,
      shape: isWhole ? d.fullShape() : d.shape(),
      values: isWhole ? [5, 4, 3, 1, 2, -7] : distinct(d),
    });
    const dim = d.oneIn(2) ? undefined : d.dim(a.shape.length);
    const keepdim = d.oneIn(2);
    if (dim === undefined)
      return { inputs: [a], torch: "torch.median(a).detach()", ours: (a) => a.median().detach() };
    return {
      inputs: [a],
      torch: `torch.median(a, ${dim}, keepdim=${py(keepdim)}).values.detach()`,
      ours: (a) => a.median(dim, { keepdim }).values.detach(),
    };
  },
  quantile: (d) => {
    const a = d.tensor({ values: distinct(d) });
    const q = d.of([0, 0.25, 0.5, 0.3, 1]);
    const dim = d.oneIn(2) ? undefined : d.dim(a.shape.length);
    const keepdim = dim !== undefined && d.oneIn(2);
    return {
      inputs: [a],
      torch: `torch.quantile(a, ${py(q)}${dim === undefined ? "" : `, dim=${dim}, keepdim=${py(keepdim)}`}).detach()`,
      ours: (a) => a.quantile(q, dim, { keepdim }).detach(),
      anyZero: true,
    };
  },
  unique: (d) => ({
    inputs: [d.tensor({ dtype: all })],
    torch: "torch.unique(a).detach()",
    ours: (a) => a.unique().detach(),
    anyZero: true,
  }),
  bincount: (d) => {
    const a = d.tensor({ dtype: "int32", shape: d.of([[0], [5], [3]]), values: [0, 1, 1, 3, 6] });
    const minlength = d.of([0, 5, 10]);
    return {
      inputs: [a],
      torch: `torch.bincount(a, minlength=${minlength})`,
      ours: (a) => a.bincount({ minlength }),
    };
  },
  bincountWeights: (d) => {
    // Of no numbers PyTorch forgets the dtype of the weights.
    const shape = d.of([[1], [5], [3]]);
    const a = d.tensor({ dtype: "int32", shape, values: [0, 1, 1, 3, 6] });
    const b = d.tensor({ dtype: all, shape, values: "mild" });
    return {
      inputs: [a, b],
      torch: "torch.bincount(a, weights=b.detach())",
      ours: (a, b) => a.bincount({ weights: b.detach() }),
      anyZero: true,
    };
  },
  nonzero: (d) => ({
    inputs: [d.tensor({ dtype: all })],
    torch: "torch.nonzero(a)",
    ours: (a) => a.nonzero(),
  }),
};

function distinct(d: Draw): readonly number[] {
  return d.oneIn(3) ? [NaN, 1, 2, 3, -1] : d.oneIn(2) ? [Infinity, -Infinity, 1, 2] : [5, 4, 3, 1, 2, -7];
}

/** PyTorch's gradients of order statistics, where no elements are equal. */
const gradients: Table = {
  sortGradient: distinctRow("torch.sort(a).values", (a) => a.sort().values),
  topkGradient: distinctRow("torch.topk(a, 3).values", (a) => a.topk(3).values),
  medianGradient: distinctRow("torch.median(a)", (a) => a.median()),
  quantileGradient: distinctRow("torch.quantile(a, 0.3)", (a) => a.quantile(0.3)),
};

function distinctRow(torch: string, ours: (a: Tensor) => Tensor): Operation {
  return (d) => {
    const a = d.tensor({ shape: [5] });
    const data = [1, 5, -2, 4, 0.5].map((x, i) => (d.oneIn(12) ? NaN : d.oneIn(12) ? Infinity - i * 0 : x));
    const kept = data.map((x, i) => (data.indexOf(x) === i || Number.isNaN(x) ? x : i + 10));
    const once = kept.map((x, i) => (Number.isNaN(x) && kept.findIndex(Number.isNaN) !== i ? i + 20 : x));
    return { inputs: [{ ...a, data: once }], torch, ours };
  };
}

export const reductions: Table = { ...sums, ...rows, ...order, ...gradients };
