/** What goes from level to level of a recurrent layer. */
import { cat } from "../../ops/join.js";
import { Tensor } from "../../tensor/core.js";

/** Entries of all times, [T, B, ...], or those of each time where the batch shrinks. */
export type Sequences = Tensor | readonly Tensor[];

/** All entries as one tensor. */
export function joined(sequences: Sequences): Tensor {
  return sequences instanceof Tensor ? sequences : cat([...sequences]);
}

/** The outputs of one or two directions. */
export function beside([one, other]: readonly Sequences[]): Sequences {
  if (other === undefined) return one!;
  if (one instanceof Tensor) return cat([one, other as Tensor], -1);
  return one!.map((y, t) => cat([y, (other as readonly Tensor[])[t]!], -1));
}
