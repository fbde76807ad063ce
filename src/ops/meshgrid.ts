/**
 * Grids of coordinates.
 */
import type { Tensor } from "../tensor/core.js";
import { formatShape } from "../tensor/shape.js";
import { checkTensor } from "./operand.js";

/**
 * For vectors of sizes m, n …, as many tensors of shape [m, n, …], each repeating its vector along its own dim (`torch.meshgrid`).
 * `indexing: "xy"` exchanges the first two dims, as for images.
 */
export function meshgrid(vectors: readonly Tensor[], options: { indexing?: "ij" | "xy" } = {}): Tensor[] {
  const { indexing = "ij" } = options;
  if (indexing !== "ij" && indexing !== "xy") {
    throw new TypeError(`meshgrid: indexing is "ij" or "xy", got ${JSON.stringify(indexing)}`);
  }
  vectors.forEach((v) => {
    checkTensor("meshgrid", v);
    if (v.ndim !== 1) throw new Error(`meshgrid: expected vectors, got shape ${formatShape(v.shape)}`);
  });
  const shape = vectors.map((v) => v.numel());
  const grids = vectors.map((v, i) => v.reshape(shape.map((n, d) => (d === i ? n : 1))).expand(shape));
  return indexing === "xy" && vectors.length > 1 ? grids.map((g) => g.transpose(0, 1)) : grids;
}
