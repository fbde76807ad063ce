/**
 * Element types, one row each. Types, numbering and C++ are made from the rows; the order is the numbering.
 */
export interface DTypeRow {
  /** Bytes per element. */
  readonly bytes: 1 | 2 | 4 | 8;
  readonly kind: "float" | "int" | "bool";
  /** The type in C++ (native/numbers.h has those that the language lacks). */
  readonly cpp: string;
  /**
   * Of a dtype that engines only store, move, select and cast: the dtype in which its arithmetic is done, operation by operation, each result
   * rounded (or wrapped) back; see graph/record/rounding.ts. It holds every value of the narrower one.
   */
  readonly computedIn?: "float32" | "int32";
}

/** Those that are only stored come last, so that one comparison of numbers tells them from the others. */
export const dtypes = {
  float32: { bytes: 4, kind: "float", cpp: "float" },
  float64: { bytes: 8, kind: "float", cpp: "double" },
  int32: { bytes: 4, kind: "int", cpp: "int32_t" },
  /** 0 or 1. */
  bool: { bytes: 1, kind: "bool", cpp: "Bool" },
  int64: { bytes: 8, kind: "int", cpp: "int64_t" },
  uint8: { bytes: 1, kind: "int", cpp: "uint8_t", computedIn: "int32" },
  int8: { bytes: 1, kind: "int", cpp: "int8_t", computedIn: "int32" },
  /** IEEE 754's binary16: 11 significant bits, up to 65504. */
  float16: { bytes: 2, kind: "float", cpp: "Float16", computedIn: "float32" },
  /** The upper half of a float32: 8 significant bits, the same range. */
  bfloat16: { bytes: 2, kind: "float", cpp: "BFloat16", computedIn: "float32" },
} as const satisfies Readonly<Record<string, DTypeRow>>;

export type DTypeName = keyof typeof dtypes;
export type DTypeKind = DTypeRow["kind"];

export const dtypeNames = Object.keys(dtypes) as readonly DTypeName[];

export const dtypeBytes = Object.fromEntries(
  dtypeNames.map((name) => [name, dtypes[name].bytes]),
) as Readonly<Record<DTypeName, number>>;

/** In which dtype arithmetic of this one is done: itself, unless engines only store it. */
export function computingDType(dtype: DTypeName): DTypeName {
  const row: DTypeRow = dtypes[dtype];
  return row.computedIn ?? dtype;
}

/** Whether engines compute with it, and not only store it. */
export function isComputed(dtype: DTypeName): boolean {
  return computingDType(dtype) === dtype;
}

/** Bits of the whole numbers that a dtype holds without a gap, its sign apart. */
export const wholeBits: Readonly<Record<DTypeName, number>> = {
  bool: 1,
  uint8: 8,
  int8: 7,
  int32: 31,
  int64: 63,
  bfloat16: 8,
  float16: 11,
  float32: 24,
  float64: 53,
};

/** Whether every element of `narrow` is one of `wide` too, so that a cast to it loses nothing. */
export function holds(wide: DTypeName, narrow: DTypeName): boolean {
  if (wide === narrow || narrow === "bool") return true;
  const from = dtypes[narrow].kind;
  const to = dtypes[wide].kind;
  if (from === "float") return to === "float" && dtypes[wide].bytes > dtypes[narrow].bytes;
  // An int8 may be -128 where a float has 8 bits, and below 0 where uint8 is not.
  return to !== "bool" && wholeBits[wide] >= wholeBits[narrow] && !(narrow === "int8" && wide === "uint8");
}

/** The greatest finite element of a floating dtype. */
export const greatestFinite = {
  float16: 65504,
  bfloat16: 2 ** 128 - 2 ** 120,
  float32: 2 ** 128 - 2 ** 104,
  float64: Number.MAX_VALUE,
} as const satisfies Partial<Record<DTypeName, number>>;

/** The least and the greatest element of an integer dtype, as JavaScript's numbers have them. */
export function wholeRange(dtype: DTypeName): readonly [number, number] {
  const { bytes }: DTypeRow = dtypes[dtype];
  if (dtype === "uint8") return [0, 255];
  if (dtype === "int64") return [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  return [-(2 ** (8 * bytes - 1)), 2 ** (8 * bytes - 1) - 1];
}
