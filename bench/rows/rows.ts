/**
 * What is measured: training steps, answers of a trained model to one example, and single operations. A row is a name and a function that makes
 * what is timed. Each call materializes its result: a step reads its loss, an operation writes a tensor that is kept.
 */
import { evaluate } from "../../src/graph/run/evaluate.js";
import { manualSeed, nn, noGrad, optim, rand, randint, randn, type Tensor } from "../../src/index.js";
import { cnn, GPT, LastOfLSTM, mlp, ResidualNetwork } from "./models.js";

export type Step = () => void;
/** A module that takes one tensor and gives one. */
type Model = nn.Module & { forward(x: Tensor): Tensor };
type Optimizer = Pick<optim.SGD, "zeroGrad" | "step">;
type Loss = (prediction: Tensor, target: Tensor) => Tensor;

const { crossEntropy, mseLoss } = nn.functional;
const VOCABULARY = 96;

/** The last loss that a step read, and the last result of an operation: what nobody reads need not be computed. */
export const last: { loss?: number; result?: Tensor } = {};

export function training(model: Model, x: Tensor, y: Tensor, loss: Loss, optimizer: Optimizer): Step {
  return () => {
    optimizer.zeroGrad();
    const value = loss(model.forward(x), y);
    value.backward();
    optimizer.step();
    last.loss = value.item();
  };
}

/** The answer to one example. */
function answer(model: Model, x: Tensor): Step {
  model.eval();
  return operation(() => noGrad(() => model.forward(x)));
}

function operation(compute: () => Tensor): Step {
  return () => {
    const result = compute();
    evaluate([result.node]);
    last.result = result;
  };
}

const labels = (classes: number, ...shape: number[]): Tensor => randint(0, classes, shape);
export const adam = (model: Model): Optimizer => new optim.Adam(model.parameters(), { lr: 1e-3 });

/** Trains a classifier of 10 classes with Adam. */
export function classifier(model: Model, x: Tensor): Step {
  return training(model, x, labels(10, x.shape[0]!), crossEntropy, adam(model));
}

function encoderLayer(): Model {
  return new nn.TransformerEncoderLayer(128, 4, { dimFeedforward: 512, dropout: 0.1, batchFirst: true });
}

const gpt = (): GPT => new GPT(VOCABULARY, 128, 4, 4, 64);
const overTokens: Loss = (logits, targets) => crossEntropy(logits.flatten(0, 1), targets.flatten());

const square = (n: number): [Tensor, Tensor] => [randn([n, n]), randn([n, n])];
function product(n: number): Step {
  const [a, b] = square(n);
  return operation(() => a.matmul(b));
}

const table = (): Tensor => randn([4096, 1024]);

export const rows: Readonly<Record<string, () => Step>> = seeded({
  "article 2-3-1, batch 64, SGD": () => {
    const model = nn.sequential(new nn.Linear(2, 3), new nn.Linear(3, 1));
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    return training(model, randn([64, 2]), randn([64, 1]), mseLoss, optimizer);
  },
  "2-16-16-1, batch 32, Adam": () => {
    const model = mlp(2, 16, 16, 1);
    return training(model, randn([32, 2]), randn([32, 1]), mseLoss, adam(model));
  },
  "40 layers of 64, batch 32, Adam": () => {
    const model = mlp(...new Array<number>(41).fill(64));
    return training(model, randn([32, 64]), randn([32, 64]), mseLoss, adam(model));
  },
  "784-128-10, batch 128, Adam": () => classifier(mlp(784, 128, 10), rand([128, 784])),
  "784-128-10, batch 1024, Adam": () => classifier(mlp(784, 128, 10), rand([1024, 784])),
  "784-512-256-10, batch 128, Adam": () => classifier(mlp(784, 512, 256, 10), rand([128, 784])),
  "3 × 1024, batch 128, Adam": () => {
    const model = mlp(1024, 1024, 1024, 1024);
    return training(model, randn([128, 1024]), randn([128, 1024]), mseLoss, adam(model));
  },
  "CNN 16-32 on 28 × 28, batch 128, Adam": () => classifier(cnn(), rand([128, 1, 28, 28])),
  "residual network 32-64-128 on 32 × 32, batch 32, SGD": () => {
    const model = new ResidualNetwork();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    return training(model, randn([32, 3, 32, 32]), labels(10, 32), crossEntropy, optimizer);
  },
  "LSTM 64 → 128, batch 32, T 50, Adam": () => {
    const model = new LastOfLSTM();
    return training(model, randn([50, 32, 64]), labels(10, 32), crossEntropy, adam(model));
  },
  "encoder layer 128/4/512, batch 16, T 64, Adam": () => {
    const model = encoderLayer();
    return training(model, randn([16, 64, 128]), randn([16, 64, 128]), mseLoss, adam(model));
  },
  "GPT 4 layers, d 128, T 64, batch 16, AdamW": () => {
    const model = gpt();
    const optimizer = new optim.AdamW(model.parameters(), { lr: 1e-3 });
    return training(model, labels(VOCABULARY, 16, 64), labels(VOCABULARY, 16, 64), overTokens, optimizer);
  },
  "answer of 2-16-16-1": () => answer(mlp(2, 16, 16, 1), randn([1, 2])),
  "answer of 784-512-256-10": () => answer(mlp(784, 512, 256, 10), rand([1, 784])),
  "answer of CNN 16-32": () => answer(cnn(), rand([1, 1, 28, 28])),
  "answer of residual network": () => answer(new ResidualNetwork(), randn([1, 3, 32, 32])),
  "answer of LSTM 64 → 128, T 50": () => answer(new LastOfLSTM(), randn([50, 1, 64])),
  "answer of encoder layer, T 64": () => answer(encoderLayer(), randn([1, 64, 128])),
  "answer of GPT, T 64": () => answer(gpt(), labels(VOCABULARY, 1, 64)),
  "matmul 64": () => product(64),
  "matmul 256": () => product(256),
  "matmul 1024": () => product(1024),
  "matmul 2048": () => product(2048),
  "matrix × vector 4096": () => {
    const [a, x] = [randn([4096, 4096]), randn([4096])];
    return operation(() => a.matmul(x));
  },
  "64 products [128, 64] · [64, 128]": () => {
    const [a, b] = [randn([64, 128, 64]), randn([64, 64, 128])];
    return operation(() => a.matmul(b));
  },
  "10 elementwise operations, 10 M": () => {
    const [x, y] = [randn([1e7]), randn([1e7])];
    return operation(() => x.mul(2).add(y).sub(1).mul(x).abs().add(3).relu().mul(y).sub(x).neg());
  },
  "tanh, 10 M": () => {
    const x = randn([1e7]);
    return operation(() => x.tanh());
  },
  "exp, 10 M": () => {
    const x = randn([1e7]);
    return operation(() => x.exp());
  },
  "softmax, 4096 × 1024": () => {
    const x = table();
    return operation(() => x.softmax(1));
  },
  "layer norm, 4096 × 1024": () => {
    const [x, w, b] = [table(), randn([1024]), randn([1024])];
    return operation(() => nn.functional.layerNorm(x, [1024], w, b));
  },
  "sums of rows, 4096 × 1024": () => {
    const x = table();
    return operation(() => x.sum(1));
  },
  "sums of columns, 4096 × 1024": () => {
    const x = table();
    return operation(() => x.sum(0));
  },
  "transposed copy, 4096 × 1024": () => {
    const x = table();
    return operation(() => x.t().contiguous());
  },
  "sort of 1 M": () => {
    const x = randn([1e6]);
    return operation(() => x.sort().values);
  },
  "10 M normal numbers": () => operation(() => randn([1e7])),
});

/** Rows that begin from the same random numbers whichever were made before. */
export function seeded(table: Record<string, () => Step>): Record<string, () => Step> {
  return Object.fromEntries(
    Object.entries(table).map(([name, make]) => [
      name,
      () => {
        manualSeed(0);
        delete last.result;
        return make();
      },
    ]),
  );
}
