/**
 * Loops that read nothing, each beside itself with a value read in each repetition; and graphs that are large at once, each beside one of
 * half the size. Milliseconds: the first time in a process and the median of later ones. Usage: loops.ts [ROUNDS]
 */
import {
  cat,
  grad,
  linspace,
  manualSeed,
  nn,
  optim,
  randn,
  stack,
  tensor,
  type Tensor,
  zeros,
} from "../src/index.js";

const rounds = Number(process.argv[2] ?? 5);
/** A loop of a few milliseconds is run so many times before it is timed: V8 compiles the code under it for some dozens of runs. */
const WARM_UP = 100;

/** A loop that calls `each` with a value of each repetition, and gives what it is for. */
type Loop = (each: (x: Tensor) => void) => Tensor;

const loops: Record<string, Loop> = {
  "line by gradient descent, 1,000 steps": (each) => {
    const x = linspace(-Math.PI, Math.PI, 2000);
    const y = x.sin();
    let a: Tensor = randn([]);
    let b: Tensor = randn([]);
    for (let t = 0; t < 1000; t++) {
      const g = a.add(b.mul(x)).sub(y).mul(2);
      a = a.sub(g.sum().mul(1e-6));
      b = b.sub(g.mul(x).sum().mul(1e-6));
      each(a);
    }
    return a;
  },
  "elementwise chain, 1,000 × 10 operations": (each) => {
    let x: Tensor = randn([1000]);
    for (let t = 0; t < 1000; t++) {
      for (let i = 0; i < 5; i++) x = x.mul(0.99).add(0.01);
      each(x.at(0));
    }
    return x.sum();
  },
  "stencil on 1,000 points, 500 steps": (each) => {
    let u: Tensor = randn([1000]);
    for (let t = 0; t < 500; t++) {
      const middle = u.narrow(0, 1, 998);
      const inner = middle.add(
        u
          .narrow(0, 0, 998)
          .add(u.narrow(0, 2, 998))
          .sub(middle.mul(2))
          .mul(0.1),
      );
      u = cat([u.narrow(0, 0, 1), inner, u.narrow(0, 999, 1)], 0);
      each(u.at(0));
    }
    return u.sum();
  },
  "recurrence, 1,000 steps, with backward": (each) => {
    const wx = randn([8, 16], { requiresGrad: true });
    const wh = randn([16, 16], { requiresGrad: true });
    const bias = randn([16], { requiresGrad: true });
    const rows = randn([1000, 4, 8]);
    let h: Tensor = zeros([4, 16]);
    let loss: Tensor = tensor(0);
    for (let t = 0; t < 1000; t++) {
      h = rows.at(t).matmul(wx).add(h.matmul(wh)).add(bias).tanh();
      loss = loss.add(h.square().mean());
      each(loss);
    }
    loss.backward();
    return wh.grad!.sum();
  },
  "grad() of a small model, 1,000 steps": (each) => {
    const x = randn([64, 16]);
    let w: Tensor = randn([16], { requiresGrad: true });
    for (let t = 0; t < 1000; t++) {
      const [g] = grad(x.matmul(w).tanh().square().mean(), [w]) as Tensor[];
      w = w.sub(g!.mul(0.01)).detach().requiresGrad_();
      each(w.at(0));
    }
    return w.sum();
  },
  "growing by a row, 500 steps": (each) => {
    let x: Tensor = randn([1, 4]);
    for (let t = 0; t < 500; t++) {
      x = cat([x, x.narrow(0, t, 1).mul(0.9).add(0.1)], 0);
      each(x.sum());
    }
    return x.sum();
  },
  "shrinking by a row, 500 steps": (each) => {
    let x: Tensor = randn([501, 4]);
    for (let t = 0; t < 500; t++) {
      x = x
        .narrow(0, 1, 500 - t)
        .mul(0.9)
        .add(0.1);
      each(x.sum());
    }
    return x.sum();
  },
};

const large: Record<string, { size: number; run: (n: number) => void }> = {
  "pending operations, then one value": {
    size: 100_000,
    run(n) {
      let x: Tensor = randn([100]);
      for (let i = 0; i < n / 2; i++) x = x.mul(0.9999).add(0.0001);
      x.sum().item();
    },
  },
  "operations in a chain, with backward()": {
    size: 300_000,
    run(n) {
      const w = randn([10], { requiresGrad: true });
      let x: Tensor = w;
      for (let i = 0; i < n / 3; i++) x = x.mul(0.999).add(0.001).tanh();
      x.sum().backward();
      w.grad!.sum().item();
    },
  },
  "parts in one stack": {
    size: 100_000,
    run(n) {
      stack(Array.from({ length: n }, (_, i) => tensor(i).mul(2)))
        .sum()
        .item();
    },
  },
  "parameters in a first step of SGD": {
    size: 50_000,
    run(n) {
      const parameters = Array.from({ length: n }, () => new nn.Parameter(randn([4])));
      const optimizer = new optim.SGD(parameters, { lr: 0.1 });
      let loss: Tensor = tensor(0);
      for (const p of parameters) loss = loss.add(p.mul(p).sum());
      loss.backward();
      optimizer.step();
    },
  },
};

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** The first time and the median after the warm-up. */
function report(name: string, variant: string, warmUp: number, work: () => void): void {
  manualSeed(0);
  const first = timed(work);
  for (let i = 0; i < warmUp; i++) work();
  const next = Array.from({ length: rounds }, () => timed(work)).sort((a, b) => a - b);
  const ms = next[next.length >> 1]!;
  console.log(JSON.stringify({ name, peer: "cellgrad", variant, ms, first }));
}

for (const [name, loop] of Object.entries(loops)) {
  const reading = (): number => loop((x) => x.item()).item();
  report(name, "reads in each step", WARM_UP, reading);
  report(name, "reads nothing", WARM_UP, () => loop(() => undefined).item());
}
for (const [name, { size, run }] of Object.entries(large)) {
  for (const n of [size / 2, size])
    report(`${size.toLocaleString("en")} ${name}`, n === size ? "" : "half as many", 0, () => run(n));
}
