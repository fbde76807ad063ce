/**
 * Habits from PyTorch, NumPy, Python and other runtimes: a cell that has one is refused with what to write, and what it says to write is
 * accepted and runs.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as runtime from "../../../../src/index.js";
import { Notebook, OWN_RUNTIME } from "../../notebook.js";

const notebook = new Notebook({}, OWN_RUNTIME);
Object.assign(notebook.scope, runtime, { display: () => undefined });
await notebook.run(`
const model = nn.sequential(new nn.Linear(2, 1)), x = randn([4, 2]), y = randn([4, 2]), one = tensor(1);
const target = tensor([0, 1, 0, 1]).int(), xs = [3, 1, 2], ys = [1, 2, 3], text = "12", pairs: [string, number][] = [["a", 1]];
const seed = 1, whole = tensor([1, 2]).int();
let acc = 0, t = tensor(0);
class Net extends nn.Module {
  layers: nn.Layer[] = [new nn.Linear(2, 2), new nn.ReLU()];
  forward(input: Tensor): Tensor { return this.layers.reduce((h, layer) => layer.forward(h), input); }
}
const net = new Net(), criterion = new nn.CrossEntropyLoss(), set = new data.TensorDataset(x, y.sum(1, { keepdim: true }));
const loader = new data.DataLoader(set, { batchSize: 2 }), optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
const w = tensor([1, 2], { requiresGrad: true });
w.square().sum().backward();`);

/** A cell, what its refusal says to write, and that with what it leaves open where it leaves something open. */
type Habit = readonly [cell: string, advice: string, taken?: string];

const HABITS: Readonly<Record<string, readonly Habit[]>> = {
  "objects are called": [
    ["model(x)", "model.forward(x)"],
    ["net(x.abs())", "net.forward(x.abs())"],
    ["criterion(x, target)", "criterion.forward(x, target)"],
    ["new nn.CrossEntropyLoss()(x, target)", "new nn.CrossEntropyLoss().forward(x, target)"],
    ["nn.CrossEntropyLoss()(x, target)", "new nn.CrossEntropyLoss().forward(x, target)"],
    ["(new nn.ReLU())(x)", "(new nn.ReLU()).forward(x)"],
    ["model.layers[0](x)", "model.layers[0].forward(x)"],
    ["nn.Linear(2, 3)", "new nn.Linear(2, 3)"],
    ["optim.SGD(model.parameters(), { lr: 0.1 })", "new optim.SGD(model.parameters(), { lr: 0.1 })"],
    ["x.shape()", "x.shape"],
    ["x.ndim()", "x.ndim"],
  ],
  "objects are in brackets": [
    ["model[0]", "model.at(0)"],
    ["model[-1]", "model.at(-1)"],
    ["net[1]", "net.layers[1]"],
    ["x[0]", "x.at(0)"],
    ["x[-1]", "x.at(-1)"],
    ["x[0, 1]", "x.at(0, 1)"],
    ["x.abs()[1]", "x.abs().at(1)"],
    ["x[seed]", "x.at(seed)"],
    ["set[0]", "set.get(0)"],
    ["y[0] = 1", "y.set(0, 1)"],
    ["y[0] = x.at(1)", "y.set(0, x.at(1))"],
    ["y[0] += 1", "y.at(0).add_(1)"],
    ["y[0, 1] *= 2", "y.at(0, 1).mul_(2)"],
  ],
  "operators on tensors": [
    ["x + 1", "x.add(1)"],
    ["3 * x", "x.mul(3)"],
    ["x * y", "x.mul(y)"],
    ["x.abs() / 2", "x.abs().div(2)"],
    ["2 - x", "x.neg().add(2)"],
    ["1 / x", "tensor(1).div(x)"],
    ["2 ** x", "tensor(2).pow(x)"],
    ["x ** 2", "x.pow(2)"],
    ["x < 3", "x.lt(3)"],
    ["0 >= x", "x.le(0)"],
    ["x == 3", "x.eq(3)"],
    ["3 !== x", "x.ne(3)"],
    ["1 + 2 * x", "x.mul(2)"],
    ["t += one", "t = t.add(one)"],
    ["t -= 1", "t = t.sub(1)"],
    ["t++", "t = t.add(1)"],
    ["acc += one", "acc += one.item()"],
    ["acc -= x.sum()", "acc -= x.sum().item()"],
    ["y += 1", "y.add_(1)"],
    ["(-one).backward()", "one.neg()"],
    ["const negative = -x", "x.neg()"],
    ["1 + -x.abs()", "x.abs().neg()"],
    ["~x", "x.logicalNot()"],
    ["x == y", "x.eq(y)"],
    ["x.sum(1) != y.sum(1)", "x.sum(1).ne(y.sum(1))"],
    ["Math.exp(x)", "x.exp()"],
    ["Math.max(x)", "x.max()"],
  ],
  "members of PyTorch and NumPy": [
    ["x.numpy()", "x.tolist()"],
    ["x.detach().numpy()", "x.detach().tolist()"],
    ["x.cuda()", "write x", "x"],
    ["model.cuda()", "write model", "model"],
    ['x.to("cuda")', "write x", "x"],
    ['model.to("cuda:0")', "write model", "model"],
    ["x.to(device)", "write x", "x"],
    ["x.to(float64)", '"float64"', 'x.to("float64")'],
    ["x.short()", "x.int()"],
    ['x.astype("float64")', 'x.to("float64")'],
    ["x.copy()", "x.clone()"],
    ["x.map((row) => row.sum())", "[...x].map((row) => row.sum())"],
    ["x.requires_grad", "'requiresGrad'", "x.requiresGrad"],
    ["x.requires_grad_()", "'requiresGrad_'", "randn([1]).requiresGrad_()"],
    ["x.log_softmax(1)", "'logSoftmax'", "x.logSoftmax(1)"],
    ["model.zero_grad()", "'zeroGrad'", "model.zeroGrad()"],
    ["model.state_dict()", "'stateDict'", "model.stateDict()"],
    ["optimizer.zero_grad()", "'zeroGrad'", "optimizer.zeroGrad()"],
    ["nn.functional.cross_entropy(x, target)", "'crossEntropy'", "nn.functional.crossEntropy(x, target)"],
    ["new nn.ReLu()", "'ReLU'", "new nn.ReLU()"],
    ["new nn.relu()", "'ReLU'", "new nn.ReLU()"],
    ["nn.crossEntropy(x, target)", "'nn.functional.crossEntropy'", "nn.functional.crossEntropy(x, target)"],
    [
      "new optim.StepLR(optimizer, { stepSize: 1 })",
      "'optim.lrScheduler.StepLR'",
      "optim.lrScheduler.StepLR",
    ],
    ["new nn.Conv7d(1, 2, 3)", "'Conv1d'", "new nn.Conv1d(1, 2, 3)"],
    ["new optim.RMSpropagation(model.parameters())", "optim.Adam, optim.AdamW", "optim.AdamW"],
    ["model.fit(x, y)", "await train.fit(model, loader, { loss: nn.functional.mseLoss, optimizer })"],
    ["model.predict(x)", "model.forward(x)"],
    ["w.grad.zero_()", "w.grad!", "w.grad!.zero_()"],
    ["xs.append(4)", "xs.push(4)"],
    ["xs.extend(ys)", "xs.push(...ys)"],
    ["text.strip()", "text.trim()"],
    ["text.upper()", "text.toUpperCase()"],
    ['text.startswith("1")', 'text.startsWith("1")'],
    ["({ a: 1 }).items()", "Object.entries(({ a: 1 }))"],
  ],
  "arguments of PyTorch": [
    ["new optim.SGD(model, { lr: 0.1 })", "model.parameters()"],
    ["new Tensor([1, 2])", "tensor([1, 2])"],
    ['zeros([2], "float64")', '{ dtype: "float64" }', '({ dtype: "float64" })'],
    ["x.sum(1, { keep_dim: true })", "'keepdim'", "x.sum(1, { keepdim: true })"],
    [
      "new data.DataLoader(set, { batch_size: 2 })",
      "'batchSize'",
      "new data.DataLoader(set, { batchSize: 2 })",
    ],
    [
      "new optim.SGD(model.parameters(), lr=0.1)",
      "{ lr: … }",
      "new optim.SGD(model.parameters(), { lr: 0.1 })",
    ],
    ["x.add([1, 2])", "tensor([1, 2])", "x.add(tensor([1, 2]))"],
  ],
  "names of PyTorch and NumPy": [
    ["torch.randn(2, 3)", "randn(2, 3)"],
    ["torch.tensor([1, 2])", "tensor([1, 2])"],
    ["torch.nn.Linear(1, 2)", "new nn.Linear(1, 2)"],
    ["new torch.nn.ReLU()", "new nn.ReLU()"],
    ["torch.nn.functional.relu(x)", "nn.functional.relu(x)"],
    ["torch.optim.SGD(model.parameters(), lr=0.1)", "new optim.SGD(model.parameters(), { lr: 0.1 })"],
    ["torch.utils.data.DataLoader(set, batch_size=2)", "new data.DataLoader(set, { batchSize: 2 })"],
    ["torch.manual_seed(0)", "manualSeed(0)"],
    ["torch.exp(x)", "exp(x)"],
    ["torch.sum(x, dim=1)", "sum(x, 1)"],
    ["torch.sum(x, 1, keepdim=true)", "sum(x, 1, { keepdim: true })"],
    ["torch.log_softmax(x, 1)", "logSoftmax(x, 1)"],
    ["x.to(torch.float64)", '"float64"', 'x.to("float64")'],
    ["torch.cuda.is_available()", "false"],
    ["torch.no_grad()", "noGrad(() => { … })", "noGrad(() => {})"],
    ["torch.load('m.pt')", "await io.load('m.pt')", "io.load"],
    ["F.relu(x)", "nn.functional.relu(x)"],
    ["F.cross_entropy(x, target)", "nn.functional.crossEntropy(x, target)"],
    ["np.array([1, 2])", "tensor([1, 2])"],
    ["np.zeros([2, 2])", "zeros([2, 2])"],
    ["np.sqrt(x)", "sqrt(x)"],
    ["np.sqrt(2)", "Math.sqrt(2)"],
    ["np.random.randn(2, 3)", "randn([2, 3])"],
    ["np.mean(x, axis=0)", "mean(x, 0)"],
    ["np.pi", "Math.PI"],
    ["math.sqrt(2)", "Math.sqrt(2)"],
    ["json.dumps(xs)", "JSON.stringify(xs)"],
    ["json.loads('[1]')", "JSON.parse('[1]')"],
    ["random.random()", "Math.random()"],
    ["time.time()", "Date.now() / 1000"],
    ["plt.plot(ys, [1, 2, 3])", "viz.plot([{ x: ys, y: [1, 2, 3] }])"],
    ["Deno.cwd()", "process.cwd()"],
    ["torch.compile(model)", "nor is anything called compile", "model"],
    ["pd.DataFrame({})", "npm install arquero", "1"],
  ],
  "names of Python": [
    ["print(x)", "console.log", "String(x)"],
    ["True", "'true'", "true"],
    ["None", "'null'", "null"],
    ["len(xs)", "xs.length"],
    ["len(x)", "x.length"],
    ["len(xs.concat(ys))", "xs.concat(ys).length"],
    ["range(3)", "Array.from({ length: 3 }, (_, i) => i)"],
    ["range(1, 4)", "Array.from({ length: 4 - 1 }, (_, i) => 1 + i)"],
    ["range(0, 10, 2)", "Array.from({ length: Math.ceil((10) / 2) }, (_, i) => i * 2)"],
    ["str(x)", "String(x)"],
    ["int(text)", "Math.trunc(Number(text))"],
    ["float(text)", "Number(text)"],
    ["list(text)", "[...text]"],
    ["dict(pairs)", "Object.fromEntries(pairs)"],
    ["enumerate(xs)", "[...xs].entries()"],
    ["zip(xs, ys)", "[...xs].map((x, i) => [x, ys[i]])"],
    ["sorted(xs)", "[...xs].sort((a, b) => a - b)"],
    ["abs(seed)", "Math.abs(seed)"],
    ["round(1.234, 2)", "Number(1.234.toFixed(2))"],
    ["max(xs)", "Math.max(...xs)"],
    ["max(1, 2)", "Math.max(1, 2)"],
    ["min(xs)", "Math.min(...xs)"],
    ["sum(xs)", "xs.reduce((a, b) => a + b, 0)"],
    ["all(xs)", "xs.every(Boolean)"],
    ["pow(seed, 2)", "seed ** 2"],
    ["reversed(xs)", "[...xs].reverse()"],
    ["isinstance(x, Tensor)", "x instanceof Tensor"],
  ],
  "lines of Python": [
    ["import torch", "Leave the line out", "1"],
    ["import torch.nn as nn", "Leave the line out", "1"],
    ["from torch import nn, optim", "Leave the line out", "1"],
    ["import numpy as np", "Leave the line out", "1"],
    ["import os", 'import os from "node:os";'],
    [
      "def f(a, b=2):\n    return a + b",
      "function f(a: any, b: any = 2) { … }",
      "function f1(a: any, b: any = 2) { return a + b }",
    ],
    ["def double(a): return 2 * a", "function double(a: any) { return 2 * a; }"],
    [
      "for i in range(10):\n    print(i)",
      "for (let i = 0; i < 10; i++) { … }",
      "for (let i = 0; i < 10; i++) {}",
    ],
    ["for i in range(10, 0, -2): acc", "for (let i = 10; i > 0; i += -2) { acc; }"],
    ["for a, b in loader:", "for (const [a, b] of loader) { … }", "for (const [a, b] of loader) {}"],
    [
      "for i, v in enumerate(xs):",
      "for (const [i, v] of [...xs].entries()) { … }",
      "for (const [i, v] of [...xs].entries()) {}",
    ],
    [
      "for k, v in model.stateDict().items():",
      "of Object.entries(model.stateDict())) { … }",
      "for (const [k, v] of Object.entries(model.stateDict())) {}",
    ],
    ["if acc > 0 and not seed:\n    pass", "if (acc > 0 && !seed) { … }", "if (acc > 0 && !seed) {}"],
    ["while True: break", "while (true) { break; }"],
    ["try:\n    x\nexcept Exception as e:\n    pass", "try { … }", "try {} catch {}"],
    ["with torch.no_grad():\n    y", "noGrad(() => { … });", "noGrad(() => {});"],
    [
      "class Mlp(nn.Module):\n    pass",
      "class Mlp extends nn.Module { … }",
      "class Mlp extends nn.Module { forward() {} }",
    ],
    [
      "const double2 = lambda a: 2 * a",
      "const double2 = (a) => 2 * a",
      "const double2 = (a: number) => 2 * a",
    ],
    ["[i * i for i in xs if i > 1]", "[...xs].filter((i) => i > 1).map((i) => i * i)"],
    ["[i for i in range(4)]", "Array.from({ length: 4 }, (_, i) => i)"],
    ['f"loss {acc:.3f} of {seed}"', "`loss ${acc.toFixed(3)} of ${seed}`"],
    ["print(f'{acc}')", "console.log(`${acc}`)"],
    ["const sign = 1 if acc else 2", "const sign = acc ? 1 : 2"],
    ["elif acc: pass", "else if (acc) {}", "1"],
    ["left, right = 1, 2", "const [left, right] = [1, 2]"],
    ["first, rest = text.split('')", "const [first, rest] = text.split('')"],
    [
      "let lo = 1, hi = 2;\nlo, hi = hi, lo",
      "write [lo, hi] = [hi, lo]",
      "let lo = 1, hi = 2;\n[lo, hi] = [hi, lo]",
    ],
    ["(a: number, b: number) => { a, b = b, a; }", "write [a, b] = [b, a]", "1"],
    ["acc, t = acc + 1, t.mul(2)", "[acc, t] = [acc + 1, t.mul(2)]"],
    ["xs[0], xs[1] = xs[1], xs[0]", "[xs[0], xs[1]] = [xs[1], xs[0]]", "[xs[0], xs[1]] = [xs[1]!, xs[0]!]"],
    ["# a comment", "// a comment"],
    ["acc = 2  # two", "acc = 2 // two"],
    ["not acc", "!acc"],
    ["acc or seed", "acc || seed"],
    ["acc is None", "acc === null"],
    ["acc is not None", "acc !== null"],
    ["1 if acc else 2", "acc ? 1 : 2"],
    ["x[1:3]", "x.slice([1, 3])"],
    ["xs[1:2]", "xs.slice(1, 2)"],
    ["x[:, 0]", "x.slice(null, 0)"],
    ["x[::2]", "x.slice([null, null, 2])"],
    ["x[..., 1:]", 'x.slice("...", [1])'],
    ["x @ y.t()", "x.matmul(y.t())"],
    ["assert acc >= 0, 'negative'", "if (!(acc >= 0)) throw new Error('negative');", "1"],
    ["raise ValueError('no')", "throw new RangeError('no');", "1"],
    ["Math.max(*xs)", "Math.max(...xs)"],
  ],
};

for (const [kind, habits] of Object.entries(HABITS))
  test(`${kind}: what a refusal says to write is accepted and runs`, async (t) => {
    for (const [cell, advice, taken = advice] of habits)
      await t.test(cell, async () => {
        const said = notebook.messages(cell);
        assert.ok(said.join("\n").includes(advice), `${said.join("\n")}\nsays nothing of ${advice}`);
        await notebook.run(taken);
      });
  });

test("options that there are not, and words that they do not take, are told by what there is", () => {
  for (const [cell, said] of [
    ['zeros([2], { dtype: "f16" })', /^There is no dtype "f16", but "float32", /u],
    ['zeros(2, 3, { dtype: "f16" })', /^There is no dtype "f16", but "float32", /u],
    ['tensor([1], { dtype: "f16" })', /^There is no dtype "f16", but "float32", /u],
    [
      "zeros([2], { requires_grad: true })",
      /^There is no option 'requires_grad'\. Did you mean 'requiresGrad'\?$/u,
    ],
    ["x.sum(0, { keep_dim: true })", /^There is no option 'keep_dim'\. Did you mean 'keepdim'\?$/u],
    ["x.quantile(0.5, 0, { keep_dim: true })", /^There is no option 'keep_dim'\. Did you mean 'keepdim'\?$/u],
    ["new nn.Conv2d(1, 2, 3, { stryde: 2 })", /^There is no option 'stryde', but stride, /u],
    ["widgets.slider({ description: 'rate' })", /^There is no option 'description', but label, min, /u],
    ["x.clamp({ mn: 1 })", /^There is no option 'mn', but min, max\.$/u],
    [
      "new optim.lrScheduler.StepLR(new optim.SGD([x]), { step_size: 3 })",
      /^There is no option 'step_size'\. Did you mean 'stepSize'\?$/u,
    ],
    [
      "new optim.lrScheduler.StepLR(new optim.SGD([x]), 3, { gama: 1 })",
      /^There is no option 'gama', but gamma, lastEpoch, stepSize\.$/u,
    ],
    [
      "new optim.lrScheduler.CyclicLR(new optim.SGD([x]), { gamma: 1 })",
      /^Give baseLr and maxLr too; there is stepSizeUp, /u,
    ],
    [
      "new nn.Conv2d(1, 2)",
      /^Expected 3-\d+ arguments, but got 2\.\nAn argument for 'kernelSize' was not provided\.$/u,
    ],
    ['zeros([2], { device: "cuda" })', /^Leave device out: everything is computed on the CPU\.$/u],
    [
      'import { Tensr } from "cellgrad"',
      /^It has no exported member named 'Tensr'\. Did you mean 'Tensor'\?$/u,
    ],
    ['let word: "a" | "b" = "c"', /^Type '"c"' is not assignable to type '"a" \| "b"'\.$/u],
  ] as const)
    assert.match(notebook.refused(cell)[0]!.message, said);
});

test("what runs is not refused for a habit", async () => {
  for (const cell of [
    "-one",
    "-tensor([[2]])",
    "x === y",
    "x !== y",
    "-acc",
    "acc == seed",
    "(x as Tensor) === (y as Tensor)",
    "1, 2",
    "acc = 1, t",
    "for (let i = 0, j = 0; i < 2; i++, j = i) acc;",
  ])
    await notebook.run(cell);
});

test("a name of one's own that hides one of every cell's is told, and how that comes back", async () => {
  const own = new Notebook({}, OWN_RUNTIME);
  Object.assign(own.scope, runtime);
  const said = (cell: string): string => own.messages(cell).join("\n");
  await own.run("const [train, test] = data.randomSplit(data.moons(10, { seed: 1 }), [0.8, 0.2]);");
  await own.run("let tensor = [1], viz = {}; const display = 5;");
  for (const [cell, name, use] of [
    ["await train.fit(nn.sequential(), [], {})", "train", "cellgradTrain.fit"],
    ["tensor([1, 2])", "tensor", "cellgradTensor(…)"],
    ["viz.plot([])", "viz", "cellgradViz.plot"],
    ["const data = [1];\nnew data.DataLoader(data)", "data", "cellgradData.DataLoader"],
    ["function optim() {}\nnew optim.Adam([])", "optim", "cellgradOptim.Adam"],
  ] as const) {
    const other = use.replace(/\W.*/u, "");
    const back = `import { ${name} as ${other} } from "cellgrad";`;
    assert.ok(
      said(cell).includes(
        `'${name}' is your own here and hides the one that every cell has; ${back} brings that back, as ${use}`,
      ),
      said(cell),
    );
    own.compile(`${back}\n${use.replace("(…)", "([1])")};`);
  }
  assert.match(said("display(1)"), /'display' is your own here .* give yours another name and run %reset/u);
  assert.doesNotMatch(said("train.nothing"), /your own/u);
});

test("imports of other runtimes are told as they are written here", () => {
  for (const [specifier, expected] of [
    ["npm:moment@2.29.4", 'Run npm install moment@2.29.4 beside the notebook, then import "moment".'],
    [
      "npm:@scope/pkg@^1.2/sub.js",
      'Run npm install @scope/pkg@^1.2 beside the notebook, then import "@scope/pkg/sub.js".',
    ],
    [
      "https://esm.sh/lodash@4",
      'Modules are not loaded from the web. Run npm install lodash@4 beside the notebook, then import "lodash".',
    ],
    [
      "https://cdn.jsdelivr.net/npm/d3@7/+esm",
      'Modules are not loaded from the web. Run npm install d3@7 beside the notebook, then import "d3".',
    ],
    [
      "https://deno.land/std/version.ts",
      "Modules are not loaded from the web. Install a package that has it from npm, or download the file beside the notebook and import its path.",
    ],
    [
      "jsr:@std/http@1/server",
      'Packages of JSR are not loaded by this name: run npx jsr add @std/http, then import "@std/http/server".',
    ],
    ["bun:test", "Only Bun has this module; cells run in Node.js."],
    ["node:nope", `Node ${process.versions.node} has no such module.`],
    ["node:fs/promise", `Node ${process.versions.node} has no such module. Did you mean 'node:fs/promises'?`],
    ["file:///nowhere.ts", "There is no such file."],
    [
      "torch",
      "It is a library of Python's. Leave the import out: tensor, nn, optim, data, train and viz are there without one.",
    ],
  ] as const)
    for (const cell of [`import { a } from "${specifier}";`, `await import("${specifier}");`])
      assert.deepEqual(notebook.messages(cell), [`Cannot find module '${specifier}'. ${expected}`]);
  const installed = new Notebook({ "package.json": '{ "dependencies": { "moment": "*" } }' });
  assert.match(
    installed.refused('import "npm:moment@2"')[0]!.message,
    /The package is installed; write import "moment"\.$/u,
  );
  notebook.compile(
    'const answer: number = (await import("data:text/javascript,export default 42")).default;',
  );
  notebook.compile('import fortyTwo from "data:text/javascript,export default 42"; fortyTwo;');
});

test("plain JavaScript is told how to be let run, and both ways let it", async () => {
  const cells = [
    "function add(a, b) { return a + b; }\nadd(1, 2)",
    "const sum = ({ a, b }) => a + b;\nsum({ a: 1, b: 2 })",
    "function rest(...all) { return all.length + 1; }\nrest(1, 2)",
  ];
  const klass =
    "class Hello { constructor(name) { this.name = name; } say() { return this.name; } }\nnew Hello(3).say()";
  for (const cell of [...cells, klass]) {
    const plain = new Notebook();
    const said = plain.messages(cell);
    assert.equal(
      said.filter((message) =>
        message.includes(
          'begin the cell with %typecheck warn, or write { "compilerOptions": { "strict": false } } into tsconfig.json',
        ),
      ).length,
      1,
    );
    assert.equal(await plain.run(`%typecheck warn\n${cell}`), 3);
  }
  for (const cell of cells)
    assert.equal(
      await new Notebook({ "tsconfig.json": '{ "compilerOptions": { "strict": false } }' }).run(cell),
      3,
    );
  assert.match(
    new Notebook().refused(klass)[1]!.message,
    /Declare it in the class, above its methods, as in name: number;/u,
  );
});
