/**
 * The iteration space of a finished kernel: as few dimensions as its views allow, because engines run long inner loops best.
 */
import type { Place, View } from "../../engine/program.js";
import type { Flat } from "./coordinates.js";
import type { DTypeName } from "../../primitives/dtypes.js";

/** Some columns of a group's coordinates, merged: `columns[i]` is the innermost of those that make up dimension i. */
export class Space {
  constructor(
    readonly dims: readonly number[],
    readonly columns: readonly number[],
  ) {}

  strides(flat: Flat): number[] {
    return this.columns.map((column) => flat.strides[column] ?? 0);
  }

  view(place: Place, flat: Flat, dtype: DTypeName, bytes: number): View {
    return {
      external: place.external,
      offset: place.offset + flat.offset * bytes,
      dtype,
      strides: this.strides(flat),
    };
  }

  /** This space outside, `inner` inside. */
  around(inner: Space): Space {
    return new Space([...this.dims, ...inner.dims], [...this.columns, ...inner.columns]);
  }
}

/**
 * The space of `dims`, which are the columns from `first` on. Size 1 disappears, and neighbours merge where every view goes
 * through both with one stride.
 */
export function mergedSpace(dims: readonly number[], first: number, views: readonly Flat[]): Space {
  const sizes: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < dims.length; i++) {
    const size = dims[i]!;
    const column = first + i;
    if (size === 1) continue;
    const outer = columns.at(-1);
    if (
      outer !== undefined &&
      views.every((view) => (view.strides[outer] ?? 0) === (view.strides[column] ?? 0) * size)
    ) {
      sizes[sizes.length - 1]! *= size;
      columns[columns.length - 1] = column;
    } else {
      sizes.push(size);
      columns.push(column);
    }
  }
  return new Space(sizes, columns);
}
