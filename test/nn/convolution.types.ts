/** What the compiler says of convolutions and pools: this file is type-checked, not run. */
import { nn, randn, type Tensor } from "../../src/index.js";

const images = randn([32, 3, 28, 28]);
const conv = new nn.Conv2d(3, 16, 3, { padding: 1 });

export const features: Tensor<[32, 16, number, number]> = conv.forward(images);
export const one: Tensor<[16, number, number]> = conv.forward(randn([3, 28, 28]));
export const any: Tensor = conv.forward(images as Tensor);

// @ts-expect-error: the layer takes 3 channels, not 1
conv.forward(randn([32, 1, 28, 28]));
// @ts-expect-error: the layer takes images of two dims
conv.forward(randn([32, 784]));

const model = nn.sequential(
  conv,
  new nn.ReLU(),
  new nn.MaxPool2d(2),
  new nn.Conv2d(16, 32, 3),
  new nn.AdaptiveAvgPool2d(1),
  new nn.Flatten(),
  new nn.Linear(32, 10),
);
export const logits: Tensor = model.forward(images);

// @ts-expect-error: 32 channels after a layer that gives 16
nn.sequential(new nn.Conv2d(3, 16, 3), new nn.ReLU(), new nn.Conv2d(32, 8, 3));

export const pooled: Tensor<[32, 3, number, number]> = new nn.MaxPool2d(2).forward(images);
export const [values, indices]: [Tensor, Tensor] = new nn.MaxPool2d(2, { returnIndices: true }).forward(
  images,
);
export const upsampled: Tensor<[32, 8, number, number]> = new nn.ConvTranspose2d(3, 8, 2, 2).forward(images);
