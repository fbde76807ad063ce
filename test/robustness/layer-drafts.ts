/**
 * Layers and operations of networks with their gradients, of random sizes that are large enough to be split among threads: what `threads.ts` adds to
 * reductions and products.
 */
import { cdist, fft, grad, linalg, nn, rand, randint, randn, type Tensor } from "../../src/index.js";
import type { Chance } from "./chance.js";

/** Something to compute, always of the same numbers: its results, whose gradients by the inputs are taken if there are any. */
export interface LayerDraft {
  readonly text: string;
  readonly make: () => { readonly y: Tensor; readonly inputs: readonly Tensor[] };
}

const F = nn.functional;

/** A module on an input, with the gradients of both. */
function layer(text: string, module: () => nn.Layer, shape: readonly number[]): LayerDraft {
  return {
    text: `${text} on [${shape.join(", ")}]`,
    make: () => {
      const made = module();
      const x = randn(shape.slice(), { requiresGrad: true });
      return { y: made.forward(x), inputs: [x, ...made.parameters()] };
    },
  };
}

/** A function of tensors, with their gradients. */
function call(
  name: string,
  shapes: readonly (readonly number[])[],
  f: (...xs: Tensor[]) => Tensor,
): LayerDraft {
  return {
    text: `${name} of ${shapes.map((shape) => `[${shape.join(", ")}]`).join(", ")}`,
    make: () => {
      const inputs = shapes.map((shape) => randn(shape.slice(), { requiresGrad: true }));
      return { y: f(...inputs), inputs };
    },
  };
}

function convolution(chance: Chance): LayerDraft {
  const dims = 1 + chance.below(3);
  const groups = chance.of([1, 1, 2, 4]);
  const [inputs, outputs] = [groups * (1 + chance.below(12)), groups * (1 + chance.below(12))];
  const batch = 1 + chance.below(9);
  const edge = Math.round((2e5 / (batch * inputs)) ** (1 / dims));
  const size = Math.max(8, Math.min(edge, [600, 40, 14][dims - 1]!)) + chance.below(5);
  const kernelSize = 1 + chance.below(4);
  const options = {
    stride: 1 + chance.below(2),
    padding: chance.below(Math.min(kernelSize, 3)),
    dilation: 1 + chance.below(2),
    groups,
  };
  const transposed = chance.oneIn(4);
  const text = `${transposed ? "ConvTranspose" : "Conv"}${dims}d(${inputs}, ${outputs}, ${kernelSize}, ${JSON.stringify(options)})`;
  type Class = new (inputs: number, outputs: number, kernelSize: number, given: typeof options) => nn.Layer;
  const plain: readonly Class[] = [nn.Conv1d, nn.Conv2d, nn.Conv3d];
  const turned: readonly Class[] = [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d];
  const Layer = (transposed ? turned : plain)[dims - 1]!;
  const make = (): nn.Layer => new Layer(inputs, outputs, kernelSize, options);
  return layer(text, make, [batch, inputs, ...new Array<number>(dims).fill(size)]);
}

function pool(chance: Chance): LayerDraft {
  const [k, stride] = [2 + chance.below(2), 1 + chance.below(3)];
  const shape = [1 + chance.below(8), 1 + chance.below(40), 20 + chance.below(40), 20 + chance.below(40)];
  const kinds: Readonly<Record<string, () => nn.Layer>> = {
    MaxPool2d: () => new nn.MaxPool2d(k, { stride, padding: 1 }),
    AvgPool2d: () => new nn.AvgPool2d(k, { stride, padding: 1 }),
    LPPool2d: () => new nn.LPPool2d(2, k, { stride }),
    AdaptiveAvgPool2d: () => new nn.AdaptiveAvgPool2d([3, 7]),
    AdaptiveMaxPool2d: () => new nn.AdaptiveMaxPool2d([5, 4]),
    "Upsample bilinear": () => new nn.Upsample({ scaleFactor: 1.7, mode: "bilinear" }),
    "Upsample bicubic": () => new nn.Upsample({ scaleFactor: 1.3, mode: "bicubic" }),
    ReflectionPad2d: () => new nn.ReflectionPad2d(3),
    Unfold: () => new nn.Unfold(k, { stride }),
  };
  const [name, make] = chance.of(Object.entries(kinds));
  return layer(`${name}(${k}, ${stride})`, make, shape);
}

function normalization(chance: Chance): LayerDraft {
  const channels = 4 * (1 + chance.below(20));
  const shape = [2 + chance.below(30), channels, 5 + chance.below(20), 5 + chance.below(20)];
  const kinds: Readonly<Record<string, () => nn.Layer>> = {
    BatchNorm2d: () => new nn.BatchNorm2d(channels),
    "BatchNorm2d in evaluation": () => new nn.BatchNorm2d(channels).eval(),
    InstanceNorm2d: () => new nn.InstanceNorm2d(channels, { affine: true }),
    GroupNorm: () => new nn.GroupNorm(4, channels),
    LayerNorm: () => new nn.LayerNorm(shape.slice(2)),
    RMSNorm: () => new nn.RMSNorm(shape.slice(3)),
    LocalResponseNorm: () => new nn.LocalResponseNorm(3),
  };
  const [name, make] = chance.of(Object.entries(kinds));
  return layer(name, make, shape);
}

function recurrent(chance: Chance): LayerDraft {
  const [inputs, hidden] = [1 + chance.below(60), 1 + chance.below(90)];
  const shape = [5 + chance.below(40), 1 + chance.below(40), inputs];
  const options = { numLayers: 1 + chance.below(2), bidirectional: chance.oneIn(2) };
  const outputs = (module: nn.Module & { forward(x: Tensor): readonly [unknown, unknown] }) => {
    const x = randn(shape, { requiresGrad: true });
    return { y: module.forward(x)[0] as Tensor, inputs: [x, ...module.parameters()] };
  };
  const [name, make] = chance.of([
    ["RNN", () => outputs(new nn.RNN(inputs, hidden, options))],
    ["LSTM", () => outputs(new nn.LSTM(inputs, hidden, options))],
    ["GRU", () => outputs(new nn.GRU(inputs, hidden, options))],
  ] as const);
  return { text: `${name}(${inputs}, ${hidden}, ${JSON.stringify(options)}) on [${shape.join(", ")}]`, make };
}

function attention(chance: Chance): LayerDraft {
  const [batch, heads] = [1 + chance.below(6), 1 + chance.below(6)];
  const [t, s] = chance.oneIn(3) ? [200 + chance.below(400), 0] : [5 + chance.below(90), chance.below(60)];
  const [e, v] = [4 + chance.below(60), 4 + chance.below(60)];
  const isCausal = s === 0 && chance.oneIn(2);
  const shapes = [
    [batch, heads, t, e],
    [batch, heads, s || t, e],
    [batch, heads, s || t, v],
  ];
  return call(`${isCausal ? "causal " : ""}attention`, shapes, (q, k, value) =>
    F.scaledDotProductAttention(q!, k!, value!, { isCausal }),
  );
}

function loss(chance: Chance): LayerDraft {
  const [rows, classes] = [200 + chance.below(3000), 2 + chance.below(200)];
  if (chance.oneIn(4)) {
    const [times, batch] = [20 + chance.below(60), 2 + chance.below(30)];
    return call("ctcLoss", [[times, batch, 12]], (x) => {
      const targets = randint(1, 12, [batch, 8]);
      const lengths = (n: number): number[] => new Array<number>(batch).fill(n);
      return F.ctcLoss(x!.logSoftmax(2), targets, lengths(times), lengths(8));
    });
  }
  return call("crossEntropy", [[rows, classes]], (x) => F.crossEntropy(x!, randint(0, classes, [rows])));
}

/** Square matrices that are far from singular. */
function matrices(chance: Chance): LayerDraft {
  const n = 5 + chance.below(chance.oneIn(4) ? 150 : 40);
  const shape = [1 + Math.floor((4e4 * chance.next()) / n ** 2), n, n];
  const far = (x: Tensor): Tensor => x.add(Math.sqrt(n) * 2);
  const kinds: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    solve: (x) => linalg.solve(far(x), x),
    inv: (x) => linalg.inv(far(x)),
    det: (x) => linalg.slogdet(far(x)).logabsdet,
    cholesky: (x) => linalg.cholesky(x.matmul(x.mT).add(n)),
    qr: (x) => linalg.qr(x)[0],
    eigvalsh: (x) => linalg.eigvalsh(x.add(x.mT)),
    svdvals: (x) => linalg.svdvals(x),
    matrixExp: (x) => linalg.matrixExp(x.mul(0.1)),
  };
  const [name, f] = chance.of(Object.entries(kinds));
  return call(name, [shape], (x) => f(x!));
}

/** What moves elements about, or sorts them. */
function moving(chance: Chance): LayerDraft {
  const shape = [20 + chance.below(300), 100 + chance.below(900)];
  const dim = chance.below(2);
  const at = chance.below(20);
  const kinds: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    sort: (x) => x.sort(dim).values,
    topk: (x) => x.topk(7, dim).values,
    kthvalue: (x) => x.kthvalue(1 + at, dim).values,
    median: (x) => x.median(dim).values,
    cummax: (x) => x.cummax(dim).values,
    logcumsumexp: (x) => x.logcumsumexp(dim),
    fft: (x) => fft.rfft(x, undefined, dim),
    roll: (x) => x.roll(at, dim).mul(x),
    flip: (x) => x.flip(dim).mul(x),
    "transposed copy": (x) => x.t().contiguous().mul(2),
    cdist: (x) => cdist(x, x),
    gridSample: (x) => {
      const images = x.reshape([1, 1, ...shape]);
      const places = rand([1, 40, 50, 2]).mul(2).sub(1);
      return F.gridSample(images, places, { alignCorners: false });
    },
  };
  const [name, f] = chance.of(Object.entries(kinds));
  return call(`${name} along ${dim}`, [shape], (x) => f(x!));
}

export function layerDraft(chance: Chance): LayerDraft {
  const kinds = [
    convolution,
    convolution,
    pool,
    normalization,
    recurrent,
    attention,
    loss,
    matrices,
    moving,
    moving,
  ];
  return chance.of(kinds)(chance);
}

/** The values of a draft, and gradients of a sum in which no two elements weigh the same. */
export function valuesOf({ make }: LayerDraft): Tensor[] {
  const { y, inputs } = make();
  const gradients = grad(y, inputs, { gradOutputs: randn(y.shape.slice()), allowUnused: true });
  return [y, ...gradients.filter((gradient) => gradient !== null)];
}
