/**
 * Grids of coordinates.
 */
import { Tensor } from "../tensor/core.js";
import { formatShape } from "../tensor/shape.js";
import { checkTensor } from "./operand.js";

export interface MeshgridOptions {
  /** "xy" exchanges the first two dims, as for images. Default "ij". */
  readonly indexing?: "ij" | "xy";
}

/**
 * For vectors of sizes m, n …, given as a list or one by one, as many tensors of shape [m, n, …], each repeating its vector along its own dim
 * (`torch.meshgrid`). A tensor of 0 dims counts as a vector of one element.
 */
export function meshgrid(vectors: readonly Tensor[], options?: MeshgridOptions): Tensor[];
export function meshgrid(...vectors: readonly Tensor[]): Tensor[];
export function meshgrid(...vectorsAndOptions: readonly [...Tensor[], MeshgridOptions]): Tensor[];
export function meshgrid(...args: readonly unknown[]): Tensor[] {
  const last = args[args.length - 1];
  const hasOptions = args.length > 0 && !(last instanceof Tensor) && !Array.isArray(last);
  const { indexing = "ij" } = (hasOptions ? (last ?? {}) : {}) as { indexing?: string };
  if (indexing !== "ij" && indexing !== "xy") {
    throw new TypeError(`meshgrid: indexing is "ij" or "xy", got ${JSON.stringify(indexing)}`);
  }
  const given = hasOptions ? args.slice(0, -1) : args;
  const vectors = (given.length === 1 && Array.isArray(given[0]) ? given[0] : given) as readonly Tensor[];
  vectors.forEach((v) => {
    checkTensor("meshgrid", v);
    if (v.ndim > 1) throw new Error(`meshgrid: expected vectors, got shape ${formatShape(v.shape)}`);
    if (v.dtype !== vectors[0]!.dtype)
      throw new TypeError(`meshgrid: expected vectors of one dtype, got ${vectors[0]!.dtype} and ${v.dtype}`);
  });
  const swaps = indexing === "xy" && vectors.length > 1;
  const shape = vectors.map((v) => v.numel());
  const grids = vectors.map((v, i) => v.reshape(shape.map((n, d) => (d === i ? n : 1))).expand(shape));
  return swaps ? grids.map((g) => g.transpose(0, 1)) : grids;
}
