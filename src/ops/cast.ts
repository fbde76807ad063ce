/**
 * Conversion of dtypes.
 */
import { accumulate } from "../autograd/accumulate.js";
import { record } from "../autograd/record.js";
import { binary, cast as castNode, scalar } from "../graph/build.js";
import { defineMethods, type Op, Tensor } from "../tensor/core.js";
import { type DType, isDType, isFloating } from "../tensor/dtype.js";
import type { Shape } from "../tensor/shape-types.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** The same values as another dtype; truncates towards 0 for int32, `x ≠ 0` for bool. The tensor itself when it has that dtype. */
    to(dtype: DType): Tensor<S>;
    /** As float32. */
    float(): Tensor<S>;
    /** As float64. */
    double(): Tensor<S>;
    /** As int32. */
    int(): Tensor<S>;
    /** As bool: whether each element differs from 0. */
    bool(): Tensor<S>;
  }
}

const TO: Op = {
  name: "ToCopyBackward0",
  saves: false,
  gradient(y, g) {
    const a = y._a!;
    accumulate(a, cast(g, a._node.dtype));
  },
};

export function cast(x: Tensor, dtype: DType): Tensor {
  const node = x.node;
  if (node.dtype === dtype) return x;
  if (dtype === "bool") return new Tensor(binary("ne", node, scalar(0, node.dtype)));
  const y = castNode(node, dtype);
  return isFloating(dtype) ? record(TO, y, x) : new Tensor(y);
}

defineMethods({
  to(dtype: DType) {
    if (!isDType(dtype)) {
      throw new TypeError(`to: ${String(dtype)} is not a dtype; there are float32, float64, int32 and bool`);
    }
    return cast(this, dtype);
  },
  float() {
    return cast(this, "float32");
  },
  double() {
    return cast(this, "float64");
  },
  int() {
    return cast(this, "int32");
  },
  bool() {
    return cast(this, "bool");
  },
});
