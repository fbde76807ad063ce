/**
 * Conversion of dtypes.
 */
import { record } from "../autograd/record.js";
import { binary, cast as castNode, scalar } from "../graph/record/build.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { type DType, dtypeList, isDType, isFloating } from "../tensor/dtype.js";
import { operation } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";

const TO: Op = {
  name: "ToCopyBackward0",
  saves: false,
  gradient(y, g) {
    return [cast(g, y._a._node.dtype)];
  },
};

export function cast(x: Tensor, dtype: DType): Tensor {
  const node = x.node;
  if (node.dtype === dtype) return x;
  if (!isDType(dtype)) throw new TypeError(`${String(dtype)} is not a dtype; there are ${dtypeList}`);
  if (dtype === "bool") return new Tensor(binary("ne", node, scalar(0, node.dtype)));
  const y = castNode(node, dtype);
  return isFloating(dtype) ? record(TO, y, x) : new Tensor(y);
}

/**
 * The dtype that arguments of `to` ask for; undefined where they name the device alone.
 * @throws TypeError for what is none, such as another device
 */
export function dtypeTo(name: string, what: DType | "cpu" | Tensor, dtype?: DType): DType | undefined {
  if (what instanceof Tensor) return what.dtype;
  if (what === "cpu" && dtype === undefined) return undefined;
  const wanted = what === "cpu" ? dtype : what;
  if (isDType(wanted)) return wanted;
  if (typeof wanted === "string" && /^(?:cuda|mps|xpu|gpu|xla|hip|meta|webgpu)(?::\d+)?$/.test(wanted))
    throw new TypeError(
      `${name}: there is no device "${wanted}", all is computed on the "cpu"; leave ${name}("${wanted}") out`,
    );
  throw new TypeError(`${name}: ${String(wanted)} is not a dtype; there are ${dtypeList}`);
}

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * The same values as another dtype, or as that of another tensor: rounded to the nearest for floats, `x ≠ 0` for bool, integers wrap.
     * Fractions are truncated towards 0; of what does not fit, int32 and int64 have the nearest, int8 and uint8 the low bits of the int64 (0
     * beyond it), and NaN gives 0; in PyTorch all this is undefined. The tensor itself when it has that dtype. All tensors are on the "cpu",
     * so that there is nothing to do for `to("cpu")`.
     */
    to(dtype: DType | "cpu" | Tensor): Tensor<S>;
    to(device: "cpu", dtype: DType): Tensor<S>;
    /** The tensor itself: all tensors are there. */
    cpu(): Tensor<S>;
    /** The dtype of `other` (`torch.Tensor.type_as`). */
    typeAs(other: Tensor): Tensor<S>;
    /** As float32. */
    float(): Tensor<S>;
    /** As float64. */
    double(): Tensor<S>;
    /** As float16. */
    half(): Tensor<S>;
    /** As bfloat16. */
    bfloat16(): Tensor<S>;
    /** As int32. */
    int(): Tensor<S>;
    /** As int64. */
    long(): Tensor<S>;
    /** As int8. */
    char(): Tensor<S>;
    /** As uint8. */
    byte(): Tensor<S>;
    /** As bool: whether each element differs from 0. */
    bool(): Tensor<S>;
  }
}

operation("to", (x, what, dtype) => cast(x, dtypeTo("to", what, dtype) ?? x._node.dtype));
operation("cpu", (x) => x);
operation("typeAs", (x, other) => {
  if (!(other instanceof Tensor))
    throw new TypeError(`typeAs: expected a tensor, got ${typeof other}; x.to("float64") takes a dtype`);
  return cast(x, other.dtype);
});
operation("float", (x) => cast(x, "float32"));
operation("double", (x) => cast(x, "float64"));
operation("half", (x) => cast(x, "float16"));
operation("bfloat16", (x) => cast(x, "bfloat16"));
operation("int", (x) => cast(x, "int32"));
operation("long", (x) => cast(x, "int64"));
operation("char", (x) => cast(x, "int8"));
operation("byte", (x) => cast(x, "uint8"));
operation("bool", (x) => cast(x, "bool"));
