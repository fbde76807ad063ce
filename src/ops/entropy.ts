/**
 * The binary cross-entropy of probabilities, with its gradient as a whole: composed of logarithms it would be 0 · ∞ or 0 at 0 and 1.
 */
import { wanted } from "../autograd/wanted.js";
import { record } from "../autograd/record.js";
import { binary, scalar, unary } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import { mul, rsub, sub } from "./arithmetic.js";
import { div } from "./division.js";
import { clamp } from "./clamp.js";
import { log, log1p } from "./exponential.js";

/** No logarithm is less, and x (1 − x) no less than this, as in PyTorch: at 0 and 1 loss and gradient are large, not infinite. */
const LEAST_LOG = -100;
const LEAST_PRODUCT = 1e-12;

/** Inputs: x and y. dx = (x − y) / (x (1 − x)), dy = log(1 − x) − log x. */
const BINARY_ENTROPY: Op = {
  name: "BinaryCrossEntropyBackward0",
  saves: true,
  gradient(result, g) {
    const x = result._a;
    const y = result._b;
    let [ofX, ofY]: (Tensor | null)[] = [null, null];
    if (wanted(x)) {
      const product = clamp(mul(rsub(x, 1), x), LEAST_PRODUCT, null);
      ofX = div(mul(g, sub(x, y)), product);
    }
    if (wanted(y)) {
      const [ofZero, ofOne] = [clamp(log1p(mul(x, -1)), LEAST_LOG, null), clamp(log(x), LEAST_LOG, null)];
      ofY = mul(g, sub(ofZero, ofOne));
    }
    return [ofX, ofY];
  },
};

function boundedLog(log: Node): Node {
  return binary("max", scalar(LEAST_LOG, log.dtype), log);
}

/** −(y log x + (1 − y) log(1 − x)), element by element, of tensors of one floating dtype and shape. */
export function binaryEntropy(x: Tensor, y: Tensor): Tensor {
  const [p, q] = [x.node, y.node];
  const one = scalar(1, p.dtype);
  const ofOne = binary("mul", q, boundedLog(unary("log", p)));
  const ofZero = binary("mul", binary("sub", q, one), boundedLog(unary("log1p", unary("neg", p))));
  return record(BINARY_ENTROPY, binary("sub", ofZero, ofOne), x, y);
}
