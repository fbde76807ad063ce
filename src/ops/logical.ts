/**
 * Logic on truth values; other tensors count as true where they differ from 0.
 */
import { binary, unary } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import { operation } from "../tensor/operation.js";
import { checkBroadcast } from "../tensor/shape.js";
import type { Broadcast, Elementwise } from "../tensor/broadcast-types.js";
import type { Checked, Shape } from "../tensor/shape-types.js";
import { cast } from "./cast.js";
import { checkTensor } from "./operand.js";
import type { BinaryOp } from "../primitives/elementwise.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Whether both are true. */
    logicalAnd<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Broadcast<"logicalAnd", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** Whether at least one is true. */
    logicalOr<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Broadcast<"logicalOr", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** Whether exactly one is true. */
    logicalXor<A extends Shape, B extends Shape>(
      this: Tensor<A>,
      other: Checked<Broadcast<"logicalXor", A, B>, Tensor<B>>,
    ): Tensor<Elementwise<A, B>>;
    /** Whether it is false. */
    logicalNot(): Tensor<S>;
  }
}

function logical(name: "logicalAnd" | "logicalOr" | "logicalXor", op: BinaryOp) {
  return operation(name, "other |", (a, b) => {
    checkTensor(name, b);
    checkBroadcast(name, a._node.shape, b._node.shape);
    return new Tensor(binary(op, cast(a, "bool").node, cast(b, "bool").node));
  });
}

export const logicalAnd = logical("logicalAnd", "and");
export const logicalOr = logical("logicalOr", "or");
export const logicalXor = logical("logicalXor", "xor");

export const logicalNot = operation("logicalNot", "", (x) => new Tensor(unary("not", cast(x, "bool").node)));
