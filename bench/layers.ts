/**
 * Layers and functions of networks one by one, forward and forward with backward, on one thread: medians of the thread's milliseconds. Each
 * has its twin in peers/layers_torch.py. Usage: layers.ts [SECONDS]
 */
import { readFileSync } from "node:fs";
import { evaluate } from "../src/graph/run/evaluate.js";
import { engine } from "../src/engine/current.js";
import { grad, manualSeed, nn, noGrad, rand, randint, randn, setNumThreads, Tensor } from "../src/index.js";

/** Seconds that one measurement lasts; a third more goes into warming up. */
const seconds = Number(process.argv[2] ?? 0.5);
/** Only rows whose names contain this. */
const filter = process.argv[3] ?? "";
const F = nn.functional;

/** What is measured: a result, and the tensors whose gradients are taken. */
interface Layer {
  readonly forward: () => Tensor;
  readonly inputs: readonly Tensor[];
}

/** A layer whose input and parameters get gradients. */
function layer(module: nn.Layer, x: Tensor): Layer {
  return called(module, x, (a) => module.forward(a));
}

/** The same, of what a module's `forward` is called with and gives. */
function called(module: nn.Module, x: Tensor, run: (x: Tensor) => Tensor): Layer {
  x.requiresGrad_();
  return { forward: () => run(x), inputs: [x, ...module.parameters()] };
}

/** A function of tensors that all get gradients. */
function of(forward: (...xs: Tensor[]) => Tensor, ...inputs: Tensor[]): Layer {
  for (const x of inputs) x.requiresGrad_();
  return { forward: () => forward(...inputs), inputs };
}

const classes = (count: number, ...shape: number[]): Tensor => randint(0, count, shape, { dtype: "int64" });
const table = (): Tensor => randn([4096, 1024]);
const images = (): Tensor => randn([64, 64, 28, 28]);
const heads = (n: number, h: number, t: number, e: number): Tensor[] =>
  [0, 1, 2].map(() => randn([n, h, t, e]));

const layers: Readonly<Record<string, () => Layer>> = {
  "sum over rows, 4096 × 1024": () => of((x) => x.sum(1), table()),
  "sum over columns, 4096 × 1024": () => of((x) => x.sum(0), table()),
  "mean over batch and space, 64 × 64 × 28 × 28": () => of((x) => x.mean([0, 2, 3]), images()),
  "softmax, 4096 × 1024": () => of((x) => x.softmax(1), table()),
  "softmax over channels, 32 × 21 × 64 × 64": () => of((x) => x.softmax(1), randn([32, 21, 64, 64])),
  "logSoftmax, 4096 × 1024": () => of((x) => x.logSoftmax(1), table()),
  "crossEntropy, 4096 × 1024": () => {
    const y = classes(1024, 4096);
    return of((x) => F.crossEntropy(x, y), table());
  },
  "crossEntropy over channels, 32 × 21 × 64 × 64": () => {
    const y = classes(21, 32, 64, 64);
    return of((x) => F.crossEntropy(x, y), randn([32, 21, 64, 64]));
  },
  "mseLoss, 4096 × 1024": () => of((x, y) => F.mseLoss(x, y), table(), table()),
  "smoothL1Loss, 4096 × 1024": () => of((x, y) => F.smoothL1Loss(x, y), table(), table()),
  "binaryCrossEntropyWithLogits, 4096 × 1024": () => {
    const y = rand([4096, 1024]);
    return of((x) => F.binaryCrossEntropyWithLogits(x, y), table());
  },
  "klDiv, 4096 × 1024": () => {
    const y = rand([4096, 1024]);
    return of((x) => F.klDiv(x, y, { reduction: "batchmean" }), table());
  },
  "CTCLoss, 100 times, batch 32, 40 classes, labels of 30": () => {
    const y = randint(1, 40, [32, 30], { dtype: "int64" });
    const [times, lengths] = [new Array<number>(32).fill(100), new Array<number>(32).fill(30)];
    return of((x) => F.ctcLoss(x, y, times, lengths), randn([100, 32, 40]).logSoftmax(2).detach());
  },
  "LayerNorm, 4096 × 1024": () => layer(new nn.LayerNorm(1024), table()),
  "LayerNorm, 4096 × 128": () => layer(new nn.LayerNorm(128), randn([4096, 128])),
  "RMSNorm, 4096 × 1024": () => layer(new nn.RMSNorm(1024), table()),
  "GroupNorm 8 groups, 64 × 64 × 28 × 28": () => layer(new nn.GroupNorm(8, 64), images()),
  "InstanceNorm2d, 64 × 64 × 28 × 28": () => layer(new nn.InstanceNorm2d(64, { affine: true }), images()),
  "BatchNorm1d, 4096 × 1024": () => layer(new nn.BatchNorm1d(1024), table()),
  "BatchNorm2d, 64 × 64 × 28 × 28": () => layer(new nn.BatchNorm2d(64), images()),
  "BatchNorm2d in evaluation, 64 × 64 × 28 × 28": () => layer(new nn.BatchNorm2d(64).eval(), images()),
  "LocalResponseNorm, 64 × 64 × 28 × 28": () => layer(new nn.LocalResponseNorm(5), images()),
  "MaxPool2d 2, 64 × 64 × 28 × 28": () => layer(new nn.MaxPool2d(2), images()),
  "MaxPool2d 3, stride 2, 64 × 64 × 28 × 28": () =>
    layer(new nn.MaxPool2d(3, { stride: 2, padding: 1 }), images()),
  "AvgPool2d 2, 64 × 64 × 28 × 28": () => layer(new nn.AvgPool2d(2), images()),
  "AvgPool2d 3, stride 2, 64 × 64 × 28 × 28": () =>
    layer(new nn.AvgPool2d(3, { stride: 2, padding: 1 }), images()),
  "AdaptiveAvgPool2d 1, 64 × 64 × 28 × 28": () => layer(new nn.AdaptiveAvgPool2d(1), images()),
  "AdaptiveAvgPool2d 5, 64 × 64 × 28 × 28": () => layer(new nn.AdaptiveAvgPool2d(5), images()),
  "AdaptiveMaxPool2d 7, 64 × 64 × 28 × 28": () => layer(new nn.AdaptiveMaxPool2d(7), images()),
  "Upsample nearest × 2, 16 × 64 × 28 × 28": () =>
    layer(new nn.Upsample({ scaleFactor: 2, mode: "nearest" }), randn([16, 64, 28, 28])),
  "Upsample bilinear × 2, 16 × 64 × 28 × 28": () =>
    layer(new nn.Upsample({ scaleFactor: 2, mode: "bilinear" }), randn([16, 64, 28, 28])),
  "Upsample bicubic × 2, 16 × 64 × 28 × 28": () =>
    layer(new nn.Upsample({ scaleFactor: 2, mode: "bicubic" }), randn([16, 64, 28, 28])),
  "gridSample, 16 × 16 × 64 × 64": () =>
    of(
      (x, at) => F.gridSample(x, at, { alignCorners: false }),
      randn([16, 16, 64, 64]),
      rand([16, 64, 64, 2]).mul(2).sub(1).detach(),
    ),
  "PixelShuffle 2, 64 × 64 × 28 × 28": () => layer(new nn.PixelShuffle(2), images()),
  "pad by reflection, 64 × 64 × 28 × 28": () => layer(new nn.ReflectionPad2d(2), images()),
  "unfold 3, 16 × 64 × 28 × 28": () => layer(new nn.Unfold(3, { padding: 1 }), randn([16, 64, 28, 28])),
  "Embedding 10000 × 256, 64 × 128": () => {
    const y = classes(10000, 64, 128);
    const module = new nn.Embedding(10000, 256);
    return { forward: () => module.forward(y), inputs: module.parameters() };
  },
  "EmbeddingBag 10000 × 256, 64 × 128": () => {
    const y = classes(10000, 64, 128);
    const module = new nn.EmbeddingBag(10000, 256);
    return { forward: () => module.forward(y), inputs: module.parameters() };
  },
  "Dropout, 4096 × 1024": () => layer(new nn.Dropout(0.1), table()),
  "ReLU, 4096 × 1024": () => layer(new nn.ReLU(), table()),
  "GELU, 4096 × 1024": () => layer(new nn.GELU(), table()),
  "GELU by tanh, 4096 × 1024": () => layer(new nn.GELU({ approximate: "tanh" }), table()),
  "SiLU, 4096 × 1024": () => layer(new nn.SiLU(), table()),
  "Tanh, 4096 × 1024": () => layer(new nn.Tanh(), table()),
  "ELU, 4096 × 1024": () => layer(new nn.ELU(), table()),
  "PReLU, 64 × 64 × 28 × 28": () => layer(new nn.PReLU(64), images()),
  "Linear 1024 → 1024, batch 512": () => layer(new nn.Linear(1024, 1024), randn([512, 1024])),
  "Bilinear 64 × 64 → 64, batch 256": () => {
    const module = new nn.Bilinear(64, 64, 64);
    const [x, y] = [randn([256, 64]).requiresGrad_(), randn([256, 64]).requiresGrad_()];
    return { forward: () => module.forward(x, y), inputs: [x, y, ...module.parameters()] };
  },
  "cosineSimilarity, 4096 × 1024": () => of((x, y) => F.cosineSimilarity(x, y), table(), table()),
  "Conv1d 64 → 64, 3, 32 × 64 × 512": () =>
    layer(new nn.Conv1d(64, 64, 3, { padding: 1 }), randn([32, 64, 512])),
  "Conv2d 64 → 64, 3 × 3, 16 × 64 × 32 × 32": () =>
    layer(new nn.Conv2d(64, 64, 3, { padding: 1 }), randn([16, 64, 32, 32])),
  "Conv2d 64 → 64, 1 × 1, 16 × 64 × 32 × 32": () => layer(new nn.Conv2d(64, 64, 1), randn([16, 64, 32, 32])),
  "Conv2d 64 → 128, 3 × 3, stride 2, 16 × 64 × 32 × 32": () =>
    layer(new nn.Conv2d(64, 128, 3, { stride: 2, padding: 1 }), randn([16, 64, 32, 32])),
  "Conv2d 64 by channel, 3 × 3, 16 × 64 × 32 × 32": () =>
    layer(new nn.Conv2d(64, 64, 3, { padding: 1, groups: 64 }), randn([16, 64, 32, 32])),
  "ConvTranspose2d 64 → 32, 2 × 2, stride 2, 16 × 64 × 32 × 32": () =>
    layer(new nn.ConvTranspose2d(64, 32, 2, { stride: 2 }), randn([16, 64, 32, 32])),
  "RNN 64 → 128, 50 times, batch 32": () => {
    const module = new nn.RNN(64, 128);
    return called(module, randn([50, 32, 64]), (x) => module.forward(x)[0]);
  },
  "LSTM 64 → 128, 50 times, batch 32": () => {
    const module = new nn.LSTM(64, 128);
    return called(module, randn([50, 32, 64]), (x) => module.forward(x)[0]);
  },
  "GRU 64 → 128, 50 times, batch 32": () => {
    const module = new nn.GRU(64, 128);
    return called(module, randn([50, 32, 64]), (x) => module.forward(x)[0]);
  },
  "scaledDotProductAttention, 16 × 4 × 64 × 32": () =>
    of((q, k, v) => F.scaledDotProductAttention(q!, k!, v!), ...heads(16, 4, 64, 32)),
  "scaledDotProductAttention, 4 × 8 × 512 × 64": () =>
    of((q, k, v) => F.scaledDotProductAttention(q!, k!, v!), ...heads(4, 8, 512, 64)),
  "scaledDotProductAttention, causal, 4 × 8 × 512 × 64": () =>
    of((q, k, v) => F.scaledDotProductAttention(q!, k!, v!, { isCausal: true }), ...heads(4, 8, 512, 64)),
  "MultiheadAttention 128, 4 heads, 16 × 64": () => {
    const module = new nn.MultiheadAttention(128, 4, { batchFirst: true });
    return called(module, randn([16, 64, 128]), (x) => module.forward(x, x, x, { needWeights: false })[0]);
  },
  "TransformerEncoderLayer 128, 4 heads, 512, 16 × 64": () =>
    layer(
      new nn.TransformerEncoderLayer(128, 4, { dimFeedforward: 512, dropout: 0.1, batchFirst: true }),
      randn([16, 64, 128]),
    ),
  "TransformerDecoderLayer 128, 4 heads, 512, 16 × 64": () => {
    const module = new nn.TransformerDecoderLayer(128, 4, {
      dimFeedforward: 512,
      dropout: 0.1,
      batchFirst: true,
    });
    const memory = randn([16, 64, 128]);
    return called(module, randn([16, 64, 128]), (x) => module.forward(x, memory));
  },
};

/**
 * Milliseconds that this thread has had the processor, which other programs do not lengthen by their own; on systems that do not tell it, of the
 * clock.
 */
function now(): number {
  if (process.platform !== "linux") return performance.now();
  return Number(readFileSync("/proc/thread-self/schedstat", "latin1").split(" ")[0]) / 1e6;
}

/** Of batches of about 20 ms, since the system counts a thread's time in steps of some milliseconds. */
function medianOf(run: () => void): number {
  const warmFrom = performance.now();
  const began = now();
  let count = 0;
  do {
    run();
    count++;
  } while (performance.now() - warmFrom < (1000 * seconds) / 3);
  const batch = Math.max(1, Math.ceil((20 * count) / (now() - began)));
  const samples: number[] = [];
  const from = performance.now();
  do {
    const start = now();
    for (let i = 0; i < batch; i++) run();
    samples.push((now() - start) / batch);
  } while (performance.now() - from < 1000 * seconds || samples.length < 3);
  samples.sort((a, b) => a - b);
  return samples[samples.length >> 1]!;
}

setNumThreads(1);
for (const [name, make] of Object.entries(layers)) {
  if (!name.includes(filter)) continue;
  manualSeed(0);
  const { forward, inputs } = make();
  const y = noGrad(forward);
  const g = y.ndim === 0 ? undefined : randn(y.shape);
  evaluate([y.node, ...(g ? [g.node] : [])]);
  const compute = (): void => {
    noGrad(() => evaluate([forward().node]));
  };
  const train = (): void => {
    const gradients = grad(forward(), inputs, g ? { gradOutputs: g } : {}) as readonly Tensor[];
    evaluate(gradients.map((gradient) => gradient.node));
  };
  const peer = engine().name === "native" ? "cellgrad" : `cellgrad (${engine().name})`;
  console.log(JSON.stringify({ name, peer, forward: medianOf(compute), both: medianOf(train) }));
}
