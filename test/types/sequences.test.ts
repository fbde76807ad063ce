/** Recurrent layers, cells and attention follow shapes; the expected ones are PyTorch's. */
import { testTypes } from "./cells.js";

const given =
  "const u: Tensor = randn([2]); const any: any = 1; const n: number = 3; const F = nn.functional;";

testTypes({
  "recurrent layers give outputs [B, T, D · H] and states [L · D, B, H]": {
    code: `${given}
      const a = new nn.LSTM(4, 8, { batchFirst: true }).forward(randn([2, 5, 4])); const b = new nn.GRU(4, 8, { numLayers: 2, bidirectional: true }).forward(randn([5, 2, 4]));
      const c = new nn.LSTM(4, 8, 2, true, false, 0, true, 3).forward(randn([5, 4])); const d = new nn.RNN(4, 8, 3).forward(randn([5, 2, 4]), randn([3, 2, 8]));
      const e = new nn.LSTM(4, 8).forward(randn([5, 2, 4]), [randn([1, 2, 8]), randn([1, 2, 8])]); const f = new nn.GRU(4, 8).forward(randn([5, 2, 4]), null);
      const g = new nn.Linear(16, 3).forward(b[0]);`,
    types: {
      a: "[output: Tensor<[2, 5, 8]>, state: [h: Tensor<[1, 2, 8]>, c: Tensor<[1, 2, 8]>]]",
      b: "[output: Tensor<[5, 2, 16]>, h: Tensor<[4, 2, 8]>]",
      c: "[output: Tensor<[5, 6]>, state: [h: Tensor<[4, 3]>, c: Tensor<[4, 8]>]]",
      d: "[output: Tensor<[5, 2, 8]>, h: Tensor<[3, 2, 8]>]",
      e: "[output: Tensor<[5, 2, 8]>, state: [h: Tensor<[1, 2, 8]>, c: Tensor<[1, 2, 8]>]]",
      f: "[output: Tensor<[5, 2, 8]>, h: Tensor<[1, 2, 8]>]",
      g: "Tensor<[5, 2, 3]>",
    },
  },
  "cells give their state": {
    code: `const a = new nn.RNNCell(4, 8).forward(randn([2, 4])); const b = new nn.LSTMCell(4, 8).forward(randn([2, 4]), [randn([2, 8]), randn([2, 8])]); const c = new nn.GRUCell(4, 8).forward(randn([4]), randn([8]));
      let h = zeros([2, 8]); for (const x of [randn([2, 4]), randn([2, 4])]) h = new nn.GRUCell(4, 8).forward(x, h);`,
    types: { a: "Tensor<[2, 8]>", b: "[h: Tensor<[2, 8]>, c: Tensor<[2, 8]>]", c: "Tensor<[8]>" },
  },
  "recurrent layers of which not all is known": {
    code: `${given} const packed = nn.utils.rnn.packSequence([randn([3, 4]), randn([2, 4])]);
      const a = new nn.RNN(4, n).forward(randn([5, 2, 4])); const b = new nn.RNN(4, 8, any).forward(u); const c = new nn.GRU(4, 8).forward(packed); const d = new nn.GRU(4, 8).forward(any);
      class Net extends nn.Module { rnn = new nn.LSTM(4, 8, { batchFirst: true }); other: nn.GRU = new nn.GRU(4, 8, { batchFirst: true }); forward(x: Tensor) { const [y, [h]] = this.rnn.forward(x); return y.select(1, -1).add(h.select(0, -1)); } }
      const net = new Net(); net.rnn = new nn.LSTM(3, 9, { numLayers: 2 }); const e = net.other.forward(randn([2, 5, 4])); class Mine extends nn.GRU {} const f = new Mine(4, 8).forward(randn([2, 5, 4]), randn([1, 2, 8]));
      let hc: [Tensor, Tensor] | undefined; const g = new nn.LSTM(4, 8).forward(randn([5, 2, 4]), hc); hc = g[1];`,
    types: {
      a: "[output: Tensor<[5, 2, number]>, h: Tensor<[number, number, number]>]",
      b: "[output: Tensor<Shape>, h: Tensor<Shape>]",
      c: "[output: PackedSequence, h: Tensor<Shape>]",
      d: "[output: Tensor<Shape>, h: Tensor<Shape>]",
      e: "[output: Tensor<[2, 5, number]>, h: Tensor<[number, number, number]>]",
    },
  },
  "attention gives outputs as queries, and weights [N, L, S]": {
    code: `${given}
      const a = new nn.MultiheadAttention(8, 2, { batchFirst: true }).forward(randn([4, 5, 8]), randn([4, 7, 8]), randn([4, 7, 8]));
      const b = new nn.MultiheadAttention(8, 2).forward(randn([5, 4, 8]), randn([7, 4, 8]), randn([7, 4, 8]), { averageAttnWeights: false });
      const c = new nn.MultiheadAttention(8, 2, { kdim: 3, vdim: 6, addZeroAttn: true }).forward(randn([5, 8]), randn([7, 3]), randn([7, 6]));
      const d = new nn.MultiheadAttention(n, 2).forward(randn([5, 8]), u, u, { needWeights: false }); const e = new nn.MultiheadAttention(8, any, any).forward(any, any, any);
      function at(m: nn.MultiheadAttention, x: Tensor) { return m.forward(x, x, x); } const f = at(new nn.MultiheadAttention(4, 2), u);
      const g = F.scaledDotProductAttention(randn([2, 4, 5, 8]), randn([2, 4, 7, 8]), randn([2, 4, 7, 6])); const i = F.scaledDotProductAttention(u, randn([7, 8]), any);
      const h = F.scaledDotProductAttention(randn([2, 4, 5, 8]), randn([2, 2, 7, 8]), randn([2, 2, 7, 6]), { enableGqa: true, isCausal: true });`,
    types: {
      a: "[output: Tensor<[4, 5, 8]>, weights: Tensor<[4, 5, 7]> | null]",
      b: "[output: Tensor<[5, 4, 8]>, weights: Tensor<[4, 2, 5, 7]> | null]",
      c: "[output: Tensor<[5, 8]>, weights: Tensor<[5, number]> | null]",
      d: "[output: Tensor<[5, 8]>, weights: Tensor<Shape> | null]",
      e: "[output: Tensor<Shape>, weights: Tensor<Shape> | null]",
      f: "[output: Tensor<Shape>, weights: Tensor<Shape> | null]",
      g: "Tensor<[2, 4, 5, 6]>",
      h: "Tensor<[2, 4, 5, 6]>",
      i: "Tensor<Shape>",
    },
  },
  "transformers keep the shape": {
    code: `${given}
      const a = new nn.TransformerEncoderLayer(16, 4, { batchFirst: true }).forward(randn([2, 5, 16])); const b = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(16, 4), 2).forward(randn([2, 5, 16]));
      const c = new nn.TransformerDecoder(() => new nn.TransformerDecoderLayer(16, 4), 2, { norm: new nn.LayerNorm(16) }).forward(randn([3, 5, 16]), randn([7, 5, 16]));
      const d = new nn.Transformer({ dModel: 16, nhead: 4 }).forward(randn([3, 5, 16]), randn([7, 5, 16])); const e = new nn.Transformer().forward(randn([3, 5, 512]), u);
      const f = nn.sequential(new nn.Linear(3, 16), new nn.TransformerEncoder(new nn.TransformerEncoderLayer(16, 4), 2), new nn.Linear(16, 2)).forward(randn([2, 5, 3]));
      class Block extends nn.Module { attn = new nn.MultiheadAttention(8, 2, { batchFirst: true }); enc = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(8, 2), 1); forward(x: Tensor) { const [y] = this.attn.forward(x, x, x, { needWeights: false }); return this.enc.forward(y); } }
      const block = new Block(); block.attn = new nn.MultiheadAttention(16, 4); block.enc = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(16, 2), 1);
      function run(t: nn.Transformer) { return t.forward(randn([2, 3, 4]), randn([2, 3, 4])); } run(new nn.Transformer({ dModel: 4, nhead: 1 }));
      class Custom extends nn.Module { forward(x: Tensor) { return x; } clone() { return new Custom(); } } const g = new nn.TransformerEncoder(new Custom(), 2).forward(randn([2, 3]));`,
    types: {
      a: "Tensor<[2, 5, 16]>",
      b: "Tensor<[2, 5, 16]>",
      c: "Tensor<[3, 5, 16]>",
      d: "Tensor<[7, 5, 16]>",
      e: "Tensor<Shape>",
      f: "Tensor<[2, 5, 2]>",
      g: "Tensor<Shape>",
    },
  },
  "layers of several kinds stand side by side": {
    code: `const flag = Math.random() < 0.5; const one = flag ? new nn.LSTM(2, 3, { bidirectional: true }) : flag ? new nn.GRU(2, 3) : new nn.RNN(2, 3);
      const all = [new nn.LSTM(2, 3), new nn.GRU(2, 3), new nn.LSTMCell(2, 3), new nn.GRUCell(2, 3), new nn.MultiheadAttention(2, 1), new nn.TransformerDecoderLayer(2, 1), new nn.Transformer(), new nn.Conv2d(1, 2, 3)];
      const pool = flag ? new nn.MaxPool2d(2) : new nn.AvgPool2d(2); const losses = flag ? new nn.MSELoss() : new nn.CrossEntropyLoss(); const f = flag ? nn.functional.mseLoss : nn.functional.crossEntropy;`,
  },
  "the compiler refuses another input size": {
    code: "new nn.LSTM(4, 8).forward(randn([5, 2, 3]));",
    refused: "LSTM(4 → 8): input [5, 2, 3] has last size 3",
  },
  "the compiler refuses an input of four dims": {
    code: "new nn.GRU(4, 8).forward(randn([5, 2, 4, 4]));",
    refused: "GRU(4 → 8): input [5, 2, 4, 4] must have 3 dims, or 2 for one sequence",
  },
  "the compiler refuses a first state whose batch stands first": {
    code: "new nn.GRU(4, 8).forward(randn([5, 2, 4]), randn([2, 1, 8]));",
    refused: "GRU(4 → 8): expected a first hidden state of shape [1, 2, 8], got [2, 1, 8]",
  },
  "the compiler refuses a cell state of another size": {
    code: "new nn.LSTM(4, 8).forward(randn([5, 2, 4]), [randn([1, 2, 8]), randn([1, 2, 9])]);",
    refused: "LSTM(4 → 8): expected a first cell state of shape [1, 2, 8], got [1, 2, 9]",
  },
  "the compiler refuses the outputs of both directions for one": {
    code: "nn.sequential(new nn.Linear(8, 3)).forward(new nn.LSTM(4, 8, { bidirectional: true }).forward(randn([5, 2, 4]))[0]);",
    refused: "Linear(8 → 3): input [5, 2, 16] has last size 16",
  },
  "the compiler refuses another input of a cell": {
    code: "new nn.LSTMCell(4, 8).forward(randn([2, 3]));",
    refused: "LSTMCell(4 → 8): input [2, 3] has last size 3",
  },
  "the compiler refuses another state of a cell": {
    code: "new nn.GRUCell(4, 8).forward(randn([2, 4]), randn([2, 4]));",
    refused: "GRUCell(4 → 8): expected a first hidden state of shape [2, 8], got [2, 4]",
  },
  "the compiler refuses queries of another size": {
    code: "new nn.MultiheadAttention(8, 2).forward(randn([5, 4, 9]), randn([5, 4, 8]), randn([5, 4, 8]));",
    refused: "MultiheadAttention(8, 2): queries [5, 4, 9] must have the last size 8",
  },
  "the compiler refuses keys of another size": {
    code: "new nn.MultiheadAttention(8, 2).forward(randn([5, 4, 8]), randn([5, 4, 9]), randn([5, 4, 8]));",
    refused: "MultiheadAttention(8, 2): keys [5, 4, 9] must have the last size 8",
  },
  "the compiler refuses fewer values than keys": {
    code: "new nn.MultiheadAttention(8, 2).forward(randn([5, 4, 8]), randn([6, 4, 8]), randn([5, 4, 8]));",
    refused: "MultiheadAttention(8, 2): keys [6, 4, 8] and values [5, 4, 8] must be as many",
  },
  "the compiler refuses keys that do not fit queries": {
    code: "nn.functional.scaledDotProductAttention(randn([2, 4, 5, 8]), randn([2, 4, 7, 6]), randn([2, 4, 7, 6]));",
    refused:
      "scaledDotProductAttention: queries [2, 4, 5, 8] and keys [2, 4, 7, 6] must have the same last size",
  },
  "the compiler refuses another d_model, through a stack of layers": {
    code: "new nn.TransformerEncoder(new nn.TransformerEncoderLayer(16, 4), 2).forward(randn([2, 5, 8]));",
    refused: "TransformerEncoderLayer(16): input [2, 5, 8] has last size 8",
  },
  "the compiler refuses a memory of another d_model": {
    code: "new nn.TransformerDecoder(new nn.TransformerDecoderLayer(16, 4), 2).forward(randn([3, 5, 16]), randn([7, 5, 8]));",
    refused: "TransformerDecoderLayer(16): input [7, 5, 8] has last size 8",
  },
  "the compiler refuses embeddings that do not fit the encoder": {
    code: "nn.sequential(new nn.Embedding(100, 32), new nn.TransformerEncoderLayer(16, 4));",
    refused: "TransformerEncoderLayer(16): input [..., 32] has last size 32",
  },
});
