/** The 3-4-2 network of the golden file, and its training by an optimizer that is named. */
import { nn, optim, type Tensor, tensor } from "../../src/index.js";
import { golden, type Named, type OptimizerName } from "../golden/training.js";

const { optimizers } = golden;

export function smallNetwork(initial: Named = optimizers.initial): nn.Sequential {
  const model = nn.sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 2));
  model.loadStateDict(
    Object.fromEntries(Object.entries(initial).map(([name, values]) => [name, tensor(values as number[])])),
  );
  return model;
}

export const x = tensor(optimizers.x);
export const y = tensor(optimizers.y);

/** One step; the loss before it. */
export function trainStep(model: nn.Sequential, optimizer: optim.Optimizer, input = x, target = y): Tensor {
  optimizer.zeroGrad();
  const loss = nn.functional.mseLoss(model.forward(input), target);
  loss.backward();
  optimizer.step();
  return loss;
}

/** Without the types of their options: a union of so many constructors is more than the compiler can combine. */
const classes = optim as unknown as Record<
  OptimizerName,
  new (params: readonly Tensor[], options: object) => optim.Optimizer
>;

export function make(kind: OptimizerName, model: nn.Module, options: object): optim.Optimizer {
  return new classes[kind](model.parameters(), options);
}
