/** A step of the article's program: 2-3-1, no nonlinearity, MSE on 100 examples, gradient descent. Usage: article.ts [SECONDS] */
import { manualSeed, optim, randn, tensor, zeros } from "../src/index.js";
import { report } from "./median-step.js";

manualSeed(0);
const x = randn([100, 2]);
const y = x.matmul(tensor([[2], [-3]])).add(1);
const w1 = randn([2, 3]).mul(0.01).detach().requiresGrad_();
const b1 = zeros([3], { requiresGrad: true });
const w2 = randn([3, 1]).mul(0.01).detach().requiresGrad_();
const b2 = zeros([1], { requiresGrad: true });
const optimizer = new optim.SGD([w1, b1, w2, b2], { lr: 0.01 });

report("article 2-3-1, batch 100, SGD", () => {
  optimizer.zeroGrad();
  const loss = x.matmul(w1).add(b1).matmul(w2).add(b2).sub(y).square().mean();
  loss.backward();
  optimizer.step();
});
