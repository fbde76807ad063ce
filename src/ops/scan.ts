/**
 * Running sums and products, by doubling: after round r each entry holds the 2ʳ entries that end in it. That takes log₂ n rounds of
 * elementwise work, adds pairwise, and lets no NaN reach an entry before it.
 */
import { defineMethods, type Tensor } from "../tensor/core.js";
import { normalizeDim } from "../tensor/shape.js";
import type { Shape } from "../tensor/shape-types.js";
import { add, mul } from "./arithmetic.js";
import { cast } from "./cast.js";
import { clone } from "./copy.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Sums of the entries up to each one along `dim` (`torch.cumsum`). */
    cumsum(dim: number): Tensor<S>;
    /** Products of the entries up to each one along `dim` (`torch.cumprod`). */
    cumprod(dim: number): Tensor<S>;
  }
}

function scan(
  name: string,
  x: Tensor,
  dim: number,
  combine: (a: Tensor, b: Tensor) => Tensor,
  neutral: number,
): Tensor {
  const d = normalizeDim(name, dim, x.ndim);
  let y = x._node.dtype === "bool" ? cast(x, "int32") : x;
  const n = x.shape[d] ?? 1;
  if (n <= 1) return y === x ? clone(x) : y;
  const padding = new Array<number>(2 * (x.ndim - d)).fill(0);
  for (let step = 1; step < n; step *= 2) {
    padding[padding.length - 2] = step;
    y = combine(y, y.narrow(d, 0, n - step).pad(padding, { value: neutral }));
  }
  return y;
}

defineMethods({
  cumsum(dim: number) {
    return scan("cumsum", this, dim, add, 0);
  },
  cumprod(dim: number) {
    return scan("cumprod", this, dim, mul, 1);
  },
});
