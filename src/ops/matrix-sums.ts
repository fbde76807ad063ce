/**
 * Products that are added to something: beta · x + alpha · (a · b).
 */
import type { Tensor } from "../tensor/core.js";
import { isInteger } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import { formatShape } from "../tensor/shape.js";
import { add, mul } from "./arithmetic.js";
import { inPlace } from "./change.js";
import { fused } from "./fused.js";
import { withRank } from "./matmul.js";
import { broadcastTo, reshape } from "./movement.js";
import { checkTensor, zeroLike } from "./operand.js";
import { sumDims } from "./reduce.js";

export interface ScaledSum {
  /** The factor of what is added to. Default 1; with 0 nothing of it reaches the result, NaN neither. */
  beta?: number;
  /** The factor of the product. Default 1. */
  alpha?: number;
}

declare module "../tensor/core.js" {
  interface Tensor {
    /** beta · this + alpha · (a · b) for a [M, K], b [K, N]; this broadcasts to [M, N] (`torch.addmm`). */
    addmm(a: Tensor, b: Tensor, options?: ScaledSum): Tensor;
    /** beta · this + alpha · (a · v) for a [M, K], v [K]; this broadcasts to [M] (`torch.addmv`). */
    addmv(a: Tensor, v: Tensor, options?: ScaledSum): Tensor;
    /** beta · this + alpha · (u ⊗ v) for u [M], v [N]; this broadcasts to [M, N] (`torch.addr`). */
    addr(u: Tensor, v: Tensor, options?: ScaledSum): Tensor;
    /** beta · this + alpha · Σᵢ aᵢ · bᵢ for a [B, M, K], b [B, K, N]; this broadcasts to [M, N] (`torch.addbmm`). */
    addbmm(a: Tensor, b: Tensor, options?: ScaledSum): Tensor;
    /** beta · this + alpha · (a · b) for a [B, M, K], b [B, K, N]; this broadcasts to [B, M, N] (`torch.baddbmm`). */
    baddbmm(a: Tensor, b: Tensor, options?: ScaledSum): Tensor;
    /** `addmm` in place. */
    addmm_(a: Tensor, b: Tensor, options?: ScaledSum): this;
    /** `addmv` in place. */
    addmv_(a: Tensor, v: Tensor, options?: ScaledSum): this;
    /** `addr` in place. */
    addr_(u: Tensor, v: Tensor, options?: ScaledSum): this;
    /** `addbmm` in place. */
    addbmm_(a: Tensor, b: Tensor, options?: ScaledSum): this;
    /** `baddbmm` in place. */
    baddbmm_(a: Tensor, b: Tensor, options?: ScaledSum): this;
  }
}

/** x times a factor that is as good as 0 or 1, as the factors of bool tensors are. */
function onlyIf(factor: number, x: Tensor): Tensor {
  return factor === 0 ? zeroLike(x) : x;
}

/** beta · x + alpha · product(a, b), rounded once; of bool tensors it is an or of ands. */
function sum(
  name: string,
  x: Tensor,
  a: Tensor,
  b: Tensor,
  { beta = 1, alpha = 1 }: ScaledSum,
  product: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  checkTensor(name, a);
  checkTensor(name, b);
  for (const [what, value] of [
    ["beta", beta],
    ["alpha", alpha],
  ] as const) {
    if (typeof value !== "number")
      throw new TypeError(`${name}: expected ${what} as a number, got ${typeof value}`);
    if (isInteger(x.dtype) && !Number.isInteger(value))
      throw new TypeError(
        `${name}: ${what} is ${value}, but ${x.dtype} tensors take whole factors; use x.float()`,
      );
  }
  if (x.dtype !== a.dtype)
    throw new TypeError(
      `${name}: expected operands of one dtype, got ${x.dtype} to be added to and ${a.dtype}; convert one, as x.to("${a.dtype}")`,
    );
  return fused([x, a, b], (c, left, right) => {
    const times = product(left, right);
    const scaled = alpha === 1 ? times : times.dtype === "bool" ? onlyIf(alpha, times) : mul(times, alpha);
    if (c.ndim > scaled.ndim)
      throw new Error(`${name}: ${formatShape(c.shape)} does not broadcast to ${formatShape(scaled.shape)}`);
    const own = broadcastTo(name, c, scaled.shape);
    if (beta === 0 || own.dtype === "bool") return add(onlyIf(beta, own), scaled);
    return add(beta === 1 ? own : mul(own, beta), scaled);
  });
}

export const addmm = operation(
  "addmm",
  "mat1, mat2 | *, beta, alpha",
  (x: Tensor, a: Tensor, b: Tensor, options: ScaledSum = {}) =>
    sum("addmm", x, a, b, options, (l, r) => withRank("addmm", l, r, 2, 2)),
);
export const addmv = operation(
  "addmv",
  "mat, vec | *, beta, alpha",
  (x: Tensor, a: Tensor, v: Tensor, options: ScaledSum = {}) =>
    sum("addmv", x, a, v, options, (l, r) => withRank("addmv", l, r, 2, 1)),
);
export const addr = operation(
  "addr",
  "vec1, vec2 | *, beta, alpha",
  (x: Tensor, u: Tensor, v: Tensor, options: ScaledSum = {}) =>
    sum("addr", x, u, v, options, (l, r) => {
      if (l.ndim !== 1 || r.ndim !== 1)
        throw new Error(`addr: ${formatShape(l.shape)} and ${formatShape(r.shape)}: expected two vectors`);
      return mul(reshape(l, [l.numel(), 1]), r);
    }),
);
export const addbmm = operation(
  "addbmm",
  "batch1, batch2 | *, beta, alpha",
  (x: Tensor, a: Tensor, b: Tensor, options: ScaledSum = {}) =>
    sum("addbmm", x, a, b, options, (l, r) => sumDims(withRank("addbmm", l, r, 3, 3), [0], false)),
);
export const baddbmm = operation(
  "baddbmm",
  "batch1, batch2 | *, beta, alpha",
  (x: Tensor, a: Tensor, b: Tensor, options: ScaledSum = {}) =>
    sum("baddbmm", x, a, b, options, (l, r) => withRank("baddbmm", l, r, 3, 3)),
);

inPlace("addmm_", addmm as never);
inPlace("addmv_", addmv as never);
inPlace("addr_", addr as never);
inPlace("addbmm_", addbmm as never);
inPlace("baddbmm_", baddbmm as never);
