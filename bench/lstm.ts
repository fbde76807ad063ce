/** Recurrent layers: a training step of an LSTM and of a GRU whose last output is classified. Usage: lstm.ts [SECONDS] */
import { manualSeed, nn, optim, randint, randn, type Tensor } from "../src/index.js";
import { report } from "./median-step.js";

manualSeed(0);
const sequences = randn([50, 32, 64]);
const labels = randint(0, 10, [32], { dtype: "int32" });

function train(name: string, layer: nn.Module, outputsOf: (x: Tensor) => Tensor): void {
  const head = new nn.Linear(128, 10);
  const optimizer = new optim.Adam([...layer.parameters(), ...head.parameters()], { lr: 1e-3 });
  report(`${name} 64 → 128, 50 times, batch 32, Adam`, () => {
    optimizer.zeroGrad();
    const last = outputsOf(sequences).select(0, -1);
    nn.functional.crossEntropy(head.forward(last), labels).backward();
    optimizer.step();
  });
}

const lstm = new nn.LSTM(64, 128);
train("LSTM", lstm, (x) => lstm.forward(x)[0]);
const gru = new nn.GRU(64, 128);
train("GRU", gru, (x) => gru.forward(x)[0]);
