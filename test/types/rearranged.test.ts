/** Sizes are followed through patches, shuffled pixels, padding, resizing and halves; the expected ones are PyTorch's. */
import { testTypes } from "./cells.js";

const given =
  "const F = nn.functional; const u: Tensor = randn([2]); const any: any = 1; const n: number = 3;";

testTypes({
  "patches and pixels": {
    code: `${given}
      const a = new nn.Unfold(3, { padding: 1 }).forward(randn([2, 3, 8, 8])); const b = new nn.Fold([4, 5], 2).forward(randn([2, 12, 12])); const c = new nn.PixelShuffle(2).forward(randn([1, 8, 3, 4]));
      const d = new nn.PixelUnshuffle(2).forward(randn([8, 6, 4])); const e = F.unfold(randn([3, 8, 8]), [2, 4], { stride: 2 }); const f = F.fold(randn([12, 12]), [4, 5], 2); const g = F.pixelShuffle(u, 2);
      const h = F.pixelUnshuffle(randn([1, n, 4, 4]), 2); const i = new nn.Unfold(any).forward(randn([1, 3, 8, 8]));`,
    types: {
      a: "Tensor<[2, 27, 64]>",
      b: "Tensor<[2, 3, 4, 5]>",
      c: "Tensor<[1, 2, 6, 8]>",
      d: "Tensor<[32, 3, 2]>",
      e: "Tensor<[24, 12]>",
      f: "Tensor<[3, 4, 5]>",
      g: "Tensor<Shape>",
      h: "Tensor<[1, number, 2, 2]>",
      i: "Tensor<[1, number, number]>",
    },
  },
  "gated linear units halve a dim": {
    code: `${given}
      const a = new nn.GLU().forward(randn([2, 8])); const b = new nn.GLU(0).forward(randn([2, 8])); const c = F.glu(randn([2, 8]), 1); const d = F.glu(randn([4, 8]), { dim: 0 }); const e = F.glu(u);
      const f = nn.sequential(new nn.Linear(3, 8), new nn.GLU(), new nn.Linear(4, 2)).forward(randn([5, 3]));`,
    types: {
      a: "Tensor<[2, 4]>",
      b: "Tensor<[1, 8]>",
      c: "Tensor<[2, 4]>",
      d: "Tensor<[2, 8]>",
      e: "Tensor<Shape>",
      f: "Tensor<[5, 2]>",
    },
  },
  "padding layers, from the last dim on": {
    code: `${given}
      const a = new nn.ZeroPad2d(1).forward(randn([1, 3, 4, 5])); const b = new nn.ReflectionPad2d([1, 2, 3, 4]).forward(randn([1, 3, 8, 8])); const c = new nn.ConstantPad1d([n, 1], 0).forward(randn([3, 4]));
      const d = new nn.ReplicationPad3d(1).forward(u); const e = new nn.CircularPad1d([0, 3]).forward(randn([2, 3, 4])); const f = new nn.ZeroPad1d([-1, 2]).forward(randn([3, 4]));`,
    types: {
      a: "Tensor<[1, 3, 6, 7]>",
      b: "Tensor<[1, 3, 15, 11]>",
      c: "Tensor<[3, number]>",
      d: "Tensor<Shape>",
      e: "Tensor<[2, 3, 7]>",
      f: "Tensor<[3, number]>",
    },
  },
  "what is left of a shape, and amounts around it": {
    code: `${given}
      const a = randn([4, 6]).reshape([2, -1]); const b = randn([4, 6]).view(-1, 3, 2); const c = randn([64, 1, 28, 28]).reshape([64, -1]); const d = randn([4, 6]).reshape([5, -1]); const e = u.reshape([2, -1]);
      const f = randn([4, n]).reshape([2, -1]); const g = randn([4, 6]).reshape([2, 12]); const h = randn([0, 6]).reshape([3, -1]); const i = randn([4, 6]).reshape([-1]);
      const j = randn([2, 3, 4]).pad([1, 2]); const k = randn([2, 3, 4]).pad([1, 2, 0, 3]); const l = F.pad(randn([3, 4]), [-1, 2]); const m = u.pad([1, 1]); const o = F.pad(randn([3, 4]), [n, 1], "reflect");
      const lin = new nn.Linear(12, 2).forward(randn([2, 3, 4]).reshape([2, -1])); const p = randn([3, 4]).pad([1, 1] as number[]);`,
    types: {
      a: "Tensor<[2, 12]>",
      b: "Tensor<[4, 3, 2]>",
      c: "Tensor<[64, 784]>",
      d: "Tensor<[5, number]>",
      e: "Tensor<[2, number]>",
      f: "Tensor<[2, number]>",
      g: "Tensor<[2, 12]>",
      h: "Tensor<[3, 0]>",
      i: "Tensor<[24]>",
      j: "Tensor<[2, 3, 7]>",
      k: "Tensor<[2, 6, 7]>",
      l: "Tensor<[3, number]>",
      m: "Tensor<Shape>",
      o: "Tensor<[3, number]>",
      lin: "Tensor<[2, 2]>",
      p: "Tensor<Shape>",
    },
  },
  "images of another size": {
    code: `${given}
      const a = new nn.Upsample({ scaleFactor: 2 }).forward(randn([1, 3, 4, 5])); const b = new nn.Upsample([7, 8], null, "bilinear").forward(randn([1, 3, 4, 5])); const c = F.interpolate(randn([1, 3, 4]), { scaleFactor: 1.5 });
      const d = F.interpolate(randn([1, 3, 4, 5]), { size: 9 }); const e = new nn.UpsamplingNearest2d({ scaleFactor: [2, 3] }).forward(randn([1, 3, 4, 5])); const f = new nn.Upsample(any).forward(randn([1, 3, 4, 5]));
      function up(layer: nn.Upsample) { return layer.forward(randn([1, 3, 4, 5])); } const g = up(new nn.Upsample({ size: 2 })); const h = F.interpolate(u, { size: 3, mode: "nearest" });`,
    types: {
      a: "Tensor<[1, 3, 8, 10]>",
      b: "Tensor<[1, 3, 7, 8]>",
      c: "Tensor<[1, 3, number]>",
      d: "Tensor<[1, 3, 9, 9]>",
      e: "Tensor<[1, 3, 8, 15]>",
      f: "Tensor<[1, 3, number, number]>",
      g: "Tensor<[1, 3, number, number]>",
      h: "Tensor<Shape>",
    },
  },
  "a dim that gets its sizes back": {
    code: `${given}
      const a = new nn.Unflatten(1, [3, 4]).forward(randn([2, 12, 5])); const b = new nn.Unflatten(-1, [3, -1]).forward(randn([2, 12])); const c = new nn.Unflatten(1, [n, 4]).forward(randn([2, 12])); const d = new nn.Unflatten(1, [2, 2]).forward(u);
      const e = nn.sequential(new nn.Linear(10, 128), new nn.Unflatten(1, [8, 4, 4]), new nn.Upsample({ scaleFactor: 2 }), new nn.Conv2d(8, 3, 3, { padding: 1 })).forward(randn([5, 10]));
      const f = F.linear(randn([2, 5, 4]), randn([3, 4])); const g = F.embedding(randint(5, [2, 7]), randn([5, 16])); const h = new nn.Embedding(10, 8).forward(randint(5, [2, 7]));`,
    types: {
      a: "Tensor<[2, 3, 4, 5]>",
      b: "Tensor<[2, 3, 4]>",
      c: "Tensor<[2, number, 4]>",
      d: "Tensor<Shape>",
      e: "Tensor<[5, 3, 8, 8]>",
      f: "Tensor<[2, 5, 3]>",
      g: "Tensor<[2, 7, 16]>",
      h: "Tensor<[2, 7, 8]>",
    },
  },
  "the compiler refuses another number of patches": {
    code: "new nn.Fold([4, 5], 2).forward(randn([2, 12, 11]));",
    refused: "fold: input [2, 12, 11] has 11 columns, an image has 12 patches",
  },
  "the compiler refuses a patch that is larger than the image": {
    code: "new nn.Unfold(9).forward(randn([2, 3, 8, 8]));",
    refused: "unfold: input [2, 3, 8, 8]: a window of 9 does not fit into the padded size 8",
  },
  "the compiler refuses channels that make up no squares": {
    code: "nn.functional.pixelShuffle(randn([1, 6, 3, 4]), 2);",
    refused: "pixelShuffle: input [1, 6, 3, 4] has 6 channels, no multiple of 4",
  },
  "the compiler refuses an odd height": {
    code: "new nn.PixelUnshuffle(2).forward(randn([1, 6, 3, 4]));",
    refused: "pixelUnshuffle: input [1, 6, 3, 4]: the height is no multiple of 2",
  },
  "the compiler refuses an odd size": {
    code: "nn.sequential(new nn.Linear(10, 7), new nn.GLU());",
    refused: "glu: size 7 of the last dim of [..., 7] is odd; it must be halved",
  },
  "the compiler refuses an odd dim": {
    code: "nn.functional.glu(randn([3, 8]), 0);",
    refused: "glu: size 3 of dim 0 of [3, 8] is odd; it must be halved",
  },
  "the compiler refuses sizes that do not make up the dim": {
    code: "new nn.Unflatten(1, [5, -1]).forward(randn([2, 12]));",
    refused: "Unflatten: input [2, 12]: 12 elements do not make up [5, -1]",
  },
  "the compiler refuses an input that a weight does not fit": {
    code: "nn.functional.linear(randn([2, 5]), randn([3, 4]));",
    refused: "Linear(4 → 3): input [2, 5] has last size 5",
  },
  "the compiler refuses an input with too few dims to pad": {
    code: "new nn.ZeroPad2d(1).forward(randn([3]));",
    refused: "padding: input has fewer than 2 dims",
  },
});
