/**
 * Recording an operation that has several results and gets all their gradients at once: custom functions, checkpoints, mapped functions.
 */
import { scalar } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { cast } from "../ops/cast.js";
import { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { recordList } from "./record.js";
import { currentPass } from "./wanted.js";

/** Of the gradients of all results (null where there is none) those of the inputs, in their order. */
export type JointGradient = (gradients: readonly (Tensor | null)[]) => readonly (Tensor | null)[];

/**
 * The tensors for `nodes`, which were computed from `inputs`. The results hand their gradients to one step that stands for the operation and is
 * reached after all of them.
 */
export function recordJointly(
  name: string,
  nodes: readonly Node[],
  inputs: readonly Tensor[],
  gradient: JointGradient,
): Tensor[] {
  /** By the number of a pass what the results have handed over in it so far. */
  const gathered = new Map<number, (Tensor | null)[]>();
  const whole: Op<JointGradient> = {
    name,
    saves: true,
    gradient(y) {
      const gradients = gathered.get(currentPass());
      gathered.delete(currentPass());
      return y._attributes(nodes.map((_, i) => gradients?.[i] ?? null));
    },
  };
  const step = recordList(whole, scalar(0, "float32"), inputs, gradient);
  if (step._op === null) return nodes.map((node) => new Tensor(node));
  return nodes.map((node, i) => {
    const part: Op = {
      name,
      saves: false,
      gradient(y, g) {
        const pass = currentPass();
        let gradients = gathered.get(pass);
        if (gradients === undefined) gathered.set(pass, (gradients = []));
        gradients[i] = cast(g, y._node.dtype);
        return [new Tensor(scalar(0, "float32"))];
      },
    };
    return recordList(part, node, [step]);
  });
}
