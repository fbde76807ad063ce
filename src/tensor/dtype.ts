/**
 * Element types: how they mix (PyTorch's promotion rules) and which numbers they hold.
 */
import { type DTypeName, dtypeNames, dtypes, type greatestFinite, wholeRange } from "../primitives/dtypes.js";

/** Name of an element type, such as "float32". */
export type DType = DTypeName;
export function isDType(name: unknown): name is DType {
  return typeof name === "string" && Object.hasOwn(dtypes, name);
}

/** The dtypes there are, for messages: "float32, float64, … and bfloat16". */
export const dtypeList = `${dtypeNames.slice(0, -1).join(", ")} and ${dtypeNames.at(-1)}`;

/** Dtypes of fractions. */
export type FloatDType = keyof typeof greatestFinite;

export function isFloating(dtype: DType): dtype is FloatDType {
  return dtypes[dtype].kind === "float";
}

export function isInteger(dtype: DType): boolean {
  return dtypes[dtype].kind === "int";
}

/** Kinds of numbers without their width, the wider ones later. */
const kindOrder = { bool: 0, int: 1, float: 2 } as const;

/** Whether a tensor of dtype `to` may take values of `from` in place: not where that would drop fractions, or make truths of numbers. */
export function mayTake(to: DType, from: DType): boolean {
  return kindOrder[dtypes[to].kind] >= kindOrder[dtypes[from].kind];
}

/** Of one kind, the wider later. Neither of two of one rank holds the other: the next rank holds both. */
const widths: Readonly<Record<DType, number>> = {
  bool: 0,
  uint8: 0,
  int8: 0,
  int32: 1,
  int64: 2,
  float16: 0,
  bfloat16: 0,
  float32: 1,
  float64: 2,
};

/** The wider of two dtypes. PyTorch brings uint8 and int8 to int16, which is not there: they meet in int32. */
function wider(a: DType, b: DType): DType {
  const difference = kindOrder[dtypes[a].kind] - kindOrder[dtypes[b].kind];
  if (difference !== 0) return difference > 0 ? a : b;
  if (widths[a] === widths[b]) return isFloating(a) ? "float32" : "int32";
  return widths[a] > widths[b] ? a : b;
}

/**
 * The type that two tensors are brought to: the wider one, except that a 0-dimensional tensor counts only where it is of a
 * higher kind (boolean < integer < floating), as in PyTorch.
 */
export function promote(a: DType, aRank: number, b: DType, bRank: number): DType {
  if (a === b) return a;
  const difference = kindOrder[dtypes[a].kind] - kindOrder[dtypes[b].kind];
  if (aRank !== 0 && bRank === 0 && difference >= 0) return a;
  if (bRank !== 0 && aRank === 0 && difference <= 0) return b;
  return wider(a, b);
}

let standard: "float32" | "float64" = "float32";

/** The dtype of numbers where none is asked for: float32 unless `setDefaultDtype` says otherwise (`torch.get_default_dtype`). */
export function getDefaultDtype(): "float32" | "float64" {
  return standard;
}

/** Sets the dtype of numbers where none is asked for, and of what integers become beside fractions (`torch.set_default_dtype`). */
export function setDefaultDtype(dtype: "float32" | "float64"): void {
  if (dtype !== "float32" && dtype !== "float64")
    throw new TypeError(`setDefaultDtype: expected "float32" or "float64", got ${JSON.stringify(dtype)}`);
  standard = dtype;
}

const isInt32 = (value: number): boolean => (value | 0) === value;

/**
 * The type of `tensor op number`: numbers are weak, so they change only the kind, never the width. A whole number beyond int32 counts as
 * a floating one beside narrower tensors than int64, which `3e9` is in PyTorch too.
 */
export function promoteWithNumber(dtype: DType, value: number | boolean): DType {
  if (typeof value === "boolean" || isFloating(dtype)) return dtype;
  if (dtype === "int64" && Number.isSafeInteger(value)) return dtype;
  if (!isInt32(value)) return standard;
  return dtype === "bool" ? "int32" : dtype;
}

/** @throws RangeError for a number that an element of the dtype cannot be, not even rounded toward zero. */
export function checkNumber(name: string, value: number, dtype: DType): void {
  if (dtypes[dtype].kind !== "int") return;
  const [least, greatest] = wholeRange(dtype);
  const whole = Math.trunc(value);
  if (whole >= least && whole <= greatest) return;
  const advice =
    dtype === "int64"
      ? "write a bigint, such as 2n ** 60n, or use float64"
      : "use a wider dtype, such as int64";
  throw new RangeError(`${name}: ${value} does not fit into ${dtype} (${least} … ${greatest}); ${advice}`);
}
