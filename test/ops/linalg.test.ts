/** Products, factorizations and what is solved with them give PyTorch's values and gradients of both orders. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  baddbmm,
  blockDiag,
  cartesianProd,
  cdist,
  chainMatmul,
  combinations,
  cumulativeTrapezoid,
  einsum,
  frobeniusNorm,
  geqrf,
  normExceptDim,
  nuclearNorm,
  ormqr,
  prelu,
  triangularSolve,
  eye,
  fft,
  hannWindow,
  istft,
  linalg,
  luUnpack,
  manualSeed,
  pdist,
  pcaLowrank,
  randn,
  stft,
  svdLowrank,
  type Tensor,
  tensor,
  tensordot,
  trapezoid,
  vander,
  zeros,
} from "../../src/index.js";
import { assertGolden, golden } from "../golden/linalg.js";

const frequencies = (): Tensor => tensor([1, 2, 3, 1, 1, 2], { dtype: "int64" });
const positive = (a: Tensor): Tensor => a.matmul(a.mT).add(eye(3, { dtype: "float64" }));
const scaled = { beta: 0.5, alpha: 2 };

const cases: Readonly<Record<string, (...inputs: Tensor[]) => Tensor | readonly Tensor[]>> = {
  mv: (a, b) => a!.mv(b!),
  dot: (a, b) => a!.dot(b!),
  vdot: (a, b) => a!.vdot(b!),
  ger: (a, b) => a!.ger(b!),
  inner: (a, b) => a!.inner(b!),
  innerOfNumber: (a, b) => a!.inner(b!),
  addmm: (x, a, b) => x!.addmm(a!, b!, scaled),
  addmv: (x, a, b) => x!.addmv(a!, b!, scaled),
  addr: (x, a, b) => x!.addr(a!, b!, scaled),
  addbmm: (x, a, b) => x!.addbmm(a!, b!, scaled),
  baddbmm: (x, a, b) => baddbmm(x!, a!, b!, scaled),
  addmmBetaZero: (x, a, b) => x!.addmm(a!, b!, { beta: 0 }),
  chainMatmul: (...list) => chainMatmul(...list),
  multiDot: (...list) => linalg.multiDot(list),
  tensordot: (a, b) => tensordot(a!, b!),
  tensordot0: (a, b) => tensordot(a!, b!, 0),
  tensordotDims: (a, b) =>
    tensordot(a!, b!, {
      dims: [
        [0, 2],
        [2, 1],
      ],
    }),
  kron: (a, b) => a!.kron(b!),
  cross: (a, b) => a!.cross(b!),
  crossLast: (a, b) => linalg.cross(a!, b!),
  vecdot: (a, b) => linalg.vecdot(a!, b!),
  vecdotDim: (a, b) => linalg.vecdot(a!, b!, { dim: 0 }),
  cdist: (a, b) => cdist(a!, b!),
  cdist1: (a, b) => cdist(a!, b!, 1),
  cdist3: (a, b) => cdist(a!, b!, { p: 3 }),
  cdistMax: (a, b) => cdist(a!, b!, Infinity),
  cdist0: (a, b) => cdist(a!, b!, 0),
  cdistMany: (a, b) => cdist(a!, b!),
  pdist: (a) => pdist(a!),
  pdist1: (a) => pdist(a!, 1),
  trapezoid: (y) => trapezoid(y!),
  trapezoidDx: (y) => trapezoid(y!, { dx: 0.5, dim: 0 }),
  trapezoidX: (y, x) => trapezoid(y!, x),
  trapezoidXs: (y, x) => trapezoid(y!, x, { dim: 0 }),
  cumulativeTrapezoid: (y, x) => cumulativeTrapezoid(y!, x),
  renorm: (x) => x!.renorm(2, 1, 1.5),
  renorm1: (x) => x!.renorm(1, 0, 2),
  cov: (x) => x!.cov(),
  covOfOne: (x) => x!.cov(),
  covWeights: (x, w) => x!.cov({ correction: 0, fweights: frequencies(), aweights: w! }),
  covCorrected: (x, w) => x!.cov({ fweights: frequencies(), aweights: w! }),
  corrcoef: (x) => x!.corrcoef(),
  blockDiag: (...list) => blockDiag(...list),
  cartesianProd: (...list) => cartesianProd(...list),
  combinations: (x) => combinations(x!),
  combinations3: (x) => combinations(x!, 3, true),
  vander: (x) => vander(x!),
  vanderRising: (x) => vander(x!, 3, { increasing: true }),
  vanderLinalg: (x) => linalg.vander(x!, { N: 3 }),
  matrixPower: (a) => a!.matrixPower(3),
  matrixPower0: (a) => a!.matrixPower(0).mul(a!),
  matrixPowerMinus: (a) => a!.matrixPower(-2),
  matrixExp: (a) => a!.matrixExp(),
  matrixExpLarge: (a) => linalg.matrixExp(a!),
  einsumDiagonal: (a) => einsum("...ii->...i", a!),
  einsumThree: (a, b, c) => einsum("ij,jk,kl->il", a!, b!, c!),
  einsumList: (a, b) => einsum(a!, [0, 1], b!, [1, 2], [2, 0]),
  einsumDots: (a, b) => einsum(a!, ["...", 0], b!, [0, 1]),
  inv: (a) => linalg.inv(a!),
  inverse: (a) => a!.inverse(),
  solve: (a, b) => linalg.solve(a!, b!),
  solveVector: (a, b) => linalg.solve(a!, b!),
  solveRight: (a, b) => linalg.solve(a!, b!, { left: false }),
  solveEx: (a, b) => [...linalg.solveEx(a!, b!)],
  solveTriangular: (a, b) => linalg.solveTriangular(a!, b!, { upper: true }),
  solveTriangularRight: (a, b) =>
    linalg.solveTriangular(a!, b!, { upper: false, left: false, unitriangular: true }),
  det: (a) => a!.det(),
  detNegative: (a) => linalg.det(a!),
  slogdet: (a) => [...a!.slogdet()],
  logdet: (a) => a!.logdet(),
  cholesky: (a) => linalg.cholesky(positive(a!)),
  choleskyUpper: (a) => linalg.cholesky(positive(a!), { upper: true }),
  choleskyMethod: (a) => positive(a!).cholesky(),
  choleskyInverse: (a) => a!.tril().choleskyInverse(),
  choleskySolve: (b, a) => b!.choleskySolve(a!.triu(), true),
  qr: (a) => [...linalg.qr(a!)],
  qrWide: (a) => [...a!.qr()],
  qrSquare: (a) => [...linalg.qr(a!, "complete")],
  qrComplete: (a) => [...linalg.qr(a!, { mode: "complete" })],
  householderProduct: (a, tau) => linalg.householderProduct(a!, tau!),
  lu: (a) => [...linalg.lu(a!)],
  luTall: (a) => [...linalg.lu(a!)].slice(1),
  luWide: (a) => [...linalg.lu(a!)].slice(1),
  luFactor: (a) => [...linalg.luFactor(a!)],
  luUnpack: (a) => {
    const { LU, pivots } = linalg.luFactor(a!);
    return [...luUnpack(LU, pivots)];
  },
  luSolve: (a, b) => {
    const { LU, pivots } = linalg.luFactor(a!);
    return linalg.luSolve(LU, pivots, b!);
  },
  luSolveAdjoint: (a, b) => {
    const { LU, pivots } = linalg.luFactor(a!);
    return linalg.luSolve(LU, pivots, b!, { left: false, adjoint: true });
  },
  eigh: (a) => {
    const { eigenvalues, eigenvectors } = linalg.eigh(a!.add(a!.mT));
    return [eigenvalues, eigenvectors.square()];
  },
  eigvalsh: (a) => linalg.eigvalsh(a!.add(a!.mT), "U"),
  svd: (a) => [...linalg.svd(a!, false)].map((x) => x.square()),
  svdWide: (a) => [...linalg.svd(a!, { fullMatrices: false })].map((x) => x.square()),
  svdFull: (a) => {
    const { U, S } = linalg.svd(a!);
    return [U.narrow(1, 0, 3).square(), S];
  },
  svdvals: (a) => linalg.svdvals(a!),
  pinv: (a) => linalg.pinv(a!),
  pinvWide: (a) => a!.pinverse(),
  pinvHermitian: (a) => linalg.pinv(a!.add(a!.mT), { hermitian: true }),
  matrixRank: (a) => linalg.matrixRank(a!),
  matrixRankTol: (a) => linalg.matrixRank(a!, { atol: 1, rtol: 0 }),
  cond: (a) => linalg.cond(a!),
  condFro: (a) => linalg.cond(a!, "fro"),
  cond1: (a) => linalg.cond(a!, { p: 1 }),
  lstsq: (a, b) => linalg.lstsq(a!, b!).solution,
  lstsqWide: (a, b) => linalg.lstsq(a!, b!).solution,
  lstsqGelsd: (a, b) => [...linalg.lstsq(a!, b!, { driver: "gelsd" })],
  tensorinv: (a) => linalg.tensorinv(a!),
  tensorsolve: (a, b) => linalg.tensorsolve(a!, b!),
  tensorsolveDims: (a, b) => linalg.tensorsolve(a!, b!, [0]),
  vectorNorm3: (x) => linalg.vectorNorm(x!, 3, { dim: 1 }),
  vectorNormAll: (x) => linalg.vectorNorm(x!),
  matrixNorm: (x) => linalg.matrixNorm(x!),
  matrixNormNuc: (x) => linalg.matrixNorm(x!, "nuc"),
  matrixNorm2: (x) => linalg.matrixNorm(x!, 2, [0, 2], true),
  matrixNormMin2: (x) => linalg.matrixNorm(x!, -2),
  matrixNorm1: (x) => linalg.matrixNorm(x!, 1),
  matrixNormMinInf: (x) => linalg.matrixNorm(x!, -Infinity, { keepdim: true }),
  normOfVector: (x) => linalg.norm(x!, 1),
  normOfMatrix: (x) => linalg.norm(x!, Infinity),
  normOfAll: (x) => linalg.norm(x!),
  diagonal: (x) => linalg.diagonal(x!, { offset: 1 }),
  fft: (x) => fft.fft(x!),
  fftDim: (x) => fft.fft(x!, 4, 0, "ortho"),
  ifft: (x) => fft.ifft(x!, { n: 7 }),
  rfft: (x) => fft.rfft(x!),
  rfftOdd: (x) => fft.rfft(x!, { n: 5, dim: 0, norm: "forward" }),
  irfft: (x) => fft.irfft(x!),
  irfftOdd: (x) => fft.irfft(x!, 7, { norm: "forward" }),
  hfft: (x) => fft.hfft(x!, 6),
  ihfft: (x) => fft.ihfft(x!),
  fft2: (x) => fft.fft2(x!),
  ifft2: (x) => fft.ifft2(x!, [2, 5]),
  fftn: (x) => fft.fftn(x!, { norm: "ortho" }),
  rfft2: (x) => fft.rfft2(x!),
  irfft2: (x) => fft.irfft2(x!),
  rfftn: (x) => fft.rfftn(x!, { s: [2, 5] }),
  irfftn: (x) => fft.irfftn(x!, [3, 5]),
  fftshift: (x) => fft.fftshift(x!),
  ifftshift: (x) => fft.ifftshift(x!, 0),
  stft: (x, w) => x!.stft(8, 3, 6, w!),
  stftBoth: (x) => x!.stft(5, { center: false, normalized: true, onesided: false, returnComplex: true }),
  stftAligned: (x, w) =>
    stft(x!, 8, { hopLength: 2, winLength: 4, window: w!, center: false, alignToWindow: true }),
  stftCircular: (x, w) => x!.stft(6, { hopLength: 4, winLength: 5, window: w!, padMode: "circular" }),
  istft: (z, w) => z!.istft(8, 2, 6, w!),
  istftBoth: (z) => z!.istft(4, { center: false, normalized: true, onesided: false, returnComplex: true }),
  istftShort: (z, w) => istft(z!, 6, 2, { window: w!, length: 7 }),
  istftReal: (z) => z!.istft(6, { hopLength: 2, onesided: false }),
  eig: (a) => {
    const { eigenvalues, eigenvectors } = linalg.eig(a!);
    return [eigenvalues, eigenvectors.square().sum(-1)];
  },
  eigReal: (a) => {
    const { eigenvalues, eigenvectors } = linalg.eig(a!);
    return [eigenvalues, eigenvectors.square().sum(-1)];
  },
  eigvals: (a) => linalg.eigvals(a!),
  frobeniusNorm: (a) => frobeniusNorm(a!, [0, 2], true),
  frobeniusNormOfDim: (a) => frobeniusNorm(a!, 1),
  frobeniusNormOfAll: (a) => frobeniusNorm(a!, []),
  nuclearNorm: (a) => nuclearNorm(a!, true),
  nuclearNormOfDims: (a) => nuclearNorm(a!, [0, 1]),
  normExceptDim: (a) => normExceptDim(a!, 2, 1),
  normExceptDim3: (a) => normExceptDim(a!, 3),
  normExceptNone: (a) => normExceptDim(a!, { dim: -1 }),
  normExceptDimOfVector: (a) => normExceptDim(a!),
  prelu: (a, w) => prelu(a!, w!),
  preluMethod: (a, w) => a!.prelu(w!),
  geqrf: (a) => [...a!.geqrf()],
  geqrfWide: (a) => [...geqrf(a!)],
  orgqr: (a, tau) => a!.orgqr(tau!),
  ormqr: (a, tau, c) => a!.ormqr(tau!, c!),
  ormqrRight: (a, tau, c) => ormqr(a!, tau!, c!, { left: false, transpose: true }),
  triangularSolve: (b, a) => [...b!.triangularSolve(a!)],
  triangularSolveTransposed: (b, a) => [
    ...triangularSolve(b!, a!, { upper: false, transpose: true, unitriangular: true }),
  ],
};

test("names of old refuse what they cannot take", () => {
  const x = randn([2, 3, 4]);
  assert.throws(() => frobeniusNorm(x, [0, 1, 2]), /frobeniusNorm: expected at most two dims/);
  assert.throws(() => nuclearNorm(x), /takes? two dims, got 3/);
  assert.throws(() => normExceptDim(x, 2.5), /normExceptDim: expected a whole pow/);
  assert.throws(() => normExceptDim(x, 2, 3), /normExceptDim: dim 3 is out of range/);
  assert.throws(() => randn([4, 3]).ormqr(randn([3]), randn([3, 2])), /ormqr: .*expected 4 rows/);
});

for (const [name, f] of Object.entries(cases)) {
  test(name, () => assertGolden(name, f));
}

test("every recorded case is tested", () => {
  assert.deepEqual(Object.keys(golden).sort(), Object.keys(cases).sort());
});

const matrix = (data: number[][]): Tensor => tensor(data, { dtype: "float64" });

test("what has no solution is refused by the words of the operation, when its value is asked for", () => {
  const flat = matrix([
    [1, 2],
    [2, 4],
  ]);
  assert.throws(() => linalg.inv(flat).tolist(), /inv: the matrix is singular: pivot 2/);
  assert.throws(() => linalg.solve(flat, matrix([[1], [2]])).tolist(), /solve: the matrix is singular/);
  assert.throws(
    () =>
      linalg
        .cholesky(
          matrix([
            [1, 2],
            [2, 1],
          ]),
        )
        .tolist(),
    /not positive-definite: its leading minor of order 2/,
  );
  assert.throws(
    () =>
      linalg
        .eigh(
          matrix([
            [NaN, 0],
            [0, 1],
          ]),
        )
        .eigenvalues.tolist(),
    /eigh: .* not finite/,
  );
  const batch = matrix([
    [1, 0],
    [0, 1],
  ])
    .reshape([1, 2, 2])
    .expand(2, 2, 2)
    .mul(tensor([1, 0], { dtype: "float64" }).reshape([2, 1, 1]));
  assert.throws(() => linalg.inv(batch).tolist(), /inv: matrix 1 of the batch: the matrix is singular/);
  assert.equal(linalg.invEx(flat).info.item(), 2);
  assert.equal(
    linalg
      .choleskyEx(
        matrix([
          [1, 2],
          [2, 1],
        ]),
      )
      .info.item(),
    2,
  );
  assert.equal(Math.abs(Number(flat.det().item())), 0);
  assert.equal(flat.slogdet().logabsdet.item(), -Infinity);
});

test("arguments that do not fit are refused at the call", () => {
  const a = matrix([
    [1, 2],
    [3, 4],
  ]);
  assert.throws(
    () =>
      linalg.inv(
        matrix([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      ),
    /inv: expected square matrices/,
  );
  assert.throws(() => linalg.solve(a, matrix([[1], [2], [3]])), /solve: A \[2, 2\] does not fit B \[3, 1\]/);
  assert.throws(
    () => linalg.svd(tensor([[1, 2]], { dtype: "int32" })),
    /expected float32 or float64, got int32/,
  );
  assert.throws(() => linalg.solve(a, a.float()), /one dtype, got float64 and float32/);
  assert.throws(() => linalg.solveTriangular(a, a, {} as { upper: boolean }), /say which triangle/);
  assert.throws(() => linalg.qr(a, "full" as "complete"), /expected mode/);
});

test("the gradient of a determinant of 0 is its adjugate", () => {
  const a = matrix([
    [1, 2],
    [2, 4],
  ]);
  a.requiresGrad = true;
  a.det().backward();
  const found = a.grad!.tolist() as number[][];
  [
    [4, -2],
    [-2, 1],
  ].forEach((row, i) => row.forEach((x, j) => assert.ok(Math.abs(found[i]![j]! - x) < 1e-9)));
});

/** The greatest distance of two tensors' elements. */
const apart = (a: Tensor, b: Tensor): number => Number(a.sub(b).abs().max().item());

test("factors multiply to the matrix that they are of, at sizes that are cut into blocks", () => {
  manualSeed(1);
  for (const [m, n] of [
    [200, 200],
    [300, 90],
    [90, 300],
  ] as const) {
    const a = randn([m, n], { dtype: "float64" });
    const { P, L, U } = linalg.lu(a);
    assert.ok(apart(P.matmul(L).matmul(U), a) < 1e-11);
    const { Q, R } = linalg.qr(a);
    assert.ok(apart(Q.matmul(R), a) < 1e-11);
    const full = linalg.svd(a);
    const k = Math.min(m, n);
    const middle = full.U.narrow(1, 0, k)
      .mul(full.S)
      .matmul(full.Vh.narrow(0, 0, k));
    assert.ok(apart(middle, a) < 1e-10);
    assert.ok(apart(full.U.mT.matmul(full.U), eye(m, { dtype: "float64" })) < 1e-11);
    assert.ok(apart(full.Vh.matmul(full.Vh.mT), eye(n, { dtype: "float64" })) < 1e-11);
  }
  const a = randn([200, 200], { dtype: "float64" });
  const s = a.add(a.mT);
  const { eigenvalues, eigenvectors } = linalg.eigh(s);
  assert.ok(apart(eigenvectors.mul(eigenvalues).matmul(eigenvectors.mT), s) < 1e-10);
  const p = a.matmul(a.mT).add(eye(200, { dtype: "float64" }));
  const factor = linalg.cholesky(p);
  assert.ok(apart(factor.matmul(factor.mT), p) < 1e-10);
  assert.ok(apart(linalg.inv(p).matmul(p), eye(200, { dtype: "float64" })) < 1e-9);
});

test("matrices of rank below their size, zeros and repeated values are factored", () => {
  const a = matrix([
    [1, 2, 3],
    [2, 4, 6],
    [1, 1, 1],
    [0, 0, 0],
  ]);
  const { U, S, Vh } = linalg.svd(a, false);
  assert.ok(apart(U.mul(S).matmul(Vh), a) < 1e-12);
  assert.ok(apart(U.mT.matmul(U), eye(3, { dtype: "float64" })) < 1e-12);
  assert.equal(linalg.matrixRank(a).item(), 2);
  const none = zeros([3, 3], { dtype: "float64" });
  assert.deepEqual(linalg.svdvals(none).tolist(), [0, 0, 0]);
  assert.deepEqual(linalg.eigvalsh(eye(4, { dtype: "float64" })).tolist(), [1, 1, 1, 1]);
  assert.ok(apart(linalg.pinv(a).matmul(a).matmul(linalg.pinv(a)), linalg.pinv(a)) < 1e-12);
});

test("a signal comes back from its short-time transform, and where no window reaches it is told", () => {
  manualSeed(4);
  const x = randn([2, 1000], { dtype: "float64" });
  const window = hannWindow(64, { dtype: "float64" });
  const options = { hopLength: 16, window };
  const back = x.stft(64, options).istft(64, { ...options, length: 1000 });
  assert.ok(apart(back, x) < 1e-12);
  assert.throws(
    () =>
      x
        .stft(64, { ...options, center: false })
        .istft(64, { ...options, center: false })
        .tolist(),
    /istft: the windows do not cover the signal/,
  );
});

test("matrices of low rank come back from few singular values, centered ones from their principal components", () => {
  manualSeed(5);
  for (const [m, n] of [
    [40, 12],
    [12, 40],
  ] as const) {
    const a = randn([3, m, 4], { dtype: "float64" }).matmul(randn([3, 4, n], { dtype: "float64" }));
    const { U, S, V } = svdLowrank(a, 5);
    assert.deepEqual(
      [U.shape, S.shape, V.shape],
      [
        [3, m, 5],
        [3, 5],
        [3, n, 5],
      ],
    );
    assert.ok(apart(U.mul(S.unsqueeze(-2)).matmul(V.mT), a) < 1e-11);
    assert.ok(apart(S, linalg.svdvals(a).narrow(-1, 0, 5)) < 1e-11);
    const centered = a.sub(a.mean(-2, true));
    const found = pcaLowrank(a, 6);
    assert.ok(apart(found.U.mul(found.S.unsqueeze(-2)).matmul(found.V.mT), centered) < 1e-11);
    const apartOnes = svdLowrank(a.add(1), { q: 4, M: zeros([n], { dtype: "float64" }).add(1) });
    assert.ok(apart(apartOnes.U.mul(apartOnes.S.unsqueeze(-2)).matmul(apartOnes.V.mT), a) < 1e-11);
  }
});

test("symmetric matrices that are not definite are solved by their blocks of one and two", () => {
  manualSeed(7);
  const drawn = randn([2, 20, 20], { dtype: "float64" });
  const a = drawn.add(drawn.mT);
  const b = randn([20, 3], { dtype: "float64" });
  const { LD, pivots } = linalg.ldlFactor(a);
  assert.ok(Number(pivots.min().item()) < 0, "blocks of two are among them");
  b.requiresGrad = true;
  const x = linalg.ldlSolve(LD, pivots, b);
  assert.ok(apart(a.matmul(x), b.expand(2, 20, 3)) < 1e-11);
  x.sum().backward();
  assert.ok(apart(b.grad!, linalg.solve(a, zeros([20, 3], { dtype: "float64" }).add(1)).sum(0)) < 1e-11);
  const none = zeros([3, 3], { dtype: "float64" });
  assert.equal(linalg.ldlFactorEx(none).info.item(), 1);
  assert.throws(() => linalg.ldlFactor(none).LD.tolist(), /ldlFactor: the matrix is singular/);
  assert.throws(() => linalg.ldlSolve(LD, pivots, none), /ldlSolve: factors .* expected 20 rows/);
});

test("eigenvalues of matrices whose entries are of very different sizes keep their digits", () => {
  const n = 7;
  const options = { dtype: "float64" } as const;
  manualSeed(8);
  const even = randn([n, n], options);
  // D⁻¹ A D with powers of 2 in D has the eigenvalues of A to the last digit, and its vectors times D⁻¹.
  const d = tensor(
    Array.from({ length: n }, (_, i) => 2 ** (14 * i - 40)),
    options,
  );
  const graded = even.mul(d).div(d.unsqueeze(1));
  const [plain, found] = [linalg.eig(even), linalg.eig(graded)];
  assert.ok(apart(plain.eigenvalues, found.eigenvalues) < 3e-14);
  const lengths = found.eigenvectors
    .mul(d.reshape([n, 1, 1]))
    .square()
    .sum([0, 2])
    .sqrt();
  const magnitudes = (v: Tensor): Tensor => v.square().sum(-1).sqrt();
  const scaled = magnitudes(found.eigenvectors).mul(d.unsqueeze(1)).div(lengths);
  assert.ok(apart(magnitudes(plain.eigenvectors), scaled) < 1e-12);
  const far = linalg.eigvals(tensor([1, 1e-300, 1e300, 2], options).reshape([2, 2]));
  assert.ok(
    apart(far.select(1, 0), tensor([(3 - Math.sqrt(5)) / 2, (3 + Math.sqrt(5)) / 2], options)) < 1e-14,
  );
});

test("eigenvalues of matrices that are not symmetric: vectors belong to them, conjugates are exact, real ones are real", () => {
  manualSeed(6);
  const own = (a: Tensor): void => {
    const { eigenvalues, eigenvectors } = linalg.eig(a);
    const [p, q] = eigenvalues.unsqueeze(-3).unbind(-1) as [Tensor, Tensor];
    const [u, w] = eigenvectors.unbind(-1) as [Tensor, Tensor];
    const size = Number(a.abs().max().item()) * a.shape.at(-1)! + 1e-300;
    assert.ok(apart(a.matmul(u), u.mul(p).sub(w.mul(q))) < 1e-13 * size);
    assert.ok(apart(a.matmul(w), u.mul(q).add(w.mul(p))) < 1e-13 * size);
  };
  const options = { dtype: "float64" } as const;
  for (const n of [1, 2, 3, 8, 40, 120]) own(randn([n, n], options));
  own(randn([7, 4, 4], options));
  // Those on which QR steps with usual shifts go round in circles, nilpotent and defective ones.
  const numbers = (f: (i: number, j: number) => number): Tensor =>
    matrix(Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (__, j) => f(i, j))));
  own(numbers((i, j) => Number((i + 1) % 6 === j)));
  own(numbers((i, j) => Number(i + 1 === j)));
  own(numbers((i, j) => Number(i === j || i + 1 === j)));
  own(numbers(() => 1));
  own(numbers(() => 0));
  const turning = matrix([
    [0, -1, 0],
    [1, 0, 0],
    [0, 0, -2],
  ]);
  assert.deepEqual(linalg.eigvals(turning).tolist(), [
    [-2, 0],
    [0, 1],
    [0, -1],
  ]);
  assert.throws(() => linalg.eigvals(turning.div(0)).tolist(), /eigvals: .*not finite/);
});
