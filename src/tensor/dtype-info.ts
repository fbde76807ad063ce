/** What dtypes hold and how they mix, as functions. */
import { dtypes, greatestFinite, wholeBits, wholeRange } from "../primitives/dtypes.js";
import { Tensor } from "./core.js";
import {
  type DType,
  dtypeList,
  isDType,
  isFloating,
  isInteger,
  mayTake,
  promote,
  promoteWithNumber,
} from "./dtype.js";

function checkDType(name: string, dtype: DType): void {
  if (!isDType(dtype))
    throw new TypeError(`${name}: ${String(dtype)} is not a dtype; there are ${dtypeList}`);
}

/** What numbers a floating dtype has (`torch.finfo`). */
export interface FloatInfo {
  readonly dtype: DType;
  readonly bits: number;
  /** The distance from 1 to the next number. */
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  /** The least number above 0 that has all its digits. */
  readonly tiny: number;
  readonly smallestNormal: number;
  /** The number of decimal digits that are kept is −log₁₀ of this. */
  readonly resolution: number;
}

const leastNormal = { float16: 2 ** -14, bfloat16: 2 ** -126, float32: 2 ** -126, float64: 2 ** -1022 };
const resolutions = { float16: 1e-3, bfloat16: 1e-2, float32: 1e-6, float64: 1e-15 };

/** The numbers that a floating dtype has, float32 unless given. @throws TypeError for another dtype */
export function finfo(dtype: DType = "float32"): FloatInfo {
  checkDType("finfo", dtype);
  if (!isFloating(dtype)) throw new TypeError(`finfo: expected a floating dtype, got ${dtype}; use iinfo()`);
  const max = greatestFinite[dtype];
  return {
    dtype,
    bits: 8 * dtypes[dtype].bytes,
    eps: 2 ** (1 - wholeBits[dtype]),
    max,
    min: -max,
    tiny: leastNormal[dtype],
    smallestNormal: leastNormal[dtype],
    resolution: resolutions[dtype],
  };
}

/** What numbers an integer dtype has (`torch.iinfo`); of int64 the ends as JavaScript's numbers are rounded. */
export interface IntegerInfo {
  readonly dtype: DType;
  readonly bits: number;
  readonly max: number;
  readonly min: number;
}

/** The numbers that an integer dtype has. @throws TypeError for another dtype */
export function iinfo(dtype: DType): IntegerInfo {
  checkDType("iinfo", dtype);
  if (!isInteger(dtype)) throw new TypeError(`iinfo: expected an integer dtype, got ${dtype}; use finfo()`);
  const bits = 8 * dtypes[dtype].bytes;
  const [min, max] = dtype === "int64" ? [-(2 ** 63), 2 ** 63] : wholeRange(dtype);
  return { dtype, bits, max, min };
}

/** Whether something is a tensor (`torch.is_tensor`). */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/** The dtype that tensors of these two are brought to (`torch.promote_types`). */
export function promoteTypes(a: DType, b: DType): DType {
  checkDType("promoteTypes", a);
  checkDType("promoteTypes", b);
  return promote(a, 1, b, 1);
}

/** The dtype of an operation on both (`torch.result_type`): numbers and tensors of 0 dims change only the kind. */
export function resultType(a: Tensor | number | boolean, b: Tensor | number | boolean): DType {
  if (a instanceof Tensor) {
    if (b instanceof Tensor) return promote(a.dtype, a.ndim, b.dtype, b.ndim);
    return promoteWithNumber(a.dtype, b);
  }
  if (b instanceof Tensor) return promoteWithNumber(b.dtype, a);
  if (typeof a === "boolean" && typeof b === "boolean") return "bool";
  return promoteWithNumber(
    "bool",
    typeof a === "boolean" || (typeof b === "number" && !Number.isInteger(b)) ? b : a,
  );
}

/** Whether an operation may put its result of dtype `from` into a tensor of dtype `to` (`torch.can_cast`). */
export function canCast(from: DType, to: DType): boolean {
  checkDType("canCast", from);
  checkDType("canCast", to);
  return mayTake(to, from);
}
