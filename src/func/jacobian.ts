/** Matrices of derivatives: jacrev, jacfwd, hessian. PyTorch's torch.func. */
import { isGradEnabled } from "../autograd/mode.js";
import type { Randomness } from "../graph/record/mapping.js";
import { reshape } from "../ops/movement.js";
import { zerosOf } from "../ops/region.js";
import { eye } from "../tensor/creation/constant.js";
import type { Tensor } from "../tensor/core.js";
import { reader } from "../tensor/signature.js";
import { argumentNumbers, call, likeArguments, pullBack, shown } from "./derive.js";
import { type DeriveOptions, outputsOf, pushForward, withoutAux } from "./grad.js";
import type { PlainArguments } from "./tree.js";
import { vmap } from "./vmap.js";

type Function_ = (...args: unknown[]) => unknown;

/** Options of `jacrev`. */
export interface JacrevOptions extends DeriveOptions {
  /** How many rows at most are computed together. All if not given. */
  chunkSize?: number | null;
}

/** Options of `jacfwd`. */
export interface JacfwdOptions extends DeriveOptions {
  /** As for `vmap`. */
  randomness?: Randomness;
}

const readJacrev = reader("func.jacrev", "fn | argnums, hasAux, *, chunkSize");
const readJacfwd = reader("func.jacfwd", "fn | argnums, hasAux, *, randomness");

/** For each element of `y` a tensor of its shape that is 1 there and 0 elsewhere: [numel, ...shape]. */
export function unitsOf(y: Tensor): Tensor {
  const n = y.numel();
  return reshape(eye(n, { dtype: y.dtype }), [n, ...y.shape]);
}

/**
 * The function that gives the Jacobian of `fn` with respect to its first argument or those of `argnums`, row by row: one vector-Jacobian product
 * for each element of the value, all at once (`torch.func.jacrev`). For a value of shape S and an argument of shape T its shape is [...S, ...T].
 * Of a structure of results it is a structure of Jacobians; with `hasAux` `[jacobian, aux]`.
 */
export function jacrev<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
): (...args: PlainArguments<A>) => Tensor;
export function jacrev<A extends readonly unknown[], J = Tensor>(
  fn: (...args: A) => unknown,
  argnums?: number | readonly number[] | JacrevOptions,
  hasAux?: boolean | JacrevOptions,
  options?: JacrevOptions,
): (...args: PlainArguments<A>) => J;
export function jacrev(...given: unknown[]): (...args: unknown[]) => unknown {
  const [fn, options = {}] = readJacrev(given) as [Function_, JacrevOptions?];
  const { argnums = 0, hasAux = false, chunkSize = null } = options;
  return (...args) => {
    const made = call("func.jacrev", fn, args, argumentNumbers("func.jacrev", argnums, args.length));
    const { value, aux } = withoutAux("func.jacrev", made.value, hasAux);
    const { outputs, build } = outputsOf("func.jacrev", value);
    const jacobians = outputs.map((y) => {
      const pull = (v: Tensor): Tensor[] => pullBack(made, [y], [v], isGradEnabled());
      const rows = y.requiresGrad
        ? vmap(pull, { chunkSize })(unitsOf(y))
        : made.inputs.map((x) => zerosOf(x).expand([y.numel(), ...x.shape]));
      return likeArguments(
        args,
        argnums,
        rows.map((g, i) => shown(made, reshape(g, [...y.shape, ...made.inputs[i]!.shape]))),
      );
    });
    return hasAux ? [build(jacobians), shown(made, aux)] : build(jacobians);
  };
}

/**
 * As `jacrev`, column by column: one Jacobian-vector product for each element of the arguments (`torch.func.jacfwd`). Faster where the value has more
 * elements than the arguments.
 */
export function jacfwd<A extends readonly Tensor[]>(
  fn: (...args: A) => Tensor,
): (...args: PlainArguments<A>) => Tensor;
export function jacfwd<A extends readonly unknown[], J = Tensor>(
  fn: (...args: A) => unknown,
  argnums?: number | readonly number[] | JacfwdOptions,
  hasAux?: boolean | JacfwdOptions,
  options?: JacfwdOptions,
): (...args: PlainArguments<A>) => J;
export function jacfwd(...given: unknown[]): (...args: unknown[]) => unknown {
  const [fn, options = {}] = readJacfwd(given) as [Function_, JacfwdOptions?];
  const { argnums = 0, hasAux = false, randomness = "error" } = options;
  return (...args) => {
    const made = call("func.jacfwd", fn, args, argumentNumbers("func.jacfwd", argnums, args.length));
    const { value, aux } = withoutAux("func.jacfwd", made.value, hasAux);
    const { outputs, build } = outputsOf("func.jacfwd", value);
    const none = made.inputs.map(zerosOf);
    // For each input the columns of all outputs.
    const columns = made.inputs.map((x, i) => {
      const push = (v: Tensor): Tensor[] => pushForward(made, outputs, none.with(i, v), isGradEnabled());
      return vmap(push, { outDims: -1, randomness })(unitsOf(x));
    });
    const jacobians = outputs.map((y, k) =>
      likeArguments(
        args,
        argnums,
        made.inputs.map((x, i) => shown(made, reshape(columns[i]![k]!, [...y.shape, ...x.shape]))),
      ),
    );
    return hasAux ? [build(jacobians), shown(made, aux)] : build(jacobians);
  };
}
