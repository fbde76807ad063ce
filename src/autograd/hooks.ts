/**
 * What is asked of a tensor before a backward pass: hooks, to keep its gradient, or to forget its history.
 */
import { aliasOf, follow, stateOf } from "../tensor/alias.js";
import { operation, property } from "../tensor/operation.js";
import type { Shape } from "../tensor/shape-types.js";
import { addHook, checkHook, type RemovableHandle } from "./handle.js";
import { extrasOf } from "./record.js";

declare module "../tensor/core.js" {
  interface Tensor<S extends Shape = Shape> {
    /** Lets `backward()` leave a gradient in `grad` of this tensor too though it is not a leaf. */
    retainGrad(): this;
    /** Whether `retainGrad()` was called on this tensor, which is not a leaf (`torch.Tensor.retains_grad`). */
    readonly retainsGrad: boolean;
    /** Calls `hook` with this tensor's gradient during backward; what it returns takes the gradient's place. `handle.remove()` removes it. */
    registerHook(hook: (gradient: Tensor) => Tensor | null | undefined): RemovableHandle;
    /**
     * Calls `hook` with this leaf each time `backward()` has added to its `grad`: to use the gradient and let go of it at once
     * (`torch.Tensor.register_post_accumulate_grad_hook`). `handle.remove()` removes it.
     * @throws Error for a tensor that is no leaf or does not require grad
     */
    registerPostAccumulateGradHook(hook: (leaf: Tensor) => void): RemovableHandle;
    /**
     * Forgets how this tensor was computed: it becomes a leaf that does not require grad (`torch.Tensor.detach_`). What was computed from it
     * before keeps its gradient.
     * @throws Error for a view, whose history is that of its base: use detach()
     */
    detach_(): this;
  }
}

operation("retainGrad", (x) => {
  if (!x.requiresGrad) throw new Error("retainGrad: this tensor does not require grad");
  if (x._op !== null) {
    const extras = extrasOf(stateOf(x));
    extras.retainGrad = true;
    extras.owner = x;
  }
  return x;
});

property("retainsGrad", (x) => x._now()._op !== null && (stateOf(x)._extras?.retainGrad ?? false));

operation("registerHook", (x, hook) => {
  checkHook("registerHook", hook);
  if (!x.requiresGrad) throw new Error("registerHook: this tensor does not require grad");
  const extras = extrasOf(stateOf(x));
  return addHook((extras.hooks ??= []), hook);
});

operation("registerPostAccumulateGradHook", (x, hook) => {
  checkHook("registerPostAccumulateGradHook", hook);
  if (!x.requiresGrad) throw new Error("registerPostAccumulateGradHook: this tensor does not require grad");
  if (!x.isLeaf)
    throw new Error(
      "registerPostAccumulateGradHook: gradients are accumulated in leaves, and this tensor was computed from others; use registerHook",
    );
  const extras = extrasOf(stateOf(x));
  return addHook((extras.accumulated ??= []), hook);
});

operation("detach_", (x) => {
  const alias = aliasOf(x._now());
  if (alias.geometry !== null)
    throw new Error(
      "detach_: this tensor is a view, and its history is that of its base; use detach(), which gives another tensor",
    );
  if (x._op === null && !x._requiresGrad) return x;
  follow(x, alias, x._node, null);
  x._op = null;
  x._requiresGrad = false;
  x._extras = null;
  return x;
});
