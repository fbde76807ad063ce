/** Attention as a function of queries, keys and values. */
import { dropout } from "../dropout.js";
import type { Tensor } from "../../tensor/core.js";
import { ones } from "../../tensor/creation/constant.js";
import { formatShape } from "../../tensor/shape.js";
import type { Checked, Ok, Shape } from "../../tensor/shape-types.js";
import { type Given, optionsOf } from "../../tensor/signature.js";
import { checkTensor } from "../../ops/operand.js";
import { where } from "../../ops/select.js";
import type { FlagOrDefault } from "../../ops/windows.js";
import { attend } from "./attend.js";
import type { Attended } from "./attention-types.js";

/** Options of `scaledDotProductAttention`. */
export interface AttentionOptions<Gqa = boolean> {
  /** Bool, true where a key may be attended to; or numbers that are added to the scores. Broadcast to [..., L, S]. */
  attnMask?: Tensor | null;
  /** Probability with which a weight is dropped; 0 if not given. */
  dropoutP?: number;
  /** Whether query i sees keys 0 to i only; false if not given. */
  isCausal?: boolean;
  /** Factor of the scores; 1/√E if not given. */
  scale?: number | null;
  /** Whether keys and values have fewer heads, each used by several heads of the queries; false if not given. */
  enableGqa?: Gqa;
}

/**
 * softmax(Q Kᵀ scale + mask) V for queries [..., L, E], keys [..., S, E] and values [..., S, Ev] → [..., L, Ev]; a query that may attend to nothing gives
 * zeros. PyTorch's torch.nn.functional.scaled_dot_product_attention (Vaswani et al. 2017).
 * @throws Error for shapes that do not belong together, and where both `attnMask` and `isCausal` are given
 */
export function scaledDotProductAttention<
  Q extends Shape,
  K extends Shape,
  V extends Shape,
  const Gqa extends FlagOrDefault = FlagOrDefault,
>(
  query: Tensor<Q>,
  key: Tensor<K>,
  value: Checked<Attended<Q, K, V, Gqa>, Tensor<V>>,
  ...rest: Given<AttentionOptions<Gqa>, [attnMask: "attnMask", dropoutP: "dropoutP", isCausal: "isCausal"]>
): Tensor<Ok<Attended<Q, K, V, Gqa>>>;
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  ...rest: Given<AttentionOptions, [attnMask: "attnMask", dropoutP: "dropoutP", isCausal: "isCausal"]>
): Tensor {
  const name = "scaledDotProductAttention";
  checkTensor(name, query);
  checkTensor(`${name} (key)`, key);
  checkTensor(`${name} (value)`, value);
  const order = "attnMask, dropoutP, isCausal, *, scale, enableGqa";
  const options = optionsOf<AttentionOptions>(name, order, rest);
  const { attnMask = null, dropoutP = 0, isCausal = false, enableGqa = false } = options;
  if (query.ndim < 2 || key.ndim < 2 || value.ndim < 2)
    throw new Error(
      `${name}: expected [..., L, E], [..., S, E] and [..., S, Ev], got ${formatShape(query.shape)}, ${formatShape(key.shape)} and ${formatShape(value.shape)}`,
    );
  if (query.size(-1) !== key.size(-1))
    throw new Error(
      `${name}: queries ${formatShape(query.shape)} and keys ${formatShape(key.shape)} must have the same last size`,
    );
  if (key.size(-2) !== value.size(-2))
    throw new Error(
      `${name}: keys ${formatShape(key.shape)} and values ${formatShape(value.shape)} must be as many, their last size but one`,
    );
  if (isCausal && attnMask !== null) throw new Error(`${name}: give either attnMask or isCausal, not both`);
  if (enableGqa) [key, value] = [groups(name, query, key), groups(name, query, value)];
  const scale = options.scale ?? 1 / Math.sqrt(query.size(-1));
  const composed = (q: Tensor, k: Tensor, v: Tensor): Tensor => {
    const mask = isCausal ? causal(q.size(-2), k.size(-2)) : attnMask;
    const weights = attentionWeights(q, k, scale, mask, !isCausal);
    return dropout(weights, { p: dropoutP, training: dropoutP > 0 }).matmul(v);
  };
  const isWhole = attnMask === null && dropoutP === 0;
  const attended = isWhole ? attend(query, key, value, scale, isCausal, composed) : null;
  return attended ?? composed(query, key, value);
}

/** Each head of keys or values as often as queries use it. */
function groups(name: string, query: Tensor, of: Tensor): Tensor {
  const [heads, own] = [query.size(-3), of.size(-3)];
  if (heads % own !== 0)
    throw new Error(`${name}: ${heads} heads of queries cannot share ${own} heads of keys and values evenly`);
  return heads === own ? of : of.repeatInterleave(heads / own, of.ndim - 3);
}

/** True where query i, a row, may see key j. */
function causal(queries: number, keys: number): Tensor {
  return ones([queries, keys], { dtype: "bool" }).tril();
}

/**
 * softmax(Q Kᵀ scale + mask), and 0 for a query that may attend to nothing.
 * @param mask bool, true where a key may be attended to, or numbers
 * @param mayHideAll whether there may be such a query: not where each sees the first key
 */
export function attentionWeights(
  query: Tensor,
  key: Tensor,
  scale: number,
  mask: Tensor | null,
  mayHideAll = true,
): Tensor {
  // The scale goes to the smaller factor.
  const scores = query.mul(scale).matmul(key.transpose(-2, -1));
  if (mask === null) return scores.softmax(-1);
  const masked = mask.dtype === "bool" ? where(mask, scores, -Infinity) : scores.add(mask);
  if (!mayHideAll) return masked.softmax(-1);
  const none = masked.amax(-1, { keepdim: true }).eq(-Infinity);
  return where(none, 0, masked.softmax(-1));
}
