/**
 * Sizes of space are followed through convolutions and pools: the expected ones are PyTorch's, worked out by its formulas.
 */
import { testTypes } from "./cells.js";

const x = "const F = nn.functional; const x = randn([4, 1, 28, 28]); const n: number = 3;";

testTypes({
  "convolutions give the size by kernel, stride, padding and dilation": {
    code: `${x}
      const a = new nn.Conv2d(1, 8, 3).forward(x); const b = new nn.Conv2d(1, 8, [3, 5], 2, { padding: 1 }).forward(x);
      const c = new nn.Conv2d(1, 8, 3, { padding: "same" }).forward(x); const d = new nn.Conv2d(1, 8, 3, { padding: 1, stride: 2, bias: false }).forward(x);
      const e = new nn.Conv2d(1, 8, 3, 1, 1).forward(x); const f = new nn.Conv2d(1, 8, 3, { padding: [1, 2], dilation: [2, 1] }).forward(x);
      const g = new nn.Conv2d(1, 8, 3, { dilation: 2, padding: "valid" }).forward(x); const h = new nn.Conv1d(1, 32, 80, 16).forward(randn([32, 1, 8000]));
      const i = new nn.Conv3d(1, 2, 3).forward(randn([1, 8, 9, 10])); const j = new nn.Conv2d(3, 64, 7, { stride: 2, padding: 3 }).forward(randn([1, 3, 224, 224]));
      const k = new nn.Conv2d(3, 768, 16, { stride: 16 }).forward(randn([1, 3, 224, 224])); const l = new nn.Conv2d(1, 2, 11, 7).forward(randn([1, 5000, 30011]));`,
    types: {
      a: "Tensor<[4, 8, 26, 26]>",
      b: "Tensor<[4, 8, 14, 13]>",
      c: "Tensor<[4, 8, 28, 28]>",
      d: "Tensor<[4, 8, 14, 14]>",
      e: "Tensor<[4, 8, 28, 28]>",
      f: "Tensor<[4, 8, 26, 30]>",
      g: "Tensor<[4, 8, 24, 24]>",
      h: "Tensor<[32, 32, 496]>",
      i: "Tensor<[2, 6, 7, 8]>",
      j: "Tensor<[1, 64, 112, 112]>",
      k: "Tensor<[1, 768, 14, 14]>",
      l: "Tensor<[2, 713, 4286]>",
    },
  },
  "transposed convolutions": {
    code: `${x}
      const a = new nn.ConvTranspose2d(1, 8, 4, 2, 1).forward(x); const b = new nn.ConvTranspose2d(1, 8, 3, { stride: 2, padding: 1, outputPadding: 1 }).forward(x);
      const c = new nn.ConvTranspose1d(2, 3, 5, { dilation: 2 }).forward(randn([2, 7])); const d = new nn.ConvTranspose3d(2, 3, 2, 2).forward(randn([1, 2, 3, 4, 5]));
      const e = F.convTranspose2d(x, randn([1, 6, 3, 3]), { stride: 2 });`,
    types: {
      a: "Tensor<[4, 8, 56, 56]>",
      b: "Tensor<[4, 8, 56, 56]>",
      c: "Tensor<[3, 15]>",
      d: "Tensor<[1, 3, 6, 8, 10]>",
      e: "Tensor<[4, 6, 57, 57]>",
    },
  },
  "an upsampled size with outputSize is not known": {
    code: `${x} const a = new nn.ConvTranspose2d(1, 8, 4, 2, 1).forward(x, [57, 57]);`,
    types: { a: "Tensor<Shape>" },
  },
  "pools, whose steps are as long as their windows if they are not given": {
    code: `${x}
      const a = new nn.MaxPool2d(2).forward(x); const b = new nn.MaxPool2d(3, 2, 1).forward(x); const c = new nn.MaxPool2d(3, { ceilMode: true }).forward(x);
      const [d, d2] = new nn.MaxPool2d(3, { stride: 2, returnIndices: true }).forward(x); const e = new nn.AvgPool2d([2, 4]).forward(x);
      const f = new nn.AvgPool1d(2).forward(randn([3, 9])); const g = new nn.LPPool2d(2, 3, 2).forward(x); const h = new nn.MaxPool1d(2, 2, { ceilMode: true }).forward(randn([1, 1, 3]));
      const i = new nn.MaxPool3d(2).forward(randn([1, 1, 4, 5, 6])); const j = new nn.MaxPool2d(3, { dilation: 2, stride: 1 }).forward(x);
      const k = new nn.MaxPool1d(3, 2, 1, { ceilMode: true }).forward(randn([1, 6])); const l = new nn.MaxPool1d(2, 3, { ceilMode: true }).forward(randn([1, 4]));`,
    types: {
      a: "Tensor<[4, 1, 14, 14]>",
      b: "Tensor<[4, 1, 14, 14]>",
      c: "Tensor<[4, 1, 10, 10]>",
      e: "Tensor<[4, 1, 14, 7]>",
      f: "Tensor<[3, 4]>",
      g: "Tensor<[4, 1, 13, 13]>",
      h: "Tensor<[1, 1, 2]>",
      i: "Tensor<[1, 1, 2, 2, 3]>",
      j: "Tensor<[4, 1, 24, 24]>",
      k: "Tensor<[1, 4]>",
      l: "Tensor<[1, 2]>",
    },
  },
  "adaptive and fractional pools": {
    code: `${x}
      const a = new nn.AdaptiveAvgPool2d(1).forward(x); const b = new nn.AdaptiveAvgPool2d([null, 7]).forward(x); const c = new nn.AdaptiveMaxPool1d(5).forward(randn([2, 9]));
      const d = new nn.AdaptiveAvgPool3d([1, 2, 3]).forward(randn([1, 2, 8, 8, 8])); const e = new nn.FractionalMaxPool2d(2, [5, 6]).forward(x);
      const f = new nn.FractionalMaxPool2d(2, { outputRatio: 0.5 }).forward(x); const g = new nn.AdaptiveAvgPool2d(n).forward(x);`,
    types: {
      a: "Tensor<[4, 1, 1, 1]>",
      b: "Tensor<[4, 1, 28, 7]>",
      c: "Tensor<[2, 5]>",
      d: "Tensor<[1, 2, 1, 2, 3]>",
      e: "Tensor<[4, 1, 5, 6]>",
      f: "Tensor<[4, 1, number, number]>",
      g: "Tensor<[4, 1, number, number]>",
    },
  },
  "functions follow sizes as the layers do": {
    code: `${x}
      const a = F.conv2d(x, randn([8, 1, 3, 3]), null, 1, 1); const b = F.conv2d(x, randn([8, 1, 3, 3]), { padding: "same", bias: randn([8]) });
      const c = F.conv2d(randn([4, 4, 28, 28]), randn([8, 2, 3, 3]), { groups: 2 }); const d = F.conv1d(randn([1, 9]), randn([2, 1, 3]), { stride: 2 });
      const e = F.maxPool2d(x, 2); const f = F.maxPool2d(x, 2, 2, { returnIndices: true })[1]; const g = F.avgPool2d(x, 3, { stride: 2 });
      const h = F.adaptiveAvgPool2d(x, [3, null]); const i = F.adaptiveMaxPool2d(x, 5, true)[0]; const j = F.lpPool2d(x, 2, 2); const k = F.fractionalMaxPool2d(x, 2, 3);
      const plain: (x: Tensor, w: Tensor) => Tensor = F.conv2d; const all = [F.relu, F.tanh]; const l = plain(x, x);`,
    types: {
      a: "Tensor<[4, 8, 28, 28]>",
      b: "Tensor<[4, 8, 28, 28]>",
      c: "Tensor<[4, 8, 26, 26]>",
      d: "Tensor<[2, 4]>",
      e: "Tensor<[4, 1, 14, 14]>",
      f: "Tensor<[4, 1, 14, 14]>",
      g: "Tensor<[4, 1, 13, 13]>",
      h: "Tensor<[4, 1, 3, 28]>",
      i: "Tensor<[4, 1, 5, 5]>",
      j: "Tensor<[4, 1, 14, 14]>",
      k: "Tensor<[4, 1, 3, 3]>",
    },
  },
  "what is not a literal gives a size that is not known, and refuses nothing": {
    code: `${x} const any: any = 3; const two = Math.random() < 0.5 ? 3 : 5; const options = { padding: 1 }; const w: number[] = [2, 3, 4, 5];
      const a = new nn.Conv2d(1, 8, n).forward(x); const b = new nn.MaxPool2d(2, any).forward(x); const c = new nn.MaxPool2d(2, { stride: any }).forward(x);
      const d = new nn.Conv2d(1, 8, any, any, { padding: any }).forward(x); const e = new nn.Conv2d(1, 8, 3, options).forward(x); const f = new nn.Conv2d(1, 8, two).forward(x);
      const g = F.conv2d(any, randn([8, 3, 3, 3]), any, 3); const h = F.conv2d(randn(w), any); const i = F.conv2d(x, randn(w)); const j = new nn.Conv2d(1, 8, 3).forward(randn([n, 1, n, 9]));
      new nn.MaxPool2d(0).forward(x); new nn.Conv2d(1, 8, -3, { stride: 0.5, padding: 1e21 }).forward(x); new nn.MaxPool2d(1, { stride: 0 }).forward(x); new nn.MaxPool2d([1, 2, 3, 4]).forward(x);
      function block(conv: nn.Conv2d) { return conv.forward(x); } const k = block(new nn.Conv2d(1, 2, 9)); const l = new nn.MaxPool2d(99).forward(randn(w));
      class Net extends nn.Module { conv = new nn.Conv2d(1, 8, 3); pool = new nn.MaxPool2d(2); any: nn.Conv2d = new nn.Conv2d(1, 8, 3); forward(x: Tensor) { return this.pool.forward(this.conv.forward(x)); } }
      const net = new Net(); net.conv = new nn.Conv2d(3, 9, 5, { padding: 2 }); net.pool = new nn.MaxPool2d(3, { ceilMode: true });
      const layers = [new nn.Conv2d(1, 8, 3), new nn.Conv2d(8, 4, 5, { stride: 2 })]; const m = new nn.Sequential(...layers).forward(x);`,
    types: {
      a: "Tensor<[4, 8, number, number]>",
      b: "Tensor<[4, 1, number, number]>",
      c: "Tensor<[4, 1, number, number]>",
      d: "Tensor<[4, 8, number, number]>",
      e: "Tensor<[4, 8, number, number]>",
      f: "Tensor<[4, 8, number, number]>",
      i: "Tensor<[4, number, number, number]>",
      j: "Tensor<[number, 8, number, 7]>",
      k: "Tensor<[4, number, number, number]>",
      m: "Tensor<Shape>",
    },
  },
  "a model is followed from its images to its last layer": {
    code: `
      const a = nn.sequential(new nn.Conv2d(1, 16, 3, { padding: 1 }), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Conv2d(16, 32, 3, 1, 1), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(1568, 10)).forward(randn([4, 1, 28, 28]));
      const b = nn.sequential(new nn.Conv2d(3, 64, 7, { stride: 2, padding: 3 }), new nn.MaxPool2d(3, 2, 1), new nn.Conv2d(64, 768, 16, 16), new nn.AdaptiveAvgPool2d(6), new nn.Flatten(), new nn.Linear(27648, 10)).forward(randn([2, 3, 224, 224]));
      const c = nn.sequential(new nn.Conv2d(1, 16, 3), new nn.Flatten(), new nn.Linear(99, 10));`,
    types: { a: "Tensor<[4, 10]>", b: "Tensor<[2, 10]>" },
  },
  "the compiler refuses images whose features do not fit the last layer": {
    code: "nn.sequential(new nn.Conv2d(1, 16, 3), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(3136, 10)).forward(randn([4, 1, 28, 28]));",
    refused: "Linear(3136 → 10): input [4, 2704] has last size 2704",
  },
  "the compiler refuses layers that never fit": {
    code: "nn.sequential(new nn.Conv2d(3, 64, 7), new nn.MaxPool2d(2), new nn.Conv2d(32, 8, 3));",
    refused: "Conv2d(32 → 8): input [..., 64, number, number] has 64 channels",
  },
  "the compiler refuses a window that is larger than the image": {
    code: `${x} new nn.Conv2d(1, 8, 31).forward(x);`,
    refused: "Conv2d(1 → 8): input [4, 1, 28, 28]: a window of 31 does not fit into the padded size 28",
  },
  "the compiler refuses a dilated window that is larger than the image": {
    code: "new nn.MaxPool2d([1, 3], { dilation: 4, padding: 1 }).forward(randn([1, 1, 6, 6]));",
    refused: "MaxPool2d: input [1, 1, 6, 6]: a window of 9 does not fit into the padded size 8",
  },
  "the compiler refuses a window of a function that is larger than the image": {
    code: `${x} F.maxPool2d(x, 29);`,
    refused: "maxPool2d: input [4, 1, 28, 28]: a window of 29 does not fit into the padded size 28",
  },
  "the compiler refuses other channels than the weight's": {
    code: `${x} F.conv2d(x, randn([8, 3, 3, 3]));`,
    refused: "conv2d by [8, 3, 3, 3]: input [4, 1, 28, 28] has 1 channels",
  },
  "the compiler refuses other channels than the groups'": {
    code: "nn.functional.conv1d(randn([3, 9]), randn([4, 2, 3]), { groups: 2 });",
    refused: "conv1d by [4, 2, 3]: input [3, 9] has 3 channels",
  },
  "the compiler refuses images without channels": {
    code: "new nn.AvgPool2d(2).forward(randn([28, 28]));",
    refused: "AvgPool2d: input [28, 28] has too few dims",
  },
});
