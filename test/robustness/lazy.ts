/**
 * Random loops over tensors give the same bits whether every value is read at once, some are, or none until the end: where a graph is
 * cut, what is fused and which plan computes it must not show, on either engine.
 * Run: npm run fuzz:lazy [-- PROGRAMS [SEED]]
 */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

import { engine, useEngine } from "../../src/engine/current.js";
import { setFusion } from "../../src/graph/run/run.js";
import {
  cat,
  eye,
  fft,
  grad,
  linalg,
  manualSeed,
  nn,
  noGrad,
  optim,
  randn,
  type Tensor,
  where,
} from "../../src/index.js";
import { generator } from "../graph/random-graphs.js";

type Random = () => number;
/** Is shown every value that a program computes. */
type Look = (x: Tensor) => Tensor;
/** What one line of a loop's body does with the values that live from one repetition to the next. */
type Line = (values: Tensor[], t: number, look: Look) => void;

const F = nn.functional;
const shapes = [[], [4], [3, 4], [4, 4], [2, 3, 4]] as const;
/** For each shape those that broadcast to it. */
const fitting = [[0], [0, 1], [0, 1, 2], [0, 1, 3], [0, 1, 2, 4]] as const;

/** A random body. Values stay between -1 and 1, so that no rounding grows. */
function body(next: Random, count: number): Line[] {
  const pick = (n: number): number => Math.floor(next() * n);
  return Array.from({ length: count }, (): Line => {
    const to = pick(shapes.length);
    const rank = shapes[to]!.length;
    const other = fitting[to]![pick(fitting[to]!.length)]!;
    const factor = 0.5 + next();
    const dim = rank === 0 ? 0 : pick(rank);
    const set =
      (make: (x: Tensor, y: Tensor, t: number, look: Look) => Tensor): Line =>
      (values, t, look) => {
        values[to] = look(make(values[to]!, values[other]!, t, look));
      };
    switch (pick(rank === 0 ? 4 : 18)) {
      case 0:
        return set((x) => x.mul(factor).tanh());
      case 1:
        return set((x, y, _t, look) => look(x.add(y)).sin());
      case 2:
        return set((x, y, _t, look) => x.mul(look(y.sigmoid())).sub(0.1));
      case 3:
        return set((x, y) => where(x.gt(y), x.neg(), y.mul(0.5)));
      case 4:
        return set((x, _y, _t, look) => x.sub(look(x.mean(dim, { keepdim: true }))).tanh());
      case 5:
        return set((x) => x.softmax(dim));
      case 6:
        return set((x, _y, _t, look) => x.mul(look(x.max(dim, { keepdim: true }).values)).cos());
      case 7:
        return set((x, _y, t) => x.roll((t % 3) - 1, dim));
      case 8: {
        const n = shapes[to]![dim]!;
        return set((x, _y, _t, look) => cat([look(x.narrow(dim, 1, n - 1)), x.narrow(dim, 0, 1).neg()], dim));
      }
      case 9:
        return (values, _t, look) => {
          values[3] = look(values[3]!.matmul(values[3]!.t()).tanh());
        };
      case 10:
        // Sums of what is transposed, which is stored or not.
        return (values, _t, look) => {
          const turned = look(look(values[4]!.transpose(0, 2)).mul(factor));
          values[2] = look(turned.mean(2).t().sub(turned.sum(0).at(0).at(0)).tanh());
        };
      // Kernels of layers and of matrices, whose operands are what was fused before.
      case 11:
        return (values, _t, look) => {
          const [x, w] = [look(values[4]!.mul(factor)), values[3]!.narrow(0, 0, 3).reshape([3, 4, 1])];
          values[4] = look(F.conv1d(x, w.narrow(1, 0, 3), null, { padding: "same" }).tanh());
        };
      case 12:
        return (values, _t, look) => {
          const { values: sorted } = look(values[2]!.neg()).sort(dim % 2);
          values[2] = look(sorted.add(F.maxPool1d(values[2]!, 3, { stride: 1, padding: 1 }))).tanh();
        };
      case 13:
        return (values, _t, look) => {
          const solved = linalg.solve(look(values[3]!.add(eye(4).mul(9))), values[3]!.t());
          values[3] = look(solved.mul(factor).sin());
        };
      case 14:
        return (values, _t, look) => {
          const x = values[4]!;
          values[4] = F.scaledDotProductAttention(x, look(x.sin()), x.cos()).tanh();
        };
      case 15:
        return (values, _t, look) => {
          values[4] = F.layerNorm(look(values[4]!.add(0.1)), [4], values[1]!).sin();
        };
      case 16:
        return (values, _t, look) => {
          const waves = fft.rfft(look(values[2]!.mul(factor)), undefined, 1);
          values[1] = look(fft.irfft(waves.mul(0.5), 4, 1).sum(0)).tanh();
        };
      default:
        return (values, t, look) => {
          values[1] = look(
            values[4]!
              .at(t % 2)
              .at(t % 3)
              .add(look(values[2]!.at(t % 3)).mul(0.3))
              .tanh(),
          );
        };
    }
  });
}

/** What a loop ends with, and what it does beside its body. */
const kinds = ["plain", "backward", "grad", "step"] as const;

/** Runs program number `seed`, and gives the elements of all that lives at its end. */
export function run(seed: number, read: (random: Random) => boolean): number[][] {
  const next = generator(seed);
  const kind = kinds[seed % kinds.length]!;
  const lines = body(next, 2 + Math.floor(next() * 14));
  const steps = Math.floor(next() ** 2 * (kind === "plain" ? 900 : 250)) + 1;
  const chance = generator(seed + 1);
  const look: Look = (x) => {
    if (read(chance)) x.dataSync();
    return x;
  };
  manualSeed(seed);
  const values: Tensor[] = shapes.map((shape) => randn(shape.slice()).tanh());
  const weights: Tensor[] =
    kind === "plain" ? [] : [new nn.Parameter(randn([4, 4]).mul(0.3)), new nn.Parameter(randn([4]))];
  const optimizer = kind === "step" ? new optim.SGD(weights, { lr: 0.05, momentum: 0.9 }) : null;
  for (let t = 0; t < steps; t++) {
    if (weights.length > 0) values[3] = look(values[3]!.matmul(weights[0]!).add(weights[1]!).tanh());
    for (const line of lines) line(values, t, look);
    if (kind === "plain" || kind === "backward") continue;
    const loss = look(values.reduce((sum, x) => sum.add(x.square().mean()), values[0]!));
    if (loss.requiresGrad) {
      if (optimizer !== null) {
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
      } else {
        const gradients = grad(loss, weights, { allowUnused: true });
        weights.forEach((w, i) => {
          const g = gradients[i];
          if (g) weights[i] = look(w.sub(look(g).mul(0.01)).detach().requiresGrad_());
        });
      }
    }
    values.forEach((x, i) => (values[i] = x.detach()));
  }
  if (kind === "backward") {
    const loss = values.reduce((sum, x) => sum.add(x.sum()), values[0]!);
    if (loss.requiresGrad) loss.backward();
  }
  return [...values, ...weights, ...weights.flatMap((w) => w.grad ?? [])].map((x) =>
    Array.from(
      noGrad(() => x.dataSync()),
      Number,
    ),
  );
}

/** @throws AssertionError where a program's bits depend on when its values are read, or an engine disagrees. */
export function check(seed: number): void {
  const expected = run(seed, () => true);
  const same = (what: string, read: (random: Random) => boolean): void =>
    assert.deepEqual(run(seed, read), expected, `program ${seed}: ${what}`);
  same("nothing read", () => false);
  same("some values read", (random) => random() < 0.03);
  if (seed % 5 !== 0) return;
  setFusion(false);
  try {
    same("one operation a kernel", (random) => random() < 0.3);
  } finally {
    setFusion(true);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [programs = 500, first = 0] = process.argv.slice(2).map(Number);
  for (const name of ["native", "wasm"] as const) {
    try {
      useEngine(name);
    } catch (error) {
      console.log(`${name}: left out, ${(error as Error).message}`);
      continue;
    }
    for (let seed = first; seed < first + programs; seed++) check(seed);
    console.log(`${engine().name}: ${programs} programs gave the same bits however they were read`);
  }
}
