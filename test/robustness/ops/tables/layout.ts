/** Operations that move elements, join, cut and pick them beside PyTorch's. */
import { cat, meshgrid, stack, tensor, where } from "../../../../src/index.js";
import type { SliceIndex } from "../../../../src/ops/part.js";
import { all, type Draw, numbers, type Operation, py, type Table } from "../draw.js";

const some = { dtype: all, values: "mild" } as const;

/** PyTorch's padding counts from the last dim. */
const movement: Table = {
  reshape: (d) => {
    const a = d.tensor({ ...some, shape: d.of([[2, 3], [6], [2, 3, 1], [0, 3]]) });
    const shape = d.of([[-1], [3, -1], [3, 2], [1, 6], [0, 5], [0, -1]]);
    return { inputs: [a], torch: `a.reshape(${py(shape)})`, ours: (a) => a.reshape(shape) };
  },
  view: (d) => {
    const a = d.tensor({ ...some, shape: [4] });
    const shape = d.of([
      [2, 2],
      [-1, 1],
      [4, 1, 1],
    ]);
    return { inputs: [a], torch: `a.view(${py(shape)})`, ours: (a) => a.view(shape) };
  },
  viewAs: (d) => {
    const shape = d.fullShape();
    return {
      inputs: [d.tensor({ shape: [shape.reduce((a, b) => a * b, 1)] }), d.tensor({ shape })],
      torch: "a.view_as(b)",
      ours: (a, b) => a.viewAs(b),
    };
  },
  flatten: (d) => {
    const a = d.tensor(some);
    const [from, to] = [d.dim(a.shape.length), d.dim(a.shape.length)];
    return { inputs: [a], torch: `a.flatten(${from}, ${to})`, ours: (a) => a.flatten(from, to) };
  },
  unflatten: (d) => {
    const sizes = d.of([
      [2, 3],
      [-1, 2],
      [6, 1],
    ]);
    const dim = d.of([0, -2]);
    return {
      inputs: [d.tensor({ ...some, shape: [6, 2] })],
      torch: `a.unflatten(${dim}, ${py(sizes)})`,
      ours: (a) => a.unflatten(dim, sizes),
    };
  },
  squeeze: (d) => {
    const a = d.tensor(some);
    const rank = a.shape.length;
    const way = d.whole(0, 3);
    const dim =
      way === 0 ? undefined : way === 1 ? d.dim(rank) : way === 2 ? [] : rank > 1 ? [0, -1] : [d.dim(rank)];
    return {
      inputs: [a],
      torch: `a.squeeze(${dim === undefined ? "" : py(dim)})`,
      ours: (a) => a.squeeze(dim),
    };
  },
  unsqueeze: (d) => {
    const a = d.tensor(some);
    const dim = d.dim(a.shape.length + 1);
    return { inputs: [a], torch: `a.unsqueeze(${dim})`, ours: (a) => a.unsqueeze(dim) };
  },
  permute: (d) => {
    const order = d.of([
      [0, 1, 2],
      [2, 0, 1],
      [-1, 0, 1],
      [1, 2, 0],
    ]);
    return {
      inputs: [d.tensor({ ...some, shape: d.shape({ min: 3 }) })],
      torch: `a.permute(${py(order)})`,
      ours: (a) => a.permute(order),
    };
  },
  transpose: (d) => {
    const a = d.tensor(some);
    const [x, y] = [d.dim(a.shape.length), d.dim(a.shape.length)];
    return { inputs: [a], torch: `a.transpose(${x}, ${y})`, ours: (a) => a.transpose(x, y) };
  },
  t: (d) => ({
    inputs: [d.tensor({ ...some, shape: d.shape({ max: 2 }) })],
    torch: "a.t()",
    ours: (a) => a.t(),
  }),
  T: (d) => ({
    inputs: [d.tensor({ ...some, shape: d.shape({ min: 2 }) })],
    torch: "a.permute(*range(a.ndim)[::-1])",
    ours: (a) => a.T,
  }),
  mT: (d) => ({ inputs: [d.tensor(some)], torch: "a.mT", ours: (a) => a.mT }),
  movedim: (d) => {
    const a = d.tensor(some);
    const [x, y] = [d.dim(a.shape.length), d.dim(a.shape.length)];
    return { inputs: [a], torch: `a.movedim(${x}, ${y})`, ours: (a) => a.movedim(x, y) };
  },
  expand: (d) => {
    const shape = d.of([
      [2, 3],
      [-1, 3],
      [2, -1, 3],
      [4, 3, 1],
      [0, 3],
      [3, 3],
      [2, 2, 3],
    ]);
    const a = d.tensor({ ...some, shape: d.of([[], [1], [3], [3, 1], [1, 1], [1, 3]]) });
    return { inputs: [a], torch: `a.expand(${py(shape)})`, ours: (a) => a.expand(shape) };
  },
  expandAs: (d) => {
    const b = d.tensor({ values: "mild" });
    return {
      inputs: [d.tensor({ ...some, shape: d.broadcastable(b.shape) }), b],
      torch: "a.expand_as(b)",
      ours: (a, b) => a.expandAs(b),
    };
  },
  broadcastTo: (d) => {
    const shape = d.shape({ min: 1 });
    return {
      inputs: [d.tensor({ ...some, shape: d.broadcastable(shape) })],
      torch: `a.broadcast_to(${py(shape)})`,
      ours: (a) => a.broadcastTo(shape),
    };
  },
  narrow: (d) => {
    const a = d.tensor(some);
    const [dim, start, length] = [d.dim(a.shape.length), d.whole(-3, 3), d.whole(0, 3)];
    return {
      inputs: [a],
      torch: `a.narrow(${dim}, ${start}, ${length})`,
      ours: (a) => a.narrow(dim, start, length),
    };
  },
  select: (d) => {
    const a = d.tensor(some);
    const [dim, index] = [d.dim(a.shape.length), d.whole(-3, 3)];
    return { inputs: [a], torch: `a.select(${dim}, ${index})`, ours: (a) => a.select(dim, index) };
  },
  flip: (d) => {
    const a = d.tensor(some);
    const rank = a.shape.length;
    const dims = d.of([[], [d.dim(rank)], rank > 1 ? [0, -1] : [0]]);
    return { inputs: [a], torch: `a.flip(${py(dims)})`, ours: (a) => a.flip(dims) };
  },
};

const rearrangement: Table = {
  repeat: (d) => {
    const a = d.tensor(some);
    const times = [...d.of([[], [2], [0]]), ...a.shape.map(() => d.whole(0, 2))];
    return { inputs: [a], torch: `a.repeat(${py(times)})`, ours: (a) => a.repeat(times) };
  },
  tile: (d) => {
    const times = d.of([[2], [2, 3], [1, 0], [], [2, 1, 2, 1]]);
    return { inputs: [d.tensor(some)], torch: `a.tile(${py(times)})`, ours: (a) => a.tile(times) };
  },
  repeatInterleave: (d) => {
    const a = d.tensor({ ...some, shape: d.shape({ min: 1 }) });
    const dim = d.oneIn(2) ? undefined : d.dim(a.shape.length);
    const times = d.whole(0, 3);
    return {
      inputs: [a],
      torch: `a.repeat_interleave(${times}, dim=${py(dim)})`,
      ours: (a) => a.repeatInterleave(times, dim),
    };
  },
  roll: (d) => {
    const a = d.tensor({ ...some, shape: d.shape({ min: 1 }) });
    const rank = a.shape.length;
    const shift = d.whole(-5, 5);
    if (d.oneIn(3)) return { inputs: [a], torch: `a.roll(${shift})`, ours: (a) => a.roll(shift) };
    const [shifts, dims] =
      rank > 1 && d.oneIn(2)
        ? [
            [shift, 1],
            [0, -1],
          ]
        : [shift, d.dim(rank)];
    return { inputs: [a], torch: `a.roll(${py(shifts)}, ${py(dims)})`, ours: (a) => a.roll(shifts, dims) };
  },
  pad: (d) => {
    const a = d.tensor({ ...some, shape: d.shape({ min: 1 }) });
    const count = d.whole(0, a.shape.length);
    const padding = Array.from({ length: 2 * count }, () => d.whole(-1, 2));
    const value = d.of([0, 1, -0.5, Infinity, NaN]);
    const fits = a.dtype === "float32" || a.dtype === "float64" ? value : 1;
    return {
      inputs: [a],
      torch: `F.pad(a, ${py(padding)}, value=${py(fits)})`,
      ours: (a) => a.pad(padding, { value: fits }),
    };
  },
  diagonal: (d) => {
    const a = d.tensor({
      ...some,
      shape: d.of([
        [2, 3],
        [4, 2],
        [3, 4, 2],
        [2, 4, 5],
        [2, 0],
        [0, 2, 3],
      ]),
    });
    const rank = a.shape.length;
    const offset = d.whole(-4, 4);
    const [dim1, dim2] = d.of([
      [0, 1],
      [0, 1],
      [-2, -1],
      [-1, 0],
      [0, rank - 1],
    ] as const);
    return {
      inputs: [a],
      torch: `a.diagonal(${offset}, ${dim1}, ${dim2})`,
      ours: (a) => a.diagonal(offset, dim1, dim2),
    };
  },
  unfold: (d) => {
    const a = d.tensor(some);
    const [dim, size, step] = [d.dim(a.shape.length), d.whole(0, 3), d.whole(1, 3)];
    return {
      inputs: [a],
      torch: `a.unfold(${dim}, ${size}, ${step})`,
      ours: (a) => a.unfold(dim, size, step),
    };
  },
  tril: (d) => triangle(d, "tril"),
  triu: (d) => triangle(d, "triu"),
  diag: (d) => {
    const k = d.whole(-3, 3);
    return {
      inputs: [d.tensor({ ...some, shape: d.shape({ min: 1, max: 2 }) })],
      torch: `torch.diag(a, ${k})`,
      ours: (a) => a.diag(k),
    };
  },
  trace: (d) => ({
    inputs: [d.tensor({ dtype: numbers, values: "mild", shape: d.shape({ min: 2, max: 2 }) })],
    torch: "torch.trace(a)",
    ours: (a) => a.trace(),
    anyZero: true,
  }),
};

function triangle(d: Draw, name: "tril" | "triu"): ReturnType<Operation> {
  const k = d.whole(-3, 3);
  return {
    inputs: [d.tensor({ dtype: all, shape: d.shape({ min: 2 }) })],
    torch: `torch.${name}(a, ${k})`,
    ours: (a) => a[name](k),
  };
}

const joining: Table = {
  cat: (d) => {
    const a = d.tensor({ ...some, shape: d.shape({ min: 1 }) });
    const dim = d.dim(a.shape.length);
    const at = dim < 0 ? dim + a.shape.length : dim;
    const b = d.tensor({ ...some, shape: a.shape.map((n, i) => (i === at ? d.whole(0, 2) : n)) });
    return { inputs: [a, b], torch: `torch.cat([a, b, a], ${dim})`, ours: (a, b) => cat([a, b, a], dim) };
  },
  catOne: (d) => ({
    inputs: [d.tensor({ ...some, shape: d.shape({ min: 1 }) })],
    torch: "torch.cat([a])",
    ours: (a) => cat([a]),
  }),
  catEmpty: (d) => {
    const a = d.tensor({ ...some, shape: [0] });
    return {
      inputs: [a, d.tensor({ ...some, shape: d.of([[2, 3], [0], [3]]) })],
      torch: "torch.cat([a, b], 0)",
      ours: (a, b) => cat([a, b], 0),
    };
  },
  stack: (d) => {
    const a = d.tensor(some);
    const dim = d.dim(a.shape.length + 1);
    return {
      inputs: [a, d.tensor({ ...some, shape: a.shape })],
      torch: `torch.stack([a, b], ${dim})`,
      ours: (a, b) => stack([a, b], dim),
    };
  },
  split: (d) => {
    const a = d.tensor(some);
    const dim = d.dim(a.shape.length);
    const size = d.oneIn(3) ? [1, 2] : d.whole(0, 3);
    return { inputs: [a], torch: `a.split(${py(size)}, ${dim})`, ours: (a) => a.split(size, dim) };
  },
  chunk: (d) => {
    const a = d.tensor(some);
    const [count, dim] = [d.whole(1, 4), d.dim(a.shape.length)];
    return { inputs: [a], torch: `a.chunk(${count}, ${dim})`, ours: (a) => a.chunk(count, dim) };
  },
  unbind: (d) => {
    const a = d.tensor({ ...some, shape: d.fullShape({ min: 1 }) });
    const dim = d.dim(a.shape.length);
    return { inputs: [a], torch: `a.unbind(${dim})`, ours: (a) => a.unbind(dim) };
  },
  meshgrid: (d) => {
    const [a, b] = [d.tensor({ shape: d.of([[2], [1], [0], [3]]) }), d.tensor({ shape: d.of([[2], [3]]) })];
    const indexing = d.of(["ij", "xy"] as const);
    const same = { ...b, dtype: a.dtype };
    return {
      inputs: [a, { ...same, data: b.data.map(Math.fround) }],
      torch: `torch.meshgrid(a, b, indexing="${indexing}")`,
      ours: (a, b) => meshgrid([a, b], { indexing }),
    };
  },
};

/** One index of a bracket in Python's words and in ours; `lead` is the shape that several positions share. */
function bracket(d: Draw, lead: readonly number[]): readonly [python: string, ours: () => SliceIndex] {
  const bound = () => (d.oneIn(3) ? null : d.whole(-4, 4));
  switch (d.whole(0, 6)) {
    case 0: {
      const i = d.whole(-2, 2);
      return [String(i), () => i];
    }
    case 1:
      return [":", () => null];
    case 2:
      return ["None", () => "new"];
    case 3:
    case 4: {
      const shape = d.oneIn(2) ? lead : lead.slice(1);
      const { data } = d.positions(shape, 1, true);
      return [
        `torch.tensor(${py(data)}, dtype=torch.int64).reshape(${py(shape)})`,
        () => tensor(data as number[], { dtype: "int32" }).reshape(shape),
      ];
    }
    default: {
      const [start, end, step] = [bound(), bound(), d.oneIn(2) ? null : d.whole(1, 3)];
      const word = (x: number | null) => (x === null ? "" : String(x));
      const text = `${word(start)}:${word(end)}:${word(step)}`;
      return [text, () => text];
    }
  }
}

const picking: Table = {
  slice: (d) => {
    const a = d.tensor({ ...some, shape: d.of([[3], [2, 3], [2, 1, 3], [2, 3, 2]]) });
    const lead = d.of([[2], [1], [2, 2], [0], []]);
    const list: ReturnType<typeof bracket>[] = [];
    while (list.filter(([python]) => python !== "None").length < a.shape.length) {
      list.push(bracket(d, lead));
      if (d.oneIn(4)) break;
    }
    return {
      inputs: [a],
      torch: `a[${list.map(([python]) => python).join(", ")}]`,
      ours: (a) => a.slice(...list.map(([, ours]) => ours())),
      anyZero: true,
    };
  },
  sliceMask: (d) => {
    const a = d.tensor({ ...some, shape: d.of([[3], [2, 3], [2, 3, 2], [0, 3]]) });
    const lead = d.whole(0, a.shape.length - 1);
    const span = d.whole(1, a.shape.length - lead);
    const mask = d.tensor({ dtype: "bool", shape: a.shape.slice(lead, lead + span) });
    const before = Array.from({ length: lead }, () => null);
    return {
      inputs: [a, mask],
      torch: `a[${[...before.map(() => ":"), "b"].join(", ")}]`,
      ours: (a, b) => a.slice(...before, b),
    };
  },
  at: (d) => {
    const a = d.tensor({ ...some, shape: d.of([[3], [2, 3], [2, 3, 2]]) });
    const indices = Array.from({ length: d.whole(1, a.shape.length) }, () => d.whole(-2, 2));
    return { inputs: [a], torch: `a[${indices.join(", ")}]`, ours: (a) => a.at(...indices) };
  },
  maskedSelect: (d) => {
    const a = d.tensor(some);
    const mask = d.tensor({ dtype: "bool", shape: d.broadcastable(a.shape) });
    return { inputs: [a, mask], torch: "torch.masked_select(a, b)", ours: (a, b) => a.maskedSelect(b) };
  },
  maskedSelectWide: (d) => {
    const mask = d.tensor({ dtype: "bool" });
    const a = d.tensor({ ...some, shape: d.broadcastable(mask.shape) });
    return { inputs: [a, mask], torch: "torch.masked_select(a, b)", ours: (a, b) => a.maskedSelect(b) };
  },
  whereSelf: (d) => ({
    inputs: [d.tensor()],
    torch: "torch.where(a > 0, a, -a)",
    ours: (a) => where(a.gt(0), a, a.neg()),
  }),
};

export const layout: Table = { ...movement, ...rearrangement, ...joining, ...picking };
