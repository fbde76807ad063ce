/** How free JupyterLab's page stays while a training shows its plot: times between animation frames, with a plot and without. */
import type { Lab } from "./lab.js";

/** A training of many quick steps that shows its losses (or does not) until it is stopped. */
export function training(plot: boolean): string {
  return `
const inputs = randn([4096, 64]);
const targets = inputs.matmul(randn([64, 1]));
const loader = new data.DataLoader(new data.TensorDataset(inputs, targets), { batchSize: 64, shuffle: true });
const model = nn.sequential(new nn.Linear(64, 128), new nn.ReLU(), new nn.Linear(128, 1));
await train.fit(model, loader, {
  loss: nn.functional.mseLoss,
  optimizer: new optim.SGD(model.parameters(), { lr: 0.01 }),
  epochs: 1_000_000,
  plot: ${plot},
});`;
}

/** Milliseconds between the page's animation frames during `ms`, in ascending order. */
export async function frameTimes(lab: Lab, ms: number): Promise<number[]> {
  return lab.evaluate(
    `const times = [];
     let before = performance.now();
     const end = before + args;
     await new Promise((done) => requestAnimationFrame(function frame(now) {
       times.push(now - before);
       before = now;
       if (now < end) requestAnimationFrame(frame);
       else done();
     }));
     return times.slice(1).sort((a, b) => a - b);`,
    ms,
  );
}

export function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Presses the toolbar's Stop; milliseconds until the page has handled the click. */
export async function pressStop(lab: Lab): Promise<number> {
  await lab.evaluate(
    `window.stopHandled = new Promise((done) => {
       app.commands.commandExecuted.connect((_, { id }) => {
         if (id === "notebook:interrupt-kernel") done(performance.now());
       });
     });
     window.stopPressed = performance.now();`,
  );
  const button = lab.page.locator(
    '.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Toolbar [data-command="notebook:interrupt-kernel"]',
  );
  const pressed = Date.now();
  await button.click({ noWaitAfter: true, force: true });
  await lab.evaluate("await window.stopHandled");
  return Date.now() - pressed;
}
