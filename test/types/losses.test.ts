/** Predictions and targets whose shapes do not belong together are refused where PyTorch demands it. */
import { testTypes } from "./cells.js";

const given =
  'const F = nn.functional; const x = randn([4, 3]), y = randn([4, 3]), t = randint(3, [4]), r: "mean" | "none" = Math.random() < 0.5 ? "mean" : "none"; const any: any = 1; const u: Tensor = x;';

testTypes({
  "losses of elements have one number, or with `none` the shape of the input": {
    code: `${given}
      const a = F.mseLoss(x, y); const b = F.l1Loss(x, y, { reduction: "none" }); const c = new nn.MSELoss().forward(x, y); const d = new nn.BCEWithLogitsLoss({ reduction: "none" }).forward(x, y);
      const e = F.huberLoss(x, y, { reduction: r }); const f = F.huberLoss(x, y, "none", 2); const g = F.huberLoss(x, y, { delta: 2 }); const h = F.huberLoss(x, y, { reduction: "none" });
      const i = F.klDiv(x, randn([3]), { reduction: "batchmean" }); const j = F.tripletMarginLoss(x, y, x, { reduction: "none" }); const k = new nn.SoftMarginLoss({ reduction: "sum" }).forward(x, y);`,
    types: {
      a: "Tensor<[]>",
      b: "Tensor<[4, 3]>",
      c: "Tensor<[]>",
      d: "Tensor<[4, 3]>",
      e: "Tensor<Shape>",
      f: "Tensor<[4, 3]>",
      g: "Tensor<[]>",
      h: "Tensor<[4, 3]>",
      i: "Tensor<[]>",
      j: "Tensor<Shape>",
      k: "Tensor<[]>",
    },
  },
  "losses of several labels have one number, or with `none` one for each row": {
    code: `${given}
      const a = F.multilabelSoftMarginLoss(x, y); const b = F.multilabelSoftMarginLoss(x, y, { reduction: "none" }); const c = new nn.MultiLabelMarginLoss({ reduction: "none" }).forward(x, t.reshape([4, 1]).expand([4, 3]));
      const d = new nn.MultiLabelSoftMarginLoss().forward(u, y); const e = F.multilabelMarginLoss(randn([3]), randint(3, [3]), { reduction: "none" });`,
    types: {
      a: "Tensor<[]>",
      b: "Tensor<[4]>",
      c: "Tensor<[4]>",
      d: "Tensor<[]>",
      e: "Tensor<[]>",
    },
  },
  "losses of classes take numbers of classes, or probabilities": {
    code: `${given}
      const a = F.crossEntropy(x, t); const b = F.crossEntropy(x, y); const c = F.crossEntropy(randn([2, 5, 8, 8]), randint(5, [2, 8, 8]), { reduction: "none" });
      const d = F.crossEntropy(randn([3]), randint(3, [])); const e = new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }).forward(x, t); const f = new nn.NLLLoss({ reduction: "none" }).forward(x, t);`,
    types: {
      a: "Tensor<[]>",
      b: "Tensor<[]>",
      c: "Tensor<[2, 8, 8]>",
      d: "Tensor<[]>",
      e: "Tensor<[]>",
      f: "Tensor<[4]>",
    },
  },
  "what is not known is accepted, also words from before `reduction`": {
    code: `${given} const n: number = 4;
      const a = F.mseLoss(x, y, false); const b = F.mseLoss(x, y, null, null, "none"); const c = F.mseLoss(x, y, { reduce: false }); const d = F.mseLoss(x, y, any);
      const e = F.mseLoss(x, y, { reduction: any }); const f = F.mseLoss(u, x); const g = F.mseLoss(x, u); const h = F.crossEntropy(u, t); const i = F.mseLoss(any, x);
      const j = F.mseLoss(randn([n, 1]), randn([8, 1])); const k = F.crossEntropy(randn([n, 10]), randint(10, [32])); const plain: (x: Tensor, y: Tensor) => Tensor = F.mseLoss;
      const losses = { mse: new nn.MSELoss(), ce: new nn.CrossEntropyLoss() }; const l = losses.mse.forward(x, u);`,
    types: {
      a: "Tensor<Shape>",
      b: "Tensor<[4, 3]>",
      c: "Tensor<Shape>",
      d: "Tensor<Shape>",
      e: "Tensor<Shape>",
      f: "Tensor<[]>",
      h: "Tensor<[]>",
      j: "Tensor<[]>",
      k: "Tensor<[]>",
      l: "Tensor<[]>",
    },
  },
  "the compiler refuses a target that would be broadcast": {
    code: `nn.functional.mseLoss(randn([4, 1]), randn([4]));`,
    refused: "mseLoss: input [4, 1] and target [4] must have the same shape",
  },
  "the compiler refuses labels of other classes": {
    code: `new nn.MultiLabelSoftMarginLoss().forward(randn([4, 3]), randn([4, 2]));`,
    refused: "MultiLabelSoftMarginLoss: input [4, 3] and target [4, 2] must have the same shape",
  },
  "the compiler refuses a target of another shape, of a layer too": {
    code: `new nn.BCELoss().forward(randn([4, 1]), randn([8, 1]));`,
    refused: "BCELoss: input [4, 1] and target [8, 1] must have the same shape",
  },
  "the compiler refuses another number of classes' labels": {
    code: `${given} F.crossEntropy(x, randint(3, [5]));`,
    refused: "crossEntropy: input [4, 3] needs classes [4] or probabilities of its own shape, not [5]",
  },
  "the compiler refuses probabilities where classes are needed": {
    code: `${given} new nn.NLLLoss().forward(x, y);`,
    refused: "NLLLoss: input [4, 3] needs classes [4], not [4, 3]",
  },
  "the compiler refuses the predictions of a model that do not fit the targets": {
    code: `nn.functional.binaryCrossEntropyWithLogits(nn.sequential(new nn.Linear(2, 8), new nn.Linear(8, 2)).forward(randn([16, 2])), randn([16, 1]));`,
    refused: "binaryCrossEntropyWithLogits: input [16, 2] and target [16, 1] must have the same shape",
  },
});
