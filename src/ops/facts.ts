/** What a tensor is, in PyTorch's words: its layout, its bytes, its type. */
import { dtypeBytes } from "../primitives/dtypes.js";
import { asNumbers } from "../primitives/elements.js";
import { geometryOf } from "../tensor/alias.js";
import type { Tensor } from "../tensor/core.js";
import { fromTyped } from "../tensor/creation/from-data.js";
import type { DType } from "../tensor/dtype.js";
import { isContiguous } from "../tensor/geometry.js";
import { operation, property } from "../tensor/operation.js";
import { normalizeDim, sameShape } from "../tensor/shape.js";
import { checkedTensor } from "./operand.js";
import type { Shape } from "../tensor/shape-types.js";
import "./cast.js";
import "./fill.js";
import "../tensor/reading.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Another name of `numel`. */
    nelement(): number;
    /** Another name of `dim`. */
    ndimension(): number;
    /** How many bytes an element has. */
    elementSize(): number;
    /** How many bytes an element has. */
    readonly itemsize: number;
    /** How many bytes all elements have. */
    readonly nbytes: number;
    /** Whether both tensors have the same shape (`torch.is_same_size`). */
    isSameSize(other: Tensor | { other: Tensor }): boolean;
    /** Whether the dtype has negative numbers (`torch.is_signed`). */
    isSigned(): boolean;
    /** Whether the elements stand in row-major order, one after the other. */
    isContiguous(): boolean;
    /** How many elements of the base lie between neighbours of each dim, or of one dim; as PyTorch would lay them out. */
    stride(): number[];
    stride(dim: number | { dim: number }): number;
    /** At which element of its base the tensor begins. */
    storageOffset(): number;
    /** The name of PyTorch's type, such as "torch.FloatTensor"; with a dtype the tensor cast to that. */
    type(): string;
    type(dtype: DType | { dtype: DType }): Tensor<S>;
    /** Puts f(x) for each element x, computed one by one in JavaScript: slow, and not differentiated. */
    apply_(f: (x: number) => number): this;
    /** Puts f(x, y) for each element x and that of `other`, which is broadcast: slow, and not differentiated. */
    map_(other: Tensor, f: (x: number, y: number) => number): this;
  }
}

operation("nelement", (x) => x.numel());
operation("ndimension", (x) => x.ndim);
operation("elementSize", (x) => dtypeBytes[x.dtype]);
property("itemsize", (x) => dtypeBytes[x.dtype]);
property("nbytes", (x) => x.numel() * dtypeBytes[x.dtype]);
operation("isSameSize", "other |", (x: Tensor, other: Tensor) =>
  sameShape(x.shape, checkedTensor("isSameSize", other).shape),
);
operation("isSigned", (x) => x.dtype !== "bool" && x.dtype !== "uint8");
operation("isContiguous", (x) => isContiguous(geometryOf(x)));
operation("storageOffset", (x) => geometryOf(x).offset);
operation("stride", "dim |", (x: Tensor, dim?: number) => {
  const strides = [...geometryOf(x).strides];
  return dim === undefined ? strides : strides[normalizeDim("stride", dim, x.ndim)]!;
});

const types: Readonly<Record<DType, string>> = {
  float32: "torch.FloatTensor",
  float64: "torch.DoubleTensor",
  float16: "torch.HalfTensor",
  bfloat16: "torch.BFloat16Tensor",
  int8: "torch.CharTensor",
  uint8: "torch.ByteTensor",
  int32: "torch.IntTensor",
  int64: "torch.LongTensor",
  bool: "torch.BoolTensor",
};

operation("type", "dtype |", (x: Tensor, dtype?: DType) =>
  dtype === undefined ? types[x.dtype] : x.to(dtype),
);

/** Of these numbers, a tensor like `x`. */
function like(x: Tensor, numbers: readonly number[]): Tensor {
  return fromTyped(numbers, x.dtype, x.shape);
}

operation("apply_", (x, f) =>
  x.copy_(
    like(
      x,
      Array.from(asNumbers(x.dataSync()), (v) => f(v)),
    ),
  ),
);

operation("map_", (x, other, f) => {
  const theirs = asNumbers(checkedTensor("map_", other).broadcastTo(x.shape).dataSync());
  return x.copy_(
    like(
      x,
      Array.from(asNumbers(x.dataSync()), (v, i) => f(v, theirs[i]!)),
    ),
  );
});
