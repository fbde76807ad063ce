/** PyTorch's classes of storages: the elements that they hold, and the tensor's dtype that holds all their values. */
import type { DType } from "../../tensor/dtype.js";

export interface StorageType {
  /** Bytes of an element. */
  readonly bytes: number;
  readonly dtype: DType;
  /** Each element is two numbers, which become a last dim of size 2. */
  readonly isComplex?: true;
  /** Elements as numbers of the dtype, where they are not its own bytes. */
  readonly widen?: (bytes: ArrayBuffer) => ArrayLike<number | bigint>;
}

const int16: StorageType = { bytes: 2, dtype: "int32", widen: (bytes) => new Int16Array(bytes) };

/** By the class's name in the module torch. */
export const storageTypes: Readonly<Record<string, StorageType>> = {
  FloatStorage: { bytes: 4, dtype: "float32" },
  DoubleStorage: { bytes: 8, dtype: "float64" },
  HalfStorage: { bytes: 2, dtype: "float16" },
  BFloat16Storage: { bytes: 2, dtype: "bfloat16" },
  IntStorage: { bytes: 4, dtype: "int32" },
  LongStorage: { bytes: 8, dtype: "int64" },
  CharStorage: { bytes: 1, dtype: "int8" },
  ByteStorage: { bytes: 1, dtype: "uint8" },
  BoolStorage: { bytes: 1, dtype: "bool" },
  ShortStorage: int16,
  ComplexFloatStorage: { bytes: 8, dtype: "float32", isComplex: true },
  ComplexDoubleStorage: { bytes: 16, dtype: "float64", isComplex: true },
};

/** Dtypes of PyTorch that have no class of storages: `_rebuild_tensor_v3` names them. */
export const laterTypes: Readonly<Record<string, StorageType>> = {
  uint16: { bytes: 2, dtype: "int32", widen: (bytes) => new Uint16Array(bytes) },
  uint32: { bytes: 4, dtype: "int64", widen: (bytes) => BigInt64Array.from(new Uint32Array(bytes), BigInt) },
  // What int64 does not hold is refused where the tensor is made.
  uint64: { bytes: 8, dtype: "int64", widen: (bytes) => Array.from(new BigUint64Array(bytes)) },
};

/** The class of storages in which a tensor is written. */
export const storageNames = {
  float32: "FloatStorage",
  float64: "DoubleStorage",
  float16: "HalfStorage",
  bfloat16: "BFloat16Storage",
  int32: "IntStorage",
  int64: "LongStorage",
  int8: "CharStorage",
  uint8: "ByteStorage",
  bool: "BoolStorage",
} as const satisfies Readonly<Record<DType, string>>;
