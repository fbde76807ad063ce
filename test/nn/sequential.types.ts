/**
 * What the compiler says of models: this file is type-checked, not run. Each expected error stands below a `@ts-expect-error`, which
 * is itself an error where the compiler finds nothing to complain about.
 */
import { nn, randn, type Tensor } from "../../src/index.js";

const digit = randn([32, 784]);
const layer = new nn.Linear(784, 128);

export const hidden: Tensor<[32, 128]> = layer.forward(digit);

// @ts-expect-error: the layer takes 784 features, not 28
layer.forward(randn([32, 28]));

// @ts-expect-error: the output has 128 features
export const wrong: readonly [32, 10] = layer.forward(digit).shape;

const model = nn.sequential(layer, new nn.ReLU(), new nn.Dropout(0.2), new nn.Linear(128, 10));

export const logits: Tensor<[32, 10]> = model.forward(digit);
export const one: Tensor<[10]> = model.forward(randn([784]));
export const any: Tensor = model.forward(digit as Tensor);

// @ts-expect-error: the model takes 784 features
model.forward(randn([32, 10]));

// @ts-expect-error: 64 features after a layer that gives 128
nn.sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(64, 10));

const nested = nn.sequential(model, nn.sequential(new nn.Tanh(), new nn.Linear(10, 2)));
export const scores: Tensor<[32, 2]> = nested.forward(digit);

const sizes: number[] = [2, 3];
const unknown = nn.sequential(...sizes.map((size) => new nn.Linear(size, size)));
export const anything: Tensor = unknown.forward(randn([4, 2]));
