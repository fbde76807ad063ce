/** Layers with parameters for features follow shapes, and refuse another number of features. */
import { testTypes } from "./cells.js";

/** As many linear layers, with an activation behind each. */
const deep = (layers: number, more = ""): string =>
  `nn.sequential(${"new nn.Linear(64, 64), new nn.ReLU(), ".repeat(layers)}${more})`;

testTypes({
  "models of hundreds of layers are followed": {
    code: `const a = ${deep(150, "new nn.Linear(64, 3)")}.forward(randn([2, 64]));`,
    types: { a: "Tensor<[2, 3]>" },
  },
  "norms keep the shape": {
    code: `
      const u: Tensor = randn([2]); const any: any = 1; const n: number = 3;
      const a = new nn.LayerNorm(8).forward(randn([2, 3, 8])); const b = new nn.LayerNorm([3, 8]).forward(randn([2, 3, 8])); const c = new nn.RMSNorm(8).forward(u); const d = new nn.LayerNorm(any).forward(randn([2, 3]));
      const e = new nn.BatchNorm1d(8).forward(randn([2, 8])); const f = new nn.BatchNorm2d(8, { affine: false }).forward(randn([2, 8, 4, 4])); const g = new nn.BatchNorm3d(n).forward(randn([2, 8, 4, 4, 1]));
      const h = new nn.GroupNorm(2, 8).forward(randn([2, 8, 4])); const i = new nn.InstanceNorm2d(9).forward(randn([8, 4, 4])); const j = new nn.LayerNorm([n, 8]).forward(randn([2, 3, 8]));
      const k = nn.sequential(new nn.Conv2d(3, 8, 3), new nn.BatchNorm2d(8), new nn.ReLU(), new nn.Conv2d(8, 2, 3)).forward(randn([2, 3, 8, 8])); const l = new nn.BatchNorm1d(4).forward(randn([2, 4, 9]));
      function norm(l: nn.LayerNorm, b: nn.BatchNorm2d) { return b.forward(l.forward(randn([2, 3, 4, 5]))); } const m = norm(new nn.LayerNorm(5), new nn.BatchNorm2d(3));
      let ln = new nn.LayerNorm(8); ln = new nn.LayerNorm([3, 4]); let bn = new nn.BatchNorm2d(3); bn = new nn.BatchNorm2d(4); const list = [ln, bn];`,
    types: {
      a: "Tensor<[2, 3, 8]>",
      b: "Tensor<[2, 3, 8]>",
      c: "Tensor<Shape>",
      d: "Tensor<[2, 3]>",
      e: "Tensor<[2, 8]>",
      f: "Tensor<[2, 8, 4, 4]>",
      g: "Tensor<[2, 8, 4, 4, 1]>",
      h: "Tensor<[2, 8, 4]>",
      i: "Tensor<[8, 4, 4]>",
      j: "Tensor<[2, 3, 8]>",
      k: "Tensor<[2, 2, 4, 4]>",
      l: "Tensor<[2, 4, 9]>",
      m: "Tensor<[2, 3, 4, 5]>",
    },
  },
  "the compiler refuses a layer that does not fit, deep in a model": {
    code: deep(40, "new nn.Linear(32, 3)") + ";",
    refused: "Linear(32 → 3): input [..., 64] has last size 64",
  },
  "the compiler refuses another last size": {
    code: "new nn.LayerNorm(8).forward(randn([2, 9]));",
    refused: "LayerNorm(8): input [2, 9] has last size 9",
  },
  "the compiler refuses other last sizes": {
    code: "new nn.LayerNorm([3, 8]).forward(randn([2, 4, 8]));",
    refused: "LayerNorm([3, 8]): input [2, 4, 8] must end in [3, 8]",
  },
  "the compiler refuses other channels": {
    code: "new nn.BatchNorm2d(8).forward(randn([2, 9, 4, 4]));",
    refused: "BatchNorm2d(8): input [2, 9, 4, 4] has 9 channels",
  },
  "the compiler refuses an image without a batch": {
    code: "new nn.BatchNorm2d(8).forward(randn([8, 4, 4]));",
    refused: "BatchNorm2d(8): input [8, 4, 4] must have 4 dims",
  },
  "the compiler refuses channels that a group norm does not have": {
    code: "new nn.GroupNorm(2, 8).forward(randn([2, 9, 4]));",
    refused: "GroupNorm(8): input [2, 9, 4] has 9 channels",
  },
  "the compiler refuses a norm that does not fit the layer before": {
    code: "nn.sequential(new nn.Conv2d(3, 8, 3), new nn.BatchNorm2d(16));",
    refused: "BatchNorm2d(16): input [..., 8, number, number] has 8 channels",
  },
  "the compiler refuses features of the layer before": {
    code: "nn.sequential(new nn.Linear(3, 8), new nn.RMSNorm(16));",
    refused: "RMSNorm(16): input [..., 8] has last size 8",
  },
});
