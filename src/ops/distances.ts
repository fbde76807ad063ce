/**
 * Distances between all pairs of two lists of points.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import type { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import type { Op } from "../tensor/op.js";
import { checkBroadcast, formatShape } from "../tensor/shape.js";
import { takes } from "../tensor/signature.js";
import { noGrad } from "../autograd/mode.js";
import { add, mul, sub } from "./arithmetic.js";
import { clamp } from "./clamp.js";
import { eq } from "./compare.js";
import { div } from "./division.js";
import { fused } from "./fused.js";
import { takeAt } from "./indexing.js";
import { matmul } from "./matmul.js";
import { mT, reshape, unsqueeze } from "./movement.js";
import { norm } from "./norm.js";
import { checkTensor } from "./operand.js";
import { sqrt } from "./power.js";
import { sumDims } from "./reduce.js";
import { where } from "./select.js";
import { fromTyped } from "../tensor/creation/from-data.js";

/** From so many points on Euclidean distances come of one product. */
const FEW = 25;

export type CdistMode =
  "use_mm_for_euclid_dist_if_necessary" | "use_mm_for_euclid_dist" | "donot_use_mm_for_euclid_dist";

/** Σ over the other points of (x − y) g / ‖x − y‖, which is two products; 0 where points are equal. */
const EUCLIDEAN: Op = {
  name: "EuclideanDistBackward0",
  saves: true,
  gradient(y, g) {
    const [a, b] = [y._a, y._b];
    const share = where(eq(y, 0), 0, div(g, y));
    const toward = (x: Tensor, other: Tensor, weights: Tensor): Tensor =>
      sub(mul(sumDims(weights, [weights.ndim - 1], true), x), matmul(weights, other));
    return [wanted(a) ? toward(a, b, share) : null, wanted(b) ? toward(b, a, mT(share)) : null];
  },
};

/** ‖x‖² + ‖y‖² − 2 x·y by one product, so that differences of points are never stored. */
function euclidean(a: Tensor, b: Tensor): Tensor {
  const squares = noGrad(() => {
    const length = (x: Tensor) => sumDims(mul(x, x), [x.ndim - 1], true);
    return sqrt(clamp(add(add(length(a), mT(length(b))), mul(matmul(a, mT(b)), -2)), { min: 0 }));
  });
  return record(EUCLIDEAN, squares.node, a, b);
}

function checkP(name: string, p: number): void {
  if (typeof p !== "number" || !(p >= 0)) throw new RangeError(`${name}: expected p ≥ 0, got ${String(p)}`);
}

function pairs(a: Tensor, b: Tensor, p: number, mode: CdistMode): Tensor {
  const [m, n] = [a.shape.at(-2)!, b.shape.at(-2)!];
  const byProduct =
    p === 2 &&
    (mode === "use_mm_for_euclid_dist" ||
      (mode === "use_mm_for_euclid_dist_if_necessary" && (m > FEW || n > FEW)));
  return fused([a, b], (x, y) =>
    byProduct ? euclidean(x, y) : norm(sub(unsqueeze(x, -2), unsqueeze(y, -3)), p, -1),
  );
}

/**
 * The p-norm distances between each point of a and each of b: [..., P, M] and [..., R, M] → [..., P, R] (`torch.cdist`). Euclidean distances
 * of more than 25 points come of one matrix product, as in PyTorch, unless `computeMode` says otherwise.
 */
export const cdist: {
  (x1: Tensor, x2: Tensor, p?: number, computeMode?: CdistMode): Tensor;
  (x1: Tensor, x2: Tensor, options: { p?: number; computeMode?: CdistMode }): Tensor;
  (x1: Tensor, x2: Tensor, p: number, options: { computeMode?: CdistMode }): Tensor;
} = takes(
  "cdist",
  "x1, x2 | p, computeMode",
  (a: Tensor, b: Tensor, options: { p?: number; computeMode?: CdistMode } = {}) => {
    const { p = 2, computeMode = "use_mm_for_euclid_dist_if_necessary" } = options;
    checkTensor("cdist", a);
    checkTensor("cdist", b);
    checkP("cdist", p);
    if (!isFloating(a.dtype) || a.dtype !== b.dtype)
      throw new TypeError(
        `cdist: expected floating tensors of one dtype, got ${a.dtype} and ${b.dtype}; use x.float()`,
      );
    if (a.ndim < 2 || b.ndim < 2 || a.shape.at(-1) !== b.shape.at(-1)) {
      throw new Error(
        `cdist: ${formatShape(a.shape)} and ${formatShape(b.shape)}: expected points of one number of coordinates, [..., P, M] and [..., R, M]`,
      );
    }
    checkBroadcast("cdist: batch sizes", a.shape.slice(0, -2), b.shape.slice(0, -2));
    return pairs(a, b, p, computeMode);
  },
);

/** The p-norm distances between all pairs i < j of N points, row by row: [N, M] → [N (N − 1) / 2] (`torch.pdist`). */
export const pdist: {
  (input: Tensor, p?: number): Tensor;
  (input: Tensor, options: { p?: number }): Tensor;
} = takes("pdist", "input, p |", (x: Tensor, p = 2) => {
  checkTensor("pdist", x);
  checkP("pdist", p);
  if (x.ndim !== 2 || !isFloating(x.dtype))
    throw new Error(
      `pdist: expected floating points [N, M], got ${x.dtype} of shape ${formatShape(x.shape)}`,
    );
  const n = x.shape[0]!;
  const places = new Int32Array((n * (n - 1)) / 2);
  let at = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) places[at++] = i * n + j;
  const all = pairs(x, x, p, "donot_use_mm_for_euclid_dist");
  return takeAt(reshape(all, [n * n]), 0, fromTyped(places, "int32", [places.length]));
});
