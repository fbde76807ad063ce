/**
 * Fractional max pooling (Graham 2014): windows whose steps are drawn anew each time, a different number of elements long.
 */
import { Tensor } from "../tensor/core.js";
import { arange } from "../tensor/creation/range.js";
import { rand } from "../tensor/random.js";
import { formatShape, sizeOf } from "../tensor/shape.js";
import type { Checked, Ok, Shape } from "../tensor/shape-types.js";
import { type Given, takes } from "../tensor/signature.js";
import type { AdaptivePoolShape } from "./channel-types.js";
import { gatherAt } from "./indexing.js";
import { cat } from "./join.js";
import { checkNotEmpty, checkPoolable, type Pooled } from "./max-pool.js";
import { reshape } from "./movement.js";
import { batched, listOf, type Sizes, three } from "./windows.js";

/** Options of `fractionalMaxPool2d` and `fractionalMaxPool3d`. */
export interface FractionalMaxPoolOptions<O = Sizes, Indices = boolean> {
  /** Of the result; this or `outputRatio` is given. */
  outputSize?: O;
  /** Between 0 and 1: how large the result is beside the input. */
  outputRatio?: Sizes;
  /** Whether positions are wanted too; false if not given. */
  returnIndices?: Indices;
  /** [N, C, 2] or [N, C, 3], numbers in [0, 1); drawn if not given. */
  _randomSamples?: Tensor | null;
}

export type FractionalMaxPoolFunction<Dims extends 2 | 3> = <
  A extends Shape,
  const O extends Sizes = Sizes,
  const Indices extends boolean = false,
>(
  input: Checked<AdaptivePoolShape<A, `fractionalMaxPool${Dims}d`, Dims, O>, Tensor<A>>,
  kernelSize: Sizes,
  ...rest: Given<
    FractionalMaxPoolOptions<O, Indices>,
    [
      outputSize: "outputSize",
      outputRatio: "outputRatio",
      returnIndices: "returnIndices",
      _randomSamples: "_randomSamples",
    ]
  >
) => Pooled<Indices, Tensor<Ok<AdaptivePoolShape<A, `fractionalMaxPool${Dims}d`, Dims, O>>>>;

/** Where the windows of a dim begin, [planes, outputs], int32: the last one at the end, the others by the sample u of each plane [planes, 1]. */
function starts(u: Tensor, n: number, window: number, outputs: number): Tensor {
  const last = u.mul(0).add(n - window);
  if (outputs === 1) return last.to("int32");
  const alpha = (n - window) / (outputs - 1);
  const at = arange(outputs - 1, { dtype: u.dtype });
  const steps = at.add(u).mul(alpha).floor().sub(u.mul(alpha).floor());
  return cat([steps, last], 1).to("int32");
}

function fractionalMaxPool<Dims extends 2 | 3>(dims: Dims): FractionalMaxPoolFunction<Dims> {
  const name = `fractionalMaxPool${dims}d`;
  const compute = (
    input: Tensor,
    kernelSize: Sizes,
    options: FractionalMaxPoolOptions,
  ): Tensor | [Tensor, Tensor] => {
    const { outputRatio, _randomSamples, returnIndices = false } = options;
    const from = batched(name, input, dims);
    checkPoolable(name, input);
    checkNotEmpty(name, from);
    const window = listOf(name, "kernelSize", kernelSize, dims, 1);
    if ((options.outputSize === undefined) === (outputRatio === undefined))
      throw new RangeError(`${name}: expected either outputSize or outputRatio`);
    const ratios = typeof outputRatio === "number" ? window.map(() => outputRatio) : outputRatio;
    if (ratios?.some((ratio) => !(ratio > 0 && ratio < 1)))
      throw new RangeError(`${name}: outputRatio must lie between 0 and 1, got ${formatShape(ratios)}`);
    const size = listOf(
      name,
      "outputSize",
      options.outputSize ?? from.space.map((n, d) => Math.floor(n * ratios![d]!)),
      dims,
      1,
    );
    from.space.forEach((n, d) => {
      if (size[d]! + window[d]! - 1 > n)
        throw new RangeError(
          `${name}: windows of ${formatShape(window)} cannot give ${formatShape(size)} of ${formatShape(from.space)}`,
        );
    });
    const [n, c] = from.x.shape as [number, number];
    const planes = n * c;
    const samples = _randomSamples ?? rand([n, c, dims], { dtype: "float32" });
    if (samples.numel() !== planes * dims || samples.shape.at(-1) !== dims)
      throw new Error(
        `${name}: expected _randomSamples [${n}, ${c}, ${dims}], got ${formatShape(samples.shape)}`,
      );
    const drawn = reshape(samples.detach(), [planes, dims]);
    // In two dims the first sample is that of the width.
    const sampleOf = (d: number): number => (dims === 2 ? 1 - d : d);
    let at: Tensor | null = null;
    for (let d = 0; d < dims; d++) {
      const u = drawn.narrow(1, sampleOf(d), 1);
      const first = starts(u, from.space[d]!, window[d]!, size[d]!);
      const elements = first.unsqueeze(2).add(arange(window[d]!, { dtype: "int32" }));
      // [planes, …outputs, …windows]: each dim adds one to both.
      const shape = [planes, ...new Array<number>(2 * dims).fill(1)];
      shape[1 + d] = size[d]!;
      shape[1 + dims + d] = window[d]!;
      const own = reshape(elements, shape);
      at = at === null ? own : at.mul(from.space[d]!).add(own);
    }
    const points = [planes, sizeOf(size) * sizeOf(window)];
    const flat = reshape(from.x, [planes, sizeOf(from.space)]);
    const positions = at!.reshape(points);
    const perWindow = [planes, sizeOf(size), sizeOf(window)];
    const best = reshape(gatherAt(flat, 1, positions), perWindow).max(2);
    const result = (y: Tensor): Tensor => from.unbatched(reshape(y, [n, c, ...three(size, 1)]));
    if (!returnIndices) return result(best.values);
    const chosen = reshape(positions, perWindow).gather(2, best.indices.unsqueeze(2));
    return [result(best.values), result(chosen)];
  };
  return takes(
    name,
    "input, kernelSize | outputSize, outputRatio, returnIndices, _randomSamples",
    compute as never,
  ) as unknown as FractionalMaxPoolFunction<Dims>;
}

/** The greatest element of each window of [N, C, H, W] or [C, H, W], the steps between windows drawn (`torch.nn.functional.fractional_max_pool2d`). */
export const fractionalMaxPool2d = fractionalMaxPool(2);
/** The greatest element of each window of [N, C, D, H, W] or [C, D, H, W], the steps between windows drawn (`torch.nn.functional.fractional_max_pool3d`). */
export const fractionalMaxPool3d = fractionalMaxPool(3);
