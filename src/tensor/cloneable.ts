/**
 * Tensors on their way to another thread or into a database: structuredClone and postMessage carry plain objects and typed arrays, but of an
 * object of a class neither the class nor what it holds of an engine. So a tensor gives a plain object, of which `tensor` makes it again.
 */
import { isDType } from "./dtype.js";
import type { Cloneable } from "./nested-types.js";
import { operation } from "./operation.js";
import { readElements } from "./reading.js";
import { sizeOf } from "./shape.js";
import type { Shape } from "./shape-types.js";

declare module "./core.js" {
  interface Tensor<S extends Shape = Shape> {
    /**
     * The tensor as a plain object, of which `tensor(object)` makes it again: `worker.postMessage(x.toCloneable())`. A tensor
     * itself is refused there. How it was computed stays behind, as with `detach()`.
     */
    toCloneable(): Cloneable;
  }
}

operation("toCloneable", (x) => ({
  dtype: x.dtype,
  shape: x.shape.slice(),
  data: readElements(x, "toCloneable").slice(),
  requiresGrad: x.requiresGrad,
}));

/** Whether `value` is what `toCloneable` gives, or a clone of it. @internal */
export function isCloneable(value: unknown): value is Cloneable {
  return (
    typeof value === "object" && value !== null && "dtype" in value && "shape" in value && "data" in value
  );
}

/** @throws TypeError for an object whose parts do not fit each other. @internal */
export function checkCloneable({ dtype, shape, data }: Cloneable): void {
  if (!isDType(dtype)) throw new TypeError(`tensor: ${JSON.stringify(dtype)} is no dtype`);
  if (
    !Array.isArray(shape) ||
    !(shape as unknown[]).every((n) => Number.isSafeInteger(n) && (n as number) >= 0)
  )
    throw new TypeError(`tensor: expected shape as a list of sizes, got ${JSON.stringify(shape)}`);
  if (!ArrayBuffer.isView(data) || data instanceof DataView || data.length !== sizeOf(shape))
    throw new TypeError(
      `tensor: expected data as a typed array of ${sizeOf(shape)} elements, got ${ArrayBuffer.isView(data) ? `${data.length}` : typeof data}`,
    );
  if (data instanceof BigInt64Array !== (dtype === "int64"))
    throw new TypeError(`tensor: expected a BigInt64Array for int64 and for nothing else, got ${dtype}`);
}
