/**
 * Element types, one row each. Types, numbering and C++ are made from the rows; the order is the numbering.
 */
export interface DTypeRow {
  /** Bytes per element. */
  readonly bytes: 1 | 2 | 4 | 8;
  readonly kind: "float" | "int" | "bool";
  /** The type in C++. */
  readonly cpp: string;
}

export const dtypes = {
  float32: { bytes: 4, kind: "float", cpp: "float" },
  float64: { bytes: 8, kind: "float", cpp: "double" },
  int32: { bytes: 4, kind: "int", cpp: "int32_t" },
  /** 0 or 1. */
  bool: { bytes: 1, kind: "bool", cpp: "uint8_t" },
} as const satisfies Readonly<Record<string, DTypeRow>>;

export type DTypeName = keyof typeof dtypes;
export type DTypeKind = DTypeRow["kind"];

export const dtypeNames = Object.keys(dtypes) as readonly DTypeName[];

export const dtypeBytes = Object.fromEntries(
  dtypeNames.map((name) => [name, dtypes[name].bytes]),
) as Readonly<Record<DTypeName, number>>;
