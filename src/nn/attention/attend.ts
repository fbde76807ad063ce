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
  // Heads beside one another, as layers have them and as the kernel takes them: [..., H, L, E] → [N, L, H, E].
  const apart = heads.length < 2 ? 1 : heads.at(-1)!;
  const examples = heads.reduce((product, n) => product * n, 1) / apart;
  const beside = (x: Tensor): Tensor => x.reshape([examples, apart, x.size(-2), x.size(-1)]).transpose(1, 2);
  const inputs = [query, key, value].map(beside);
  const numbers = scalar(scale, "float64");
  const causal = isCausal ? 1 : 0;
  const forward = call("attention", [...inputs.map(({ node }) => node), numbers], [causal]);
  const y = pick(forward, 0);
  const shape = [...query.shape.slice(0, -1), value.size(-1)];
  const asGiven = (output: Tensor): Tensor => output.transpose(1, 2).reshape(shape);
  if (!isRecorded(inputs)) return asGiven(new Tensor(y));
  const logs = pick(forward, 1);
  for (const node of [y, logs]) markSaved(node);
  const backward = (now: readonly Tensor[], [g]: readonly Tensor["node"][]): readonly Tensor[] => {
    const operands = [g!, ...now.map(({ node }) => node), y, logs, numbers];
    const back = call("attentionBackward", operands, [causal]);
    return [0, 1, 2].map((i) => new Tensor(pick(back, i)));
  };
  const again = (now: readonly Tensor[]): Tensor => {
    const [q, k, v] = now.map((x) => x.transpose(1, 2));
    return composed(q!, k!, v!).transpose(1, 2);
  };
  const name = "ScaledDotProductFlashAttentionForCpuBackward0";
  const [output] = recordWhole(name, [y], inputs, backward, (now) => [again(now)]);
  return asGiven(output!);
}
