/** Attention by the kernel (src/primitives/attention.ts), whose memory grows with the sequences' lengths, not with their product. */
import { isRecorded, recordWhole } from "../../autograd/record-whole.js";
import { call, pick, scalar } from "../../graph/record/build.js";
import { markSaved } from "../../graph/run/evaluate.js";
import { Tensor } from "../../tensor/core.js";
import { sameShape } from "../../tensor/shape.js";
import { areTaken } from "../kernel-operands.js";

/**
 * softmax(Q Kᵀ scale) V where the kernel takes these, null otherwise: where dims in front are broadcast, say.
 * @param composed the same made of operations, whose gradients are those that are recorded themselves
 */
export function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  scale: number,
  isCausal: boolean,
  composed: (query: Tensor, key: Tensor, value: Tensor) => Tensor,
): Tensor | null {
  const heads = query.shape.slice(0, -2);
  const isAlike = [key, value].every((x) => sameShape(x.shape.slice(0, -2), heads));
  if (!isAlike || !areTaken(query, key, value) || key.numel() === 0 || value.numel() === 0) return null;
  const entries = heads.reduce((product, n) => product * n, 1);
  const inputs = [query, key, value].map((x) => x.reshape([entries, x.size(-2), x.size(-1)]));
  const numbers = scalar(scale, "float64");
  const causal = isCausal ? 1 : 0;
  const forward = call("attention", [...inputs.map(({ node }) => node), numbers], [causal]);
  const y = pick(forward, 0);
  const shape = [...query.shape.slice(0, -1), value.size(-1)];
  if (!isRecorded(inputs)) return new Tensor(y).reshape(shape);
  const logs = pick(forward, 1);
  for (const node of [y, logs]) markSaved(node);
  const backward = (now: readonly Tensor[], [g]: readonly Tensor["node"][]): readonly Tensor[] => {
    const operands = [g!, ...now.map(({ node }) => node), y, logs, numbers];
    const back = call("attentionBackward", operands, [causal]);
    return [0, 1, 2].map((i) => new Tensor(pick(back, i)));
  };
  const name = "ScaledDotProductFlashAttentionForCpuBackward0";
  const [output] = recordWhole(name, [y], inputs, backward, ([q, k, v]) => [composed(q!, k!, v!)]);
  return output!.reshape(shape);
}
