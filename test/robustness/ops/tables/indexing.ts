/** Reading and writing at positions, and matrix products, beside PyTorch's. */
import { einsum, nn, type Tensor } from "../../../../src/index.js";
import { all, type Draw, floats, numbers, type Operation, py, type Sample, type Table } from "../draw.js";

const some = { dtype: all, values: "mild" } as const;

/** A tensor, a dim of it, and an index of its rank that is nowhere larger in the other dims. */
function target(
  d: Draw,
  dtypes: readonly Sample["dtype"][] = all,
): { a: Sample; dim: number; index: Sample; size: number } {
  const a = d.tensor({ dtype: dtypes, values: "mild", shape: d.of([[], [4], [2, 3], [3, 1], [2, 3, 2]]) });
  const rank = a.shape.length;
  const dim = d.dim(rank);
  const at = dim < 0 ? dim + rank : dim;
  const size = a.shape[at] ?? 1;
  const shape = a.shape.map((n, i) => (i === at ? d.whole(0, 5) : d.whole(Math.min(1, n), n)));
  return { a, dim, index: d.positions(shape, size), size };
}

const positions: Table = {
  gather: (d) => {
    const { a, dim, index } = target(d);
    return { inputs: [a, index], torch: `a.gather(${dim}, b.long())`, ours: (a, b) => a.gather(dim, b) };
  },
  indexSelect: (d) => {
    const { a, dim, size } = target(d);
    const index = d.positions(d.of([[], [0], [1], [5]]), size);
    return { inputs: [a, index], torch: `a.index_select(${dim}, b)`, ours: (a, b) => a.indexSelect(dim, b) };
  },
  take: (d) => {
    const a = d.tensor({ ...some, shape: d.fullShape() });
    const size = a.shape.reduce((x, y) => x * y, 1);
    return {
      inputs: [a, d.positions(d.of([[], [0], [3], [2, 2]]), size, true)],
      torch: "torch.take(a, b.long())",
      ours: (a, b) => a.take(b),
    };
  },
  scatterAdd: (d) => {
    const { a, dim, index } = target(d);
    const source = d.tensor({
      dtype: a.dtype,
      values: "mild",
      shape: index.shape.map((n) => n + d.whole(0, 1)),
    });
    return {
      inputs: [a, index, source],
      torch: `a.scatter_add(${dim}, b.long(), c)`,
      ours: (a, b, c) => a.scatterAdd(dim, b, c),
      anyZero: true,
    };
  },
  scatter: (d) => {
    // PyTorch picks any of the sources of a repeated index, so gradients of sources are compared where none is repeated.
    const { a, dim, size } = target(d);
    const at = dim < 0 ? dim + a.shape.length : dim;
    const shape = a.shape.map((n, i) => (i === at ? Math.min(n, 2) : n));
    const index = d.positions(shape, size);
    const inner = a.shape.slice(at + 1).reduce((x, y) => x * y, 1);
    const count = shape[at] ?? 1;
    const once = index.data.map((_, i) => (Math.floor(i / inner) % count) + (size > count ? 1 : 0));
    const source = d.tensor({
      dtype: a.dtype,
      values: "mild",
      shape: index.shape.map((n) => n + d.whole(0, 1)),
    });
    return {
      inputs: [a, { ...index, data: once }, source],
      torch: `a.scatter(${dim}, b.long(), c)`,
      ours: (a, b, c) => a.scatter(dim, b, c),
    };
  },
  scatterRepeated: (d) => {
    // The last one wins in PyTorch on the CPU, one thread; nothing is promised.
    const { a, dim, index } = target(d);
    const source = d.tensor({ dtype: a.dtype, values: "mild", shape: index.shape });
    return {
      inputs: [a, index, source],
      torch: `a.detach().scatter(${dim}, b.long(), c.detach())`,
      ours: (a, b, c) => a.detach().scatter(dim, b, c.detach()),
    };
  },
  scatterNumber: (d) => {
    const { a, dim, index } = target(d);
    const value = d.of([0, 1, -1, 7]);
    return {
      inputs: [a, index],
      torch: `a.scatter(${dim}, b.long(), ${py(value)})`,
      ours: (a, b) => a.scatter(dim, b, value),
    };
  },
  indexAdd: (d) => {
    const { a, dim, size } = target(d);
    const rank = a.shape.length;
    const at = dim < 0 ? dim + rank : dim;
    const count = d.whole(0, 4);
    const shape = a.shape.map((n, i) => (i === at ? count : n));
    const index = d.positions([rank === 0 ? 1 : count], size);
    const source = d.tensor({ dtype: a.dtype, values: "mild", shape });
    return {
      inputs: [a, index, source],
      torch: `a.index_add(${dim}, b, c)`,
      ours: (a, b, c) => a.indexAdd(dim, b, c),
      anyZero: true,
    };
  },
  oneHot: (d) => {
    const a = d.tensor({ dtype: "int32", shape: d.of([[], [3], [2, 3], [1]]), values: [0, 1, 2, 3] });
    const classes = d.of([4, 5, undefined]);
    return { inputs: [a], torch: `F.one_hot(a.long(), ${classes ?? -1})`, ours: (a) => a.oneHot(classes) };
  },
};

/** Two operands whose inner sizes fit. */
function factors(
  torch: string,
  ours: (a: Tensor, b: Tensor) => Tensor,
  shapes: readonly (readonly [readonly number[], readonly number[]])[],
  dtypes: readonly Sample["dtype"][] = numbers,
): Operation {
  return (d) => {
    const [m, n] = d.of(shapes);
    const dtype = d.of(dtypes);
    const values = dtype === "int32" ? [0, 1, -1, 2, 3] : d.oneIn(2) ? "mild" : [0, 1, -1, 2, 0.5, -3];
    return {
      inputs: [d.tensor({ dtype, shape: m, values }), d.tensor({ dtype, shape: n, values })],
      torch,
      ours,
      anyZero: true,
      loose: 4,
    };
  };
}

const products: Table = {
  matmul: factors("a @ b", (a, b) => a.matmul(b), [
    [[3], [3]],
    [[3], [3, 2]],
    [[2, 3], [3]],
    [
      [2, 3],
      [3, 4],
    ],
    [
      [2, 2, 3],
      [3, 2],
    ],
    [
      [2, 3],
      [2, 3, 2],
    ],
    [
      [2, 1, 2, 3],
      [3, 3, 1],
    ],
    [[3], [2, 3, 2]],
    [
      [2, 0],
      [0, 3],
    ],
    [[0], [0]],
    [
      [0, 3],
      [3, 2],
    ],
    [
      [2, 2, 0],
      [0, 3],
    ],
    [
      [2, 0, 3],
      [3, 2],
    ],
    [[], [2]],
  ]),
  mm: factors("torch.mm(a, b)", (a, b) => a.mm(b), [
    [
      [2, 3],
      [3, 2],
    ],
    [
      [0, 3],
      [3, 2],
    ],
    [
      [2, 0],
      [0, 2],
    ],
    [
      [2, 3],
      [2, 3],
    ],
  ]),
  bmm: factors("torch.bmm(a, b)", (a, b) => a.bmm(b), [
    [
      [2, 2, 3],
      [2, 3, 1],
    ],
    [
      [0, 2, 3],
      [0, 3, 2],
    ],
    [
      [2, 2, 0],
      [2, 0, 2],
    ],
  ]),
  mv: factors("torch.mv(a, b)", (a, b) => a.mv(b), [
    [[2, 3], [3]],
    [[0, 3], [3]],
    [[2, 0], [0]],
  ]),
  dot: factors("torch.dot(a, b)", (a, b) => a.dot(b), [
    [[3], [3]],
    [[0], [0]],
    [[1], [1]],
  ]),
  outer: factors("torch.outer(a, b)", (a, b) => a.outer(b), [
    [[3], [2]],
    [[0], [2]],
    [[1], [1]],
  ]),
  addmm: (d) => {
    const dtype = d.of(floats);
    const [beta, alpha] = d.of([
      [1, 1],
      [0, 1],
      [0.5, 2],
      [2, 0],
      [0, 0],
    ] as const);
    const [m, k, n] = d.of([
      [2, 3, 2],
      [2, 0, 2],
      [1, 1, 1],
    ] as const);
    return {
      inputs: [
        d.tensor({ dtype, shape: d.of([[n], [m, n], [1, n], []]), values: "mild" }),
        d.tensor({ dtype, shape: [m, k], values: [1, 2, -1, 0.5] }),
        d.tensor({ dtype, shape: [k, n], values: [1, 2, -1, 0.5] }),
      ],
      torch: `torch.addmm(a, b, c, beta=${beta}, alpha=${alpha})`,
      ours: (a, b, c) => a.addmm(b, c, { beta, alpha }),
      anyZero: true,
    };
  },
  einsum: (d) => {
    const [equation, m, n] = d.of([
      ["ij,jk->ik", [2, 3], [3, 2]],
      ["ij,ij->", [2, 3], [2, 3]],
      ["i,j->ij", [2], [3]],
      ["bij,bjk->bik", [2, 2, 3], [2, 3, 1]],
      ["...i,i->...", [2, 3], [3]],
      ["ij,kj", [2, 3], [4, 3]],
      ["ij,jk->ik", [2, 0], [0, 3]],
      ["ij,j->", [0, 3], [3]],
      ["i,->i", [3], []],
    ] as const);
    const dtype = d.of(floats);
    const values = [0, 1, -1, 2, 0.5];
    return {
      inputs: [d.tensor({ dtype, shape: m, values }), d.tensor({ dtype, shape: n, values })],
      torch: `torch.einsum("${equation}", a, b)`,
      ours: (a, b) => einsum(equation, a, b),
      anyZero: true,
    };
  },
  einsumOne: (d) => {
    const [equation, shape] = d.of([
      ["ii->i", [3, 3]],
      ["ii", [2, 2]],
      ["ij->ji", [2, 3]],
      ["ij->", [2, 3]],
      ["...j->...", [2, 2, 3]],
    ] as const);
    return {
      inputs: [d.tensor({ shape, values: "mild" })],
      torch: `torch.einsum("${equation}", a)`,
      ours: (a) => einsum(equation, a),
      anyZero: true,
    };
  },
  linear: (d) => {
    const dtype = d.of(floats);
    const [shape, out, size] = d.of([
      [[2, 3], 2, 3],
      [[3], 4, 3],
      [[2, 2, 3], 1, 3],
      [[0, 3], 2, 3],
      [[2, 0], 3, 0],
    ] as const);
    const values = [0, 1, -1, 2, 0.5];
    return {
      inputs: [
        d.tensor({ dtype, shape, values }),
        d.tensor({ dtype, shape: [out, size], values }),
        d.tensor({ dtype, shape: [out], values }),
      ],
      torch: "F.linear(a, b, c)",
      ours: (a, b, c) => nn.functional.linear(a, b, c),
      anyZero: true,
    };
  },
};

export const indexing: Table = { ...positions, ...products };
