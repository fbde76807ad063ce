/**
 * Cells for `stops.ts`: trainings whose state after every step is known, to be stopped at random moments and gone on with.
 *
 * A training makes its step k from the batch k and from the state of the random generator that the first run, which nobody stopped, had at
 * that step. `record` notes a digest of everything that a step changes, `go` steps until it is stopped, and `check` answers what is wrong.
 * No layer keeps averages: a forward pass changes them, so that they are ahead of the weights where the stop comes before the step.
 */
export const DEFINITIONS = `
import { createHash } from "node:crypto";

interface Training { model: any; opt: any; schedule: any; one(k: number): void; modes: boolean[] }
const X = randn([96, 12]), Y = randint(3, [96]);
const batch = (k: number) => { const at = (k % 6) * 16; return [X.narrow(0, at, 16), Y.narrow(0, at, 16)] as const; };
const loader = { length: 6, *[Symbol.iterator]() { for (let k = 0; k < 6; k++) yield [...batch(k)]; } };
const ce = nn.functional.crossEntropy;
const mlp = (...between: any[]) => nn.sequential(new nn.Linear(12, 32), new nn.ReLU(), ...between, new nn.Linear(32, 3)) as any;

const trainings: Record<string, () => Training> = {
  "SGD with momentum"() {
    const model = mlp(), opt = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9, nesterov: true });
    return { model, opt, schedule: null, modes: [], one(k) {
      const [x, y] = batch(k);
      opt.zeroGrad();
      ce(model.forward(x), y).backward();
      opt.step();
    } };
  },
  "Adam with a schedule for each step, and clipping"() {
    const model = mlp(), opt = new optim.Adam(model.parameters(), { lr: 0.01, amsgrad: true });
    const schedule = new optim.lrScheduler.CosineAnnealingLR(opt, 50);
    return { model, opt, schedule, modes: [], one(k) {
      const [x, y] = batch(k);
      opt.zeroGrad();
      const loss = ce(model.forward(x), y);
      loss.backward();
      nn.utils.clipGradNorm_(model.parameters(), 1);
      opt.step();
      schedule.step();
      losses.push(loss.item());
    } };
  },
  "AdamW with dropout, noGrad and evaluate"() {
    const model = mlp(new nn.Dropout(0.3)), opt = new optim.AdamW(model.parameters(), { lr: 0.003 });
    const schedule = new optim.lrScheduler.StepLR(opt, 10);
    return { model, opt, schedule, modes: [], one(k) {
      const [x, y] = batch(k);
      const loss = ce(model.forward(x), y);
      opt.zeroGrad();
      loss.backward();
      opt.step();
      schedule.step();
      if (k % 3 === 0) noGrad(() => model.forward(x).argmax(1).eq(y).sum().item());
      if (k % 5 === 0) train.evaluate(model, loader as any, { loss: ce });
    } };
  },
  "a convolution, a norm and an LSTM"() {
    const conv = new nn.Conv1d(1, 6, 3, { padding: 1 }), norm = new nn.BatchNorm1d(6, { trackRunningStats: false }), lstm = new nn.LSTM(12, 5), head = new nn.Linear(5, 3);
    const model = new (class extends nn.Module {
      conv = conv; norm = norm; lstm = lstm; head = head;
      forward(x: Tensor): Tensor {
        const channels = this.norm.forward(this.conv.forward(x.unsqueeze(1))).relu() as any;
        return this.head.forward(this.lstm.forward(channels.transpose(0, 1))[0].select(0, -1) as any);
      }
    })();
    const opt = new optim.RMSprop(model.parameters(), { lr: 0.002, momentum: 0.5 });
    return { model, opt, schedule: null, modes: [], one(k) {
      const [x, y] = batch(k);
      opt.zeroGrad();
      ce(model.forward(x), y).backward();
      opt.step();
    } };
  },
};
const losses: number[] = [];

let chain: string[] = [], generators: any[] = [], now!: Training, done = 0, kind = "";
function digest(): string {
  const hash = createHash("sha1");
  for (const [name, value] of Object.entries(now.model.stateDict() as Record<string, any>)) hash.update(name).update(value.dataSync());
  const { state, paramGroups } = now.opt.stateDict();
  for (const own of Object.values(state as Record<string, any>))
    for (const [name, value] of Object.entries(own as Record<string, any>)) hash.update(name).update(value.dataSync?.() ?? String(value));
  hash.update(String(paramGroups.map((g: any) => g.lr))).update(JSON.stringify(now.schedule?.stateDict() ?? null));
  return hash.digest("hex");
}
function begin() { manualSeed(11); losses.length = 0; now = trainings[kind]!(); now.modes = now.model.modules().map((m: any) => m.training); done = 0; }
function record(which: string, steps: number) {
  kind = which; chain = []; generators = []; begin();
  for (let k = 0; k <= steps; k++) { chain.push(digest()); generators.push(getRandomState()); now.one(k); }
}
function go() { while (done < chain.length - 40) { now.one(done); done++; } }
const fitting = () => ({ loss: ce, optimizer: now.opt, epochs: Math.floor((chain.length - 40) / 6), verbose: false, ...(now.schedule && { clipGradNorm: 1 }),
  callbacks: now.schedule ? [train.schedule(now.schedule, { every: "step" })] : [] });

/** What is wrong after a stop; "" if nothing is. */
function check(counted: number | undefined): string {
  if (!isGradEnabled()) return "gradients are off";
  if (String(now.model.modules().map((m: any) => m.training)) !== String(now.modes)) return "the model is in another mode";
  const k = chain.indexOf(digest());
  if (k < 0) return "the state is that after no whole number of steps";
  if (counted !== undefined && counted !== k) return \`\${counted} steps were counted, \${k} were made\`;
  setRandomState(generators[k]);
  const further = Math.min(20, chain.length - 1 - k);
  for (let i = 0; i < further; i++) now.one(k + i);
  return digest() === chain[k + further] ? "" : "going on gives other bits";
}
`;

/** Trainings that are stopped in a loop of the user's, and those that `fit` can do in the same way. */
export const BY_HAND = [
  "SGD with momentum",
  "Adam with a schedule for each step, and clipping",
  "AdamW with dropout, noGrad and evaluate",
  "a convolution, a norm and an LSTM",
];

/** Places where gradients are off or layers are in another mode for a while, each to be stopped. */
export const BLOCKS = [
  "noGrad(() => { for (;;) now.model.forward(X).sum().item(); });",
  "for (;;) noGrad(() => now.model.forward(X).sum().item());",
  "for (;;) noGrad(() => enableGrad(() => noGrad(() => now.model.forward(X).sum().item())));",
  "for (;;) ce(now.model.forward(X), Y).backward();",
  "for (;;) train.evaluate(now.model, loader as any, { loss: ce });",
  "await noGrad(async () => { for (;;) { now.model.forward(X).sum().item(); await new Promise((done) => setTimeout(done)); } });",
  "await noGrad(async () => { for (;;) { now.model.forward(X).sum().item(); await null; } });",
  "await train.fit(now.model, loader as any, { ...fitting(), validation: Array.from({ length: 50 }, (_, k) => [...batch(k)]) as any });",
];
