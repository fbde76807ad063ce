/**
 * Laws that hold whatever the shapes, dtypes and layouts are, tried on random ones: what one operation does another undoes, and what is said
 * in two ways is the same. `npm run fuzz:laws [runs of each] [seed] [law…]`; a law that fails is shown with the least case that fast-check finds, its seed and path.
 */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import {
  cat,
  type DType,
  einsum,
  fft,
  func,
  gradcheck,
  linalg,
  manualSeed,
  nn,
  randint,
  randn,
  randperm,
  stack,
  Tensor,
  tensor,
  vmap,
  zeros,
} from "../../src/index.js";
import { dtypeNames } from "../../src/primitives/dtypes.js";

type Law = fc.IPropertyWithHooks<unknown[]> | fc.IProperty<unknown[]>;

const F = nn.functional;

const seeds = fc.integer({ min: 0, max: 2 ** 30 });
const shapes = (min: number, max: number, least = 0): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: least, max: 5 }), { minLength: min, maxLength: max });
const dtypes = fc.constantFrom<DType>(...(dtypeNames as readonly DType[]));

/** How a tensor lies in memory, with the same elements. */
const layouts = fc.constantFrom("plain", "turned", "sliced", "flipped");
type Layout = "plain" | "turned" | "sliced" | "flipped";

function laid(x: Tensor, layout: string): Tensor {
  const last = x.ndim - 1;
  if (x.ndim === 0) return x;
  switch (layout as Layout) {
    case "turned":
      return x.transpose(0, last).clone().transpose(0, last) as Tensor;
    case "sliced": {
      const wide = x.repeatInterleave(2, last) as Tensor;
      return wide.slice("...", [0, 2 * x.shape[last]!, 2]) as Tensor;
    }
    case "flipped":
      return x.flip([0]).clone().flip([0]) as Tensor;
    default:
      return x;
  }
}

/** Small whole numbers, which every dtype holds exactly. */
function whole(shape: readonly number[], dtype: DType, seed: number, layout = "plain"): Tensor {
  manualSeed(seed);
  return laid(
    randint(0, dtype === "bool" ? 2 : 9, [...shape], { dtype: "int32" }).to(dtype) as Tensor,
    layout,
  );
}

function normal(shape: readonly number[], seed: number, layout = "plain"): Tensor {
  manualSeed(seed);
  return laid(randn([...shape], { dtype: "float64" }) as Tensor, layout);
}

function same(actual: Tensor, expected: Tensor): void {
  assert.equal(actual.dtype, expected.dtype);
  assert.deepEqual(actual.shape, expected.shape);
  assert.ok(actual.equal(expected), `${actual.toString()} is not ${expected.toString()}`);
}

function near(actual: Tensor, expected: Tensor, tolerance = 1e-9): void {
  assert.deepEqual(actual.shape, expected.shape);
  if (actual.numel() === 0) return;
  const off = actual.sub(expected).abs().max().item();
  const scale = Math.max(1, expected.abs().max().item());
  assert.ok(off <= tolerance * scale, `off by ${off}: ${actual.toString()} is not ${expected.toString()}`);
}

const exact = (min: number, max: number, least = 0) =>
  fc
    .record({ shape: shapes(min, max, least), dtype: dtypes, seed: seeds, layout: layouts })
    .map((drawn) => ({ ...drawn, x: () => whole(drawn.shape, drawn.dtype, drawn.seed, drawn.layout) }));
/** A dim of a tensor, by a number from 0 on. */
const dimOf = (x: Tensor, n: number): number => n % x.ndim;
const anyNumber = fc.nat({ max: 1000 });

/** Smooth functions of one tensor that keep its shape. */
const steps: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  tanh: (x) => x.tanh(),
  sigmoid: (x) => x.sigmoid(),
  "sin times itself": (x) => x.sin().mul(x),
  softmax: (x) => x.softmax(-1),
  "layer norm": (x) => F.layerNorm(x, [x.shape.at(-1)!]),
  cumsum: (x) => x.cumsum(-1),
  flip: (x) => x.flip([0]) as Tensor,
  roll: (x) => x.roll(1, 0) as Tensor,
  "logsumexp beside": (x) => x.sub(x.logsumexp(-1, { keepdim: true })),
  "product with its turn": (x) => x.matmul(x.mT as Tensor).matmul(x) as Tensor,
  gelu: (x) => F.gelu(x),
  "square over what is left": (x) => x.square().div(x.square().sum(0, { keepdim: true }).add(1)),
};
const compositions = fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 1, maxLength: 4 });
const composed =
  (names: readonly string[]) =>
  (x: Tensor): Tensor =>
    names.reduce((y, name) => steps[name]!(y), x);

const matrices = fc.record({
  shape: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 2, max: 4 })),
  seed: seeds,
  layout: layouts,
});

export const laws: Readonly<Record<string, Law>> = {
  "what is set at an index is there, and nothing else changes": fc.property(
    exact(1, 4, 1),
    anyNumber,
    (t, n) => {
      const x = t.x();
      const i = n % x.shape[0]!;
      const value = whole(x.shape.slice(1), t.dtype, t.seed + 1);
      const y = x.clone();
      y.set(i, value);
      same(y.at(i) as Tensor, value);
      y.set(i, x.at(i));
      same(y, x);
    },
  ),
  "cat undoes split": fc.property(exact(1, 4, 1), anyNumber, anyNumber, (t, d, n) => {
    const x = t.x();
    const dim = dimOf(x, d);
    same(cat(x.split(1 + (n % x.shape[dim]!), dim) as Tensor[], dim), x.clone());
  }),
  "unbind and stack": fc.property(exact(1, 4, 1), anyNumber, (t, d) => {
    const x = t.x();
    const dim = dimOf(x, d);
    same(stack(x.unbind(dim) as Tensor[], dim), x.clone());
  }),
  "a permutation of dims and its inverse": fc.property(exact(1, 5), seeds, (t, seed) => {
    const x = t.x();
    manualSeed(seed);
    const order = randperm(x.ndim).tolist() as number[];
    const inverse = order.map((_, i) => order.indexOf(i));
    same((x.permute(order) as Tensor).permute(inverse) as Tensor, x);
  }),
  "flip, roll, rot90 and reshape are undone": fc.property(
    exact(2, 4, 1),
    anyNumber,
    fc.integer({ min: -7, max: 7 }),
    (t, d, n) => {
      const x = t.x();
      const dim = dimOf(x, d);
      same((x.flip([dim]) as Tensor).flip([dim]) as Tensor, x);
      same((x.roll(n, dim) as Tensor).roll(-n, dim) as Tensor, x);
      same((x.rot90(n, [0, 1]) as Tensor).rot90(-n, [0, 1]) as Tensor, x);
      same(x.reshape([-1]).reshape(x.shape.slice()), x);
    },
  ),
  "what is padded and cut": fc.property(exact(1, 3, 1), anyNumber, anyNumber, (t, a, b) => {
    const x = t.x();
    const [before, after] = [a % 4, b % 4];
    const padded = F.pad(x, [before, after]) as Tensor;
    same(padded.narrow(-1, before, x.shape.at(-1)!) as Tensor, x);
  }),
  "sort is gather of argsort, and in order": fc.property(
    exact(1, 3, 1),
    anyNumber,
    fc.boolean(),
    (t, d, descending) => {
      const x = t.x();
      const dim = dimOf(x, d);
      const { values, indices } = x.sort(dim, { descending, stable: true });
      same(values, x.gather(dim, indices));
      same(indices, x.argsort(dim, { descending, stable: true }) as Tensor);
      const n = x.shape[dim]! - 1;
      const [low, high] = [values.narrow(dim, 0, n), values.narrow(dim, 1, n)] as [Tensor, Tensor];
      assert.ok((descending ? low.ge(high) : low.le(high)).all().item());
    },
  ),
  "gather undoes scatter by a permutation": fc.property(exact(1, 3, 1), anyNumber, seeds, (t, d, seed) => {
    const x = t.x();
    const dim = dimOf(x, d);
    manualSeed(seed);
    const index = (randn(x.shape.slice()) as Tensor).argsort(dim) as Tensor;
    same(zeros(x.shape.slice(), { dtype: t.dtype }).scatter(dim, index, x).gather(dim, index), x.clone());
  }),
  "a mask selects what it scatters": fc.property(exact(0, 3), seeds, (t, seed) => {
    const x = t.x();
    const mask = whole(x.shape, "bool", seed);
    same(x.clone().maskedScatter(mask, x.maskedSelect(mask)) as Tensor, x.clone());
  }),
  "sums over dims in turn are the sum over them together": fc.property(exact(2, 4), anyNumber, (t, d) => {
    const x = t.x().to("int64") as Tensor;
    const dim = dimOf(x, d);
    const rest = x.shape.map((_, i) => i).filter((i) => i !== dim);
    same(x.sum(dim).sum(), x.sum());
    same(x.sum(rest, { keepdim: true }).sum(dim).reshape([]), x.sum());
  }),
  "broadcasting is expanding": fc.property(exact(1, 4), seeds, (t, seed) => {
    const x = t.x();
    const y = whole(
      x.shape.map((n, i) => (i % 2 === 0 ? n : 1)),
      t.dtype,
      seed,
    );
    same(x.add(y) as Tensor, x.add(y.expand(x.shape.slice())) as Tensor);
    same(x.lt(y) as Tensor, y.gt(x) as Tensor);
  }),
  "cumsum undoes diff": fc.property(exact(1, 3, 1), anyNumber, (t, d) => {
    const x = t.x().to("int64") as Tensor;
    const dim = dimOf(x, d);
    const none = (x.narrow(dim, 0, 1) as Tensor).mul(0);
    same(x.diff({ dim, prepend: none }).cumsum(dim), x.clone());
  }),
  "einsum is matmul": fc.property(shapes(4, 4), seeds, layouts, (sizes, seed, layout) => {
    const [b, m, k, n] = sizes as [number, number, number, number];
    const x = normal([b, m, k], seed, layout);
    const y = normal([b, k, n], seed + 1, layout);
    near(einsum("bij,bjk->bik", x, y), x.matmul(y) as Tensor);
    near(einsum("bij,bjk->ki", x, y), (x.matmul(y) as Tensor).sum(0).t() as Tensor);
    near((x.matmul(y) as Tensor).mT as Tensor, (y.mT as Tensor).matmul(x.mT as Tensor) as Tensor);
  }),
  "the inverse Fourier transform": fc.property(
    fc.integer({ min: 1, max: 40 }),
    fc.integer({ min: 1, max: 3 }),
    seeds,
    (n, rows, seed) => {
      const x = normal([rows, n], seed);
      near(fft.irfft(fft.rfft(x), { n }), x);
      const z = normal([rows, n, 2], seed + 1);
      near(fft.ifft(fft.fft(z)), z);
      // Parseval.
      near(fft.fft(z).square().sum().div(n), z.square().sum());
    },
  ),
  "solve undoes matmul": fc.property(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 4 }),
    seeds,
    layouts,
    (n, m, seed, layout) => {
      const a = laid(
        normal([2, n, n], seed)
          .mul(0.2)
          .add(normal([n], 1).mul(0).add(3).diagEmbed()) as Tensor,
        layout,
      );
      const x = normal([2, n, m], seed + 1, layout);
      near(linalg.solve(a, a.matmul(x) as Tensor), x, 1e-6);
      near(
        linalg.inv(a).matmul(a) as Tensor,
        a.mul(0).add(normal([n], 1).mul(0).add(1).diagEmbed()) as Tensor,
        1e-6,
      );
    },
  ),
  "factors multiply to the matrix": fc.property(
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 6 }),
    seeds,
    layouts,
    (m, n, seed, layout) => {
      const a = normal([2, m, n], seed, layout);
      const { Q, R } = linalg.qr(a);
      near(Q.matmul(R) as Tensor, a);
      const { U, S, Vh } = linalg.svd(a, { fullMatrices: false });
      near(U.mul(S.unsqueeze(-2)).matmul(Vh) as Tensor, a);
      const gram = a.matmul(a.mT as Tensor) as Tensor;
      const { eigenvalues, eigenvectors: v } = linalg.eigh(gram);
      near(v.mul(eigenvalues.unsqueeze(-2)).matmul(v.mT as Tensor) as Tensor, gram);
    },
  ),
  "a convolution is linear in its input, and its transpose adjoint": fc.property(
    fc.record({
      groups: fc.integer({ min: 1, max: 2 }),
      kernel: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 3 }),
      padding: fc.integer({ min: 0, max: 2 }),
      dilation: fc.integer({ min: 1, max: 2 }),
      size: fc.integer({ min: 5, max: 9 }),
      seed: seeds,
      layout: layouts,
    }),
    ({ groups, kernel, stride, padding, dilation, size, seed, layout }) => {
      const w = normal([4, 2, kernel, kernel], seed, layout);
      const options = { stride, padding, dilation, groups };
      const conv = (x: Tensor): Tensor => F.conv2d(x, w, null, stride, padding, dilation, groups) as Tensor;
      const x = normal([2, 2 * groups, size, size + 1], seed + 1, layout);
      const y = normal([2, 2 * groups, size, size + 1], seed + 2);
      near(conv(x.mul(2).sub(y.mul(3))), conv(x).mul(2).sub(conv(y).mul(3)));
      const u = normal(conv(x).shape, seed + 3);
      const leaf = x.clone().requiresGrad_();
      conv(leaf).mul(u).sum().backward();
      const back = F.convTranspose2d(u, w, null, options) as Tensor;
      const [h, v] = [Math.min(back.shape[2]!, size), Math.min(back.shape[3]!, size + 1)];
      near(
        (leaf.grad!.narrow(2, 0, h) as Tensor).narrow(3, 0, v) as Tensor,
        (back.narrow(2, 0, h) as Tensor).narrow(3, 0, v) as Tensor,
      );
    },
  ),
  "vmap is a stack of results": fc.property(
    compositions,
    matrices,
    fc.integer({ min: 1, max: 3 }),
    (names, { shape, seed, layout }, n) => {
      const f = composed(names);
      const x = normal([n, ...shape], seed, layout);
      near(vmap(f)(x) as Tensor, stack((x.unbind(0) as Tensor[]).map(f)));
    },
  ),
  "forward and backward derivatives are adjoint": fc.property(
    compositions,
    matrices,
    (names, { shape, seed, layout }) => {
      const f = composed(names);
      const x = normal(shape, seed, layout);
      const v = normal(shape, seed + 1);
      const [y, forward] = func.jvp(f, [x], [v]) as [Tensor, Tensor];
      const u = normal(y.shape, seed + 2);
      const [, pull] = func.vjp(f, x) as [Tensor, (u: Tensor) => Tensor | [Tensor]];
      const back = [pull(u)].flat()[0] as Tensor;
      near(forward.mul(u).sum(), back.mul(v).sum(), 1e-8);
    },
  ),
  "gradients are finite differences": fc.property(
    compositions,
    matrices,
    (names, { shape, seed, layout }) => {
      assert.ok(gradcheck(composed(names), [normal(shape, seed, layout).detach().requiresGrad_()]));
    },
  ),
  "dropout keeps the mean": fc.property(fc.constantFrom(0.1, 0.5, 0.9), seeds, (p, seed) => {
    manualSeed(seed);
    const n = 20_000;
    const y = F.dropout(tensor(1).expand([n]), p) as Tensor;
    // Six standard deviations of the mean of n numbers that are 1 / (1 − p) or 0.
    assert.ok(Math.abs(y.mean().item() - 1) < 6 * Math.sqrt(p / (1 - p) / n));
  }),
  "a state dict goes through JSON and clones": fc.property(
    fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 }),
    seeds,
    (sizes, seed) => {
      const make = (): nn.Module =>
        nn.sequential(
          ...sizes.slice(1).flatMap((n, i) => [new nn.Linear(sizes[i]!, n), new nn.BatchNorm1d(n)]),
        );
      manualSeed(seed);
      const model = make();
      model.forward(randn([4, sizes[0]!]) as never);
      const [other, third] = [make(), make()];
      other.loadStateDict(JSON.parse(JSON.stringify(model.stateDict())) as never);
      third.loadStateDict(
        Object.fromEntries(
          Object.entries(model.stateDict()).map(([key, x]) => [
            key,
            tensor(structuredClone(x.toCloneable())),
          ]),
        ),
      );
      for (const [key, x] of Object.entries(model.stateDict())) {
        same(other.stateDict()[key]!, x);
        same(third.stateDict()[key]!, x);
      }
    },
  ),
  "a tensor is what it is made of": fc.property(exact(0, 4), (t) => {
    const x = t.x();
    same(tensor(structuredClone(x.toCloneable())), x);
    if (x.numel() > 0) same(tensor(x.tolist() as never, { dtype: t.dtype }), x);
    same(x.to("float64").to(t.dtype) as Tensor, x);
  }),
  "a change of a view is a change of its base": fc.property(
    exact(1, 3, 1),
    anyNumber,
    anyNumber,
    (t, d, n) => {
      const x = t.x().clone();
      const dim = dimOf(x, d);
      const start = n % x.shape[dim]!;
      const before = x.clone();
      const part = x.narrow(dim, start, x.shape[dim]! - start) as Tensor;
      const value = whole(part.shape, t.dtype, t.seed + 1);
      part.copy_(value);
      same(x, start === 0 ? value : cat([before.narrow(dim, 0, start) as Tensor, value], dim));
    },
  ),
};

/** Tries so many cases of each of these laws. @throws Error with the least case that breaks one, its seed and path */
export function tryLaws(names: readonly string[], runs: number, seed: number): void {
  for (const name of names) {
    try {
      fc.assert(laws[name]! as fc.IProperty<unknown[]>, { numRuns: runs, seed });
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
    }
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const runs = Number(process.argv[2] ?? 1000);
  const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
  const asked = process.argv.slice(4);
  console.log(`${runs} cases of each law, seed ${seed}`);
  let failed = 0;
  for (const name of asked.length > 0 ? asked : Object.keys(laws)) {
    try {
      tryLaws([name], runs, seed);
      console.log(`✔ ${name}`);
    } catch (error) {
      failed++;
      console.log(`✖ ${(error as Error).message}`);
    }
  }
  process.exitCode = failed > 0 ? 1 : 0;
}
