/**
 * The three kernels of convolution as operations on tensors [n, channels, d, h, w], each of which is the gradient of the others
 * (src/primitives/convolution.ts). What users call is in convolution.ts; pooling too is made of these.
 */
import { record } from "../autograd/record.js";
import { wanted } from "../autograd/wanted.js";
import { call } from "../graph/record/build.js";
import type { Tensor } from "../tensor/core.js";
import type { Op } from "../tensor/op.js";
import type { Three } from "./windows.js";

/** How the windows of x lie that a convolution looks through. */
export interface Windows {
  readonly stride: Three;
  /** Before the first element along each dim; how much is after the last one follows from the size of the result. */
  readonly padding: Three;
  readonly dilation: Three;
  readonly groups: number;
}

const attributes = ({ stride, padding, dilation, groups }: Windows, size: readonly number[]): number[] => [
  ...stride,
  ...padding,
  ...dilation,
  groups,
  ...size,
];

const spaceOf = (x: Tensor): readonly number[] => x._node.shape.slice(2);

/** Inputs: x, w. */
const CONVOLUTION: Op<Windows> = {
  name: "ConvolutionBackward0",
  saves: true,
  gradient(y, g) {
    const [x, w, at] = [y._a, y._b, y._attributes];
    return [
      wanted(x) ? convolutionInput(g, w, at, spaceOf(x)) : null,
      wanted(w) ? convolutionWeight(x, g, at, spaceOf(w)) : null,
    ];
  },
};

/** Inputs: y, w. */
const CONVOLUTION_INPUT: Op<Windows> = {
  name: "ConvolutionBackward0",
  saves: true,
  gradient(x, g) {
    const [y, w, at] = [x._a, x._b, x._attributes];
    return [
      wanted(y) ? convolution(g, w, at, spaceOf(y)) : null,
      wanted(w) ? convolutionWeight(g, y, at, spaceOf(w)) : null,
    ];
  },
};

/** Inputs: x, y. */
const CONVOLUTION_WEIGHT: Op<Windows> = {
  name: "ConvolutionBackwardBackward0",
  saves: true,
  gradient(w, g) {
    const [x, y, at] = [w._a, w._b, w._attributes];
    return [
      wanted(x) ? convolutionInput(y, g, at, spaceOf(x)) : null,
      wanted(y) ? convolution(x, g, at, spaceOf(y)) : null,
    ];
  },
};

/** The convolution of x [n, c · groups, …] with w [out, c, …]: [n, out, …size]. */
export function convolution(x: Tensor, w: Tensor, at: Windows, size: readonly number[]): Tensor {
  return record(CONVOLUTION, call("convolution", [x.node, w.node], attributes(at, size)), x, w, null, at);
}

/** Its transpose, of y [n, out, …] and w [out, c, …]: [n, c · groups, …size]. */
export function convolutionInput(y: Tensor, w: Tensor, at: Windows, size: readonly number[]): Tensor {
  const node = call("convolutionInput", [y.node, w.node], attributes(at, size));
  return record(CONVOLUTION_INPUT, node, y, w, null, at);
}

function convolutionWeight(x: Tensor, y: Tensor, at: Windows, size: readonly number[]): Tensor {
  const node = call("convolutionWeight", [x.node, y.node], attributes(at, size));
  return record(CONVOLUTION_WEIGHT, node, x, y, null, at);
}
