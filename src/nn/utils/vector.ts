/** All parameters of a model as one vector, and back. */
import { noGrad } from "../../autograd/mode.js";
import { cat } from "../../ops/join.js";
import type { Tensor } from "../../tensor/core.js";
import { assignValue } from "../parameter.js";

/** The elements of all parameters one after the other (`torch.nn.utils.parameters_to_vector`). */
export function parametersToVector(parameters: readonly Tensor[]): Tensor<[number]> {
  return cat(parameters.map((p) => p.reshape([-1]))) as Tensor<[number]>;
}

/**
 * Gives parameters the elements of a vector, in their order (`torch.nn.utils.vector_to_parameters`).
 * @throws Error where the vector has another number of elements than they have together
 */
export function vectorToParameters(vec: Tensor, parameters: readonly Tensor[]): void {
  const sizes = parameters.map((p) => p.numel());
  const total = sizes.reduce((a, b) => a + b, 0);
  if (vec.ndim !== 1 || vec.numel() !== total)
    throw new Error(
      `vectorToParameters: expected a vector of ${total} elements, as the parameters have, got shape [${vec.shape.join(", ")}]`,
    );
  noGrad(() => {
    for (const [i, part] of vec.split(sizes).entries()) {
      const parameter = parameters[i]!;
      assignValue(parameter, part.reshape([...parameter.shape]));
    }
  });
}
