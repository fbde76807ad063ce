/**
 * Gradient checkpointing: memory for time. What a function computes on its way is not kept for the backward pass but computed again by it.
 */
import { Flag } from "../graph/record/node.js";
import { scalar } from "../graph/record/build.js";
import { evaluate } from "../graph/run/evaluate.js";
import { restoring } from "../interrupts.js";
import { alias } from "../ops/copy.js";
import { referredTo } from "../tensor/alias.js";
import { Tensor } from "../tensor/core.js";
import { getRandomState, type RandomState, setRandomState } from "../tensor/generator.js";
import { formatShape } from "../tensor/shape.js";
import { differentiate } from "./differentiate.js";
import { enclose, type Enclosed, leafFor } from "./enclose.js";
import { isGradEnabled, withGradMode } from "./mode.js";
import { recordJointly } from "./record-jointly.js";

/** Options of `checkpoint`, as its last argument. */
export interface CheckpointOptions {
  /** Draw the same random numbers (dropout) when it is computed again. Default true. */
  preserveRngState?: boolean;
  /** Which of PyTorch's two ways: the results are the same, and here there is one. */
  useReentrant?: boolean | null;
  /** "default" compares the shapes and dtypes of what is computed again, "none" does not. */
  determinismCheck?: "default" | "none";
}

const optionNames = new Set(["preserveRngState", "useReentrant", "determinismCheck"]);

function isOptions(x: unknown): x is CheckpointOptions {
  if (typeof x !== "object" || x === null || Object.getPrototypeOf(x) !== Object.prototype) return false;
  const names = Object.keys(x);
  return names.length > 0 && names.every((name) => optionNames.has(name));
}

type Results = Tensor | readonly Tensor[];
type Checkpointed = (...inputs: unknown[]) => Results;

/** A call of the function, and the graph that it has recorded. */
interface Run {
  readonly value: Results;
  readonly results: readonly Tensor[];
  readonly enclosed: Enclosed;
  /** What the function was called with. */
  readonly inputs: readonly Tensor[];
}

function tensorsOf(list: readonly unknown[]): Tensor[] {
  return list.filter((x) => x instanceof Tensor);
}

/**
 * Calls the function on these states of its arguments and cuts its graph out. What is to be differentiated again refers to what is outside by
 * another handle on it, everything else by leaves.
 */
function run(fn: Checkpointed, states: readonly unknown[], createGraph: boolean): Run {
  const standInFor = createGraph ? alias : leafFor;
  const args = states.map((x) => (x instanceof Tensor ? standInFor(x) : x));
  const inputs = tensorsOf(args);
  const start = scalar(0, "float32").serial;
  const value = fn(...args);
  const results = value instanceof Tensor ? [value] : value;
  for (const y of results)
    if (!(y instanceof Tensor))
      throw new TypeError(
        `checkpoint: expected a function that gives a tensor or a list of tensors, got ${typeof y}`,
      );
  const isInside = (t: Tensor): boolean => t._op !== null && t._node.serial > start;
  return { value, results, enclosed: enclose(results, new Set(inputs), isInside, standInFor), inputs };
}

/** What is computed on the way need not be kept for the backward pass. */
function forget({ enclosed }: Run): void {
  for (const t of enclosed.inside) t._node.flags &= ~Flag.saved;
}

/** As `run`, with the random numbers that came then. */
function runAgain(
  fn: Checkpointed,
  states: readonly unknown[],
  rng: RandomState | null,
  createGraph: boolean,
): Run {
  const compute = (): Run => withGradMode(true, () => run(fn, states, createGraph));
  if (rng === null) return compute();
  const now = getRandomState();
  return restoring(
    () => setRandomState(now),
    () => {
      setRandomState(rng);
      return compute();
    },
  );
}

function describe(results: readonly Tensor[]): string {
  return results.map((y) => `${y.dtype} ${formatShape(y.shape)}`).join(", ");
}

/**
 * Calls `fn` with the inputs, without keeping what it computes on its way: the backward pass calls it again
 * (`torch.utils.checkpoint.checkpoint`). A model of n layers in √n checkpoints keeps the activations of about 2√n layers instead of n, for one
 * more forward pass. Dropout draws the same numbers again. Options, such as `{ preserveRngState: false }`, come last.
 *
 * The results are computed at once, and in the backward pass the gradients, so that memory falls.
 * @throws Error in the backward pass when `fn` gives results of other shapes than before
 */
export function checkpoint<A extends readonly unknown[], R extends Results>(
  fn: (...inputs: A) => R,
  ...inputs: A | [...A, CheckpointOptions]
): R;
export function checkpoint(fn: Checkpointed, ...given: unknown[]): Results {
  const last = given.at(-1);
  const options = isOptions(last) ? last : {};
  const args = isOptions(last) ? given.slice(0, -1) : given;
  if (!isGradEnabled()) return fn(...args);
  const rng = options.preserveRngState === false ? null : getRandomState();
  // The arguments as they are now, whatever is changed in place later.
  const states = args.map((x) => (x instanceof Tensor ? referredTo(x) : x));
  const first = run(fn, states, false);
  if (!first.results.some((y) => y._requiresGrad)) return first.value;
  const { captured } = first.enclosed;
  const nodes = first.results.map((y) => y.node);
  const before = describe(first.results);
  const isRequired = first.results.map((y) => y._requiresGrad);
  forget(first);
  evaluate(nodes);
  const shown = recordJointly(
    "CheckpointBackward",
    nodes,
    [...tensorsOf(states), ...captured],
    (gradients) => {
      const createGraph = isGradEnabled();
      const again = runAgain(fn, states, rng, createGraph);
      const { enclosed, results } = again;
      if (options.determinismCheck !== "none" && describe(results) !== before)
        throw new Error(
          `checkpoint: computed again for the backward pass, the function gave ${describe(results)} instead of ${before}; ` +
            "it has to do the same each time it is called",
        );
      if (enclosed.captured.length !== captured.length)
        throw new Error(
          `checkpoint: computed again for the backward pass, the function read ${enclosed.captured.length} tensors that require grad ` +
            `instead of ${captured.length}; it has to do the same each time it is called`,
        );
      const roots = enclosed.outputs.flatMap((root, i) =>
        gradients[i] && root._requiresGrad ? [{ root, seed: gradients[i] }] : [],
      );
      const found = differentiate(
        roots.map(({ root }) => root),
        roots.map(({ seed }) => seed),
        [...again.inputs, ...enclosed.standIns],
        { createGraph },
      );
      if (!createGraph) {
        forget(again);
        evaluate(found.flatMap((g) => (g === null ? [] : [g.node])));
      }
      return found;
    },
  );
  const wrapped = nodes.map((node, i) => (isRequired[i] ? shown[i]! : new Tensor(node)));
  return first.value instanceof Tensor ? wrapped[0]! : wrapped;
}

/**
 * Calls the functions or modules one after the other, in `segments` checkpoints of about as many each; the last is not recomputed
 * (`torch.utils.checkpoint.checkpoint_sequential`).
 * @throws RangeError when there are fewer functions than segments
 */
export function checkpointSequential(
  functions: Iterable<((x: Tensor) => Tensor) | { forward(x: Tensor): Tensor }>,
  segments: number,
  input: Tensor,
  options: CheckpointOptions = {},
): Tensor {
  const list = [...functions].map((f) => (typeof f === "function" ? f : (x: Tensor) => f.forward(x)));
  if (!Number.isInteger(segments) || segments < 1 || segments > list.length)
    throw new RangeError(
      `checkpointSequential: expected from 1 to ${list.length} segments, one function each at least, got ${segments}`,
    );
  const size = Math.floor(list.length / segments);
  const through =
    (from: number, to: number) =>
    (x: Tensor): Tensor =>
      list.slice(from, to).reduce((y, f) => f(y), x);
  let y = input;
  for (let k = 0; k < segments - 1; k++)
    y = checkpoint(through(k * size, (k + 1) * size), y, { preserveRngState: true, ...options });
  return through((segments - 1) * size, list.length)(y);
}
