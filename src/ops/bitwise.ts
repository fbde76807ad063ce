/** Logic bit by bit, of integers and booleans. */
import { binary, scalar, unary } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { isFloating } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { checkTensor, commonDType, numberTensor } from "./operand.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Bits that both have (`torch.bitwise_and`). @throws TypeError for floats */
    bitwiseAnd<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"bitwiseAnd", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** Bits that one of both has (`torch.bitwise_or`). @throws TypeError for floats */
    bitwiseOr<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"bitwiseOr", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** Bits that exactly one of both has (`torch.bitwise_xor`). @throws TypeError for floats */
    bitwiseXor<A extends Shape, B extends Shape = []>(
      this: Tensor<A>,
      other: number | Checked<Broadcast<"bitwiseXor", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** All bits turned round: −1 − x of an integer with a sign, the contrary of a boolean (`torch.bitwise_not`). @throws TypeError for floats */
    bitwiseNot(): Tensor<S>;
  }
}

function checkBits(name: string, x: Tensor): void {
  if (isFloating(x._node.dtype))
    throw new TypeError(`${name}: expected integers or booleans, got ${x._node.dtype}; use x.int()`);
}

function bits(name: "bitwiseAnd" | "bitwiseOr" | "bitwiseXor", op: "and" | "or" | "xor") {
  return operation(name, "other |", (a, other) => {
    const b = numberTensor(a, other);
    checkTensor(name, b);
    checkBits(name, a);
    checkBits(name, b);
    const dtype = commonDType(name, a, b);
    return new Tensor(binary(op, cast(a, dtype).node, cast(b, dtype).node));
  });
}

export const bitwiseAnd = bits("bitwiseAnd", "and");
export const bitwiseOr = bits("bitwiseOr", "or");
export const bitwiseXor = bits("bitwiseXor", "xor");

export const bitwiseNot = operation("bitwiseNot", "", (x) => {
  checkBits("bitwiseNot", x);
  if (x._node.dtype === "bool") return new Tensor(unary("not", x.node));
  return new Tensor(binary("xor", x.node, scalar(-1, x._node.dtype)));
});
