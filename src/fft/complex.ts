/** Complex numbers as a last dim of size 2: their parts, conjugates, magnitudes and angles. */
import { mul } from "../ops/arithmetic.js";
import { stack } from "../ops/join.js";
import { select } from "../ops/movement.js";
import { checkTensor, floating, zeroLike } from "../ops/operand.js";
import { tensor } from "../tensor/creation/from-data.js";
import type { Tensor } from "../tensor/core.js";
import { formatShape } from "../tensor/shape.js";

/** Real numbers of at least float32. */
export function real(name: string, x: unknown): Tensor {
  checkTensor(name, x);
  const y = floating(x);
  if (y.ndim === 0) throw new Error(`${name}: expected at least 1 dimension`);
  return y.dtype === "float16" || y.dtype === "bfloat16" ? y.float() : y;
}

/** Complex numbers, a last dim of 2, of at least float32. */
export function complexOf(name: string, x: unknown): Tensor {
  checkTensor(name, x);
  if (x.ndim < 2 || x.shape.at(-1) !== 2) {
    throw new Error(
      `${name}: expected complex numbers, a last dim of size 2, got shape ${formatShape(x.shape)}; ` +
        `a real tensor becomes complex by fft.complex(x), and fft.rfft takes it as it is`,
    );
  }
  const y = floating(x);
  return y.dtype === "float16" || y.dtype === "bfloat16" ? y.float() : y;
}

/** Complex numbers [..., 2] of real parts and, 0 unless given, imaginary parts (`torch.complex`, as `torch.view_as_real` has it). */
export function complex(re: Tensor, im?: Tensor): Tensor {
  checkTensor("complex", re);
  const parts = floating(re);
  return stack([parts, im ?? zeroLike(parts)], -1);
}

/** The conjugates of complex numbers [..., 2]. */
export function conj(x: Tensor): Tensor {
  return mul(x, tensor([1, -1], { dtype: x.dtype }));
}

/** The magnitudes of complex numbers [..., 2]. */
export function abs(x: Tensor): Tensor {
  const z = complexOf("abs", x);
  return z.norm(2, -1);
}

/** The angles of complex numbers [..., 2]. */
export function angle(x: Tensor): Tensor {
  const z = complexOf("angle", x);
  return select(z, z.ndim - 1, 1).atan2(select(z, z.ndim - 1, 0));
}
