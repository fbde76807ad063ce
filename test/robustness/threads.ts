/**
 * The same seed gives the same bits at any thread count: random reductions, products, index operations, layers with their gradients and training
 * runs, large enough to be split, are computed with 1, 2, 3, 4 and 8 threads. Results of integers are the same on both engines as well.
 * `npm run fuzz:threads [runs] [seed]`; CELLGRAD_ISA chooses the instruction set.
 */
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import {
  cat,
  device,
  manualSeed,
  nn,
  optim,
  rand,
  randint,
  randn,
  setNumThreads,
  type Tensor,
  type TypedArray,
} from "../../src/index.js";
import { Chance } from "./chance.js";
import { layerDraft, valuesOf } from "./layer-drafts.js";

export const threadCounts = [1, 2, 3, 4, 8] as const;

/** Something to compute, always from the same numbers. */
interface Draft {
  readonly text: string;
  /** Integers alone: both engines give the same. */
  readonly exact: boolean;
  readonly results: () => readonly TypedArray[];
}

/** A shape of about this many elements; long, short and odd sizes in any place. */
function shapeOf(chance: Chance, elements: number, rank: number): number[] {
  const shape = new Array<number>(rank).fill(1);
  const order = [...shape.keys()].sort(() => chance.next() - 0.5);
  let rest = elements;
  order.forEach((dim, i) => {
    const left = rank - 1 - i;
    const even = rest ** (1 / (left + 1));
    const size = left === 0 ? rest : even * 8 ** (chance.next() * 2 - 1);
    shape[dim] = Math.max(1, Math.round(size));
    rest = Math.max(1, rest / shape[dim]!);
  });
  return shape;
}

function someDims(chance: Chance, rank: number): number[] {
  const dims = [...Array(rank).keys()].filter(() => chance.oneIn(2));
  return dims.length > 0 ? dims : [chance.below(rank)];
}

type Reduction = (x: Tensor, dims: number[], keepdim: boolean) => Tensor;

const overDims: Readonly<Record<string, Reduction>> = {
  sum: (x, d, keepdim) => x.sum(d, { keepdim }),
  mean: (x, d, keepdim) => x.mean(d, { keepdim }),
  var: (x, d, k) => x.var(d, { keepdim: k }),
  std: (x, d, k) => x.std(d, { keepdim: k }),
  logsumexp: (x, d, keepdim) => x.logsumexp(d, { keepdim }),
  amax: (x, d, keepdim) => x.amax(d, { keepdim }),
  amin: (x, d, keepdim) => x.amin(d, { keepdim }),
  norm: (x, d, k) => x.norm(2, d, { keepdim: k }),
  norm3: (x, d, k) => x.norm(3, d, { keepdim: k }),
  "sum of exp": (x, d, keepdim) => x.exp().sum(d, { keepdim }),
  "sum of sin of large angles": (x, d, keepdim) => x.mul(1e6).sin().sum(d, { keepdim }),
  "mean of a normalized value": (x, d) =>
    x
      .sub(x.mean(d, { keepdim: true }))
      .div(x.std(d, { keepdim: true }))
      .tanh(),
  any: (x, d, k) => x.gt(3.5).any(d[0]!, { keepdim: k }),
  all: (x, d, k) => x.lt(3.5).all(d[0]!, { keepdim: k }),
};
const overOneDim: Readonly<Record<string, (x: Tensor, dim: number) => Tensor>> = {
  softmax: (x, d) => x.softmax(d),
  logSoftmax: (x, d) => x.logSoftmax(d),
  prod: (x, d) => x.prod(d),
  argmax: (x, d) => x.argmax(d),
  argmin: (x, d) => x.argmin(d),
  cumsum: (x, d) => x.cumsum(d),
};

function reduction(chance: Chance): Draft {
  const rank = 1 + chance.below(4);
  const shape = shapeOf(chance, 3e5 * 4 ** chance.next(), rank);
  const dims = someDims(chance, rank);
  const keepdim = chance.oneIn(2);
  const dtype = chance.of(["float32", "float32", "float64"] as const);
  const seed = chance.below(1e6);
  const transposed = rank > 1 && chance.oneIn(4);
  const given = () => {
    manualSeed(seed);
    const x = randn(shape, { dtype });
    return transposed ? x.transpose(0, rank - 1) : x;
  };
  const text = `[${shape.join(", ")}] ${dtype}${transposed ? " transposed" : ""}`;
  if (chance.oneIn(3)) {
    const [name, f] = chance.of(Object.entries(overOneDim));
    return {
      text: `${name}(${dims[0]}) of ${text}`,
      exact: false,
      results: () => [f(given(), dims[0]!).dataSync()],
    };
  }
  const [name, f] = chance.of(Object.entries(overDims));
  const gradient = !["any", "all"].includes(name) && chance.oneIn(4);
  return {
    text: `${name}([${dims.join(", ")}], ${keepdim}) of ${text}${gradient ? " with its gradient" : ""}`,
    exact: false,
    results: () => {
      if (!gradient) return [f(given(), dims, keepdim).dataSync()];
      const x = given().clone().detach().requiresGrad_();
      const y = f(x, dims, keepdim);
      y.mul(y).sum().backward();
      return [y.dataSync(), x.grad!.dataSync()];
    },
  };
}

function integers(chance: Chance): Draft {
  const rank = 1 + chance.below(3);
  const shape = shapeOf(chance, 5e5, rank);
  const dim = chance.below(rank);
  const seed = chance.below(1e6);
  const ops: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    sum: (x) => x.sum(dim),
    amax: (x) => x.amax(dim),
    argmin: (x) => x.argmin(dim),
    cumsum: (x) => x.cumsum(dim),
    "sum of products": (x) => x.mul(x).mul(1_000_003).sum(dim),
    "a cast of large floats": (x) => x.float().mul(1e6).int().sum(dim),
    "remainders and quotients": (x) => x.remainder(7).add(x.floorDivide(-5)).sum(dim),
    "a number of large ones": (x) => x.gt(50_000).sum(dim),
  };
  const [name, f] = chance.of(Object.entries(ops));
  return {
    text: `${name} over ${dim} of int32 [${shape.join(", ")}]`,
    exact: true,
    results: () => {
      manualSeed(seed);
      return [f(randint(-100_000, 100_000, shape)).dataSync()];
    },
  };
}

function product(chance: Chance): Draft {
  const kinds: readonly (() => { a: number[]; b: number[] })[] = [
    () => {
      const [m, k, n] = [0, 1, 2].map(() => Math.round(4 * 160 ** chance.next())) as [number, number, number];
      return { a: [m, k], b: [k, n] };
    },
    () => ({ a: [1, 700 + chance.below(2000)], b: [0, 300 + chance.below(900)] }),
    () => ({ a: [300 + chance.below(900), 500 + chance.below(1500)], b: [0, 1] }),
    () => {
      const batch = 2 + chance.below(30);
      return {
        a: [batch, 10 + chance.below(90), 10 + chance.below(90)],
        b: [chance.oneIn(2) ? 1 : batch, 0, 10 + chance.below(90)],
      };
    },
    () => ({ a: [50 + chance.below(90), 2000 + chance.below(3000)], b: [0, 20 + chance.below(150)] }),
  ];
  const { a, b } = chance.of(kinds)();
  b[b.length - 2] = a[a.length - 1]!;
  const dtype = chance.of(["float32", "float32", "float64"] as const);
  const seed = chance.below(1e6);
  const flipped = chance.oneIn(2);
  const epilogue = chance.oneIn(2);
  return {
    text: `[${a.join(", ")}] @ [${b.join(", ")}] ${dtype}${flipped ? ", transposed in memory" : ""}${epilogue ? ", tanh" : ""}`,
    exact: false,
    results: () => {
      manualSeed(seed);
      const make = (shape: number[]) =>
        flipped
          ? randn([...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!], { dtype }).transpose(-1, -2)
          : randn(shape, { dtype });
      const y = make(a).matmul(make(b));
      return [(epilogue ? y.add(1).tanh() : y).dataSync()];
    },
  };
}

function indexing(chance: Chance): Draft {
  const rows = 50 + chance.below(3000);
  const width = 1 + chance.below(200);
  const count = Math.round(4e5 / width);
  const seed = chance.below(1e6);
  const kind = chance.of(["embedding", "gather", "random"] as const);
  return {
    text: `${kind} with ${rows} rows of ${width}, ${count} times`,
    exact: false,
    results: () => {
      manualSeed(seed);
      if (kind === "random")
        return [cat([rand([count]), randn([count]), randn([rows, width]).flatten()]).dataSync()];
      const table = randn([rows, width], { requiresGrad: true });
      const index: Tensor = randint(0, rows, kind === "embedding" ? [count] : [count, width]);
      const y = kind === "embedding" ? table.indexSelect(0, index) : table.gather(0, index);
      y.tanh().sum().backward();
      return [y.dataSync(), table.grad!.dataSync()];
    },
  };
}

function training(chance: Chance): Draft {
  const batch = 30 + chance.below(90);
  const time = 5 + chance.below(60);
  const [width, hidden, classes] = [8 + chance.below(40), 17 + chance.below(80), 3 + chance.below(10)];
  const seed = chance.below(1e6);
  const adam = chance.oneIn(2);
  const pooled = chance.of(["mean", "amax", "logsumexp", "std"] as const);
  return {
    text: `${adam ? "Adam" : "SGD"} on [${batch}, ${time}, ${width}] → ${hidden} → ${pooled} → ${classes}`,
    exact: false,
    results: () => {
      manualSeed(seed);
      const [first, norm, last] = [
        new nn.Linear(width, hidden),
        new nn.LayerNorm(hidden),
        new nn.Linear(hidden, classes),
      ];
      const parameters = [first, norm, last].flatMap((layer) => [...layer.parameters()]);
      const opt = adam
        ? new optim.Adam(parameters, { lr: 0.01 })
        : new optim.SGD(parameters, { lr: 0.05, momentum: 0.9 });
      const x = randn([batch, time, width]);
      const y = randint(0, classes, [batch]);
      for (let step = 0; step < 8; step++) {
        opt.zeroGrad();
        const h = norm.forward(first.forward(x)).tanh();
        const loss = nn.functional.crossEntropy(last.forward(overDims[pooled]!(h, [1], false)), y);
        loss.backward();
        opt.step();
      }
      return parameters.map((parameter) => parameter.dataSync());
    },
  };
}

function networks(chance: Chance): Draft {
  const layer = layerDraft(chance);
  const seed = chance.below(1e6);
  return {
    text: layer.text,
    exact: false,
    results: () => {
      manualSeed(seed);
      return valuesOf(layer).map((value) => value.dataSync());
    },
  };
}

/** Each kind as often as it stands here, of twenty. */
const kinds: readonly [times: number, kind: (chance: Chance) => Draft][] = [
  [6, reduction],
  [2, integers],
  [3, product],
  [2, indexing],
  [1, training],
  [6, networks],
];

function draft(chance: Chance): Draft {
  return chance.of(kinds.flatMap(([times, kind]) => new Array<typeof kind>(times).fill(kind)))(chance);
}

function hashOf(arrays: readonly TypedArray[]): string {
  const hash = createHash("sha1");
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

/** How many of each kind were tried; what differed. */
export interface Outcome {
  readonly runs: number;
  readonly exact: number;
  readonly failures: readonly string[];
}

/** Runs so many drafts. With `engines`, results of integers are compared between native and WebAssembly too. */
export function fuzzThreads(runs: number, seed: number, engines: boolean): Outcome {
  const before = device().threads;
  const failures: string[] = [];
  let exact = 0;
  try {
    for (let run = 0; run < runs; run++) {
      const { text, exact: integral, results } = draft(new Chance(seed * 1_000_003 + run));
      const hashes = threadCounts.map((count) => {
        setNumThreads(count);
        return hashOf(results());
      });
      const differing = threadCounts.filter((_, i) => hashes[i] !== hashes[0]);
      if (differing.length > 0)
        failures.push(`${text}: ${differing.join(", ")} threads differ from 1 (run ${run})`);
      if (!integral || !engines) continue;
      exact++;
      const { engine } = device();
      device(engine === "native" ? "wasm" : "native");
      if (hashOf(results()) !== hashes[0]) failures.push(`${text}: the engines differ (run ${run})`);
      device(engine);
    }
  } finally {
    setNumThreads(before);
  }
  return { runs, exact, failures };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const runs = Number(process.argv[2] ?? 500);
  const seed = Number(process.argv[3] ?? Date.now() % 1e6);
  console.log(`${runs} runs, seed ${seed}, ${device().description}, with ${threadCounts.join(", ")} threads`);
  const { exact, failures } = fuzzThreads(runs, seed, device().engine === "native");
  for (const failure of failures) console.log(`✖ ${failure}`);
  console.log(
    `${runs - failures.length} of ${runs} the same; ${exact} of integers compared between the engines`,
  );
  process.exitCode = failures.length > 0 ? 1 : 0;
}
