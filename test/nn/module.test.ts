/** A module finds its parts by its properties, names them as PyTorch does, saves and loads them, and prints itself. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nn, ones, optim, tensor, zeros, type Tensor } from "../../src/index.js";
import { golden } from "../golden/training.js";

class Block extends nn.Module {
  readonly inner = new nn.Linear(4, 4, { bias: false });
  readonly scale = new nn.Parameter(ones([4]));

  forward(x: Tensor): Tensor {
    return this.inner.forward(x).mul(this.scale);
  }
}

class Net extends nn.Module {
  readonly body = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Dropout(0.25));
  readonly blocks = [new Block(), new Block()];
  readonly norm = new nn.LayerNorm(4);
  readonly head = new nn.Linear(4, 2);
  /** Neither a parameter nor a buffer. */
  readonly mask = ones([4]);

  forward(x: Tensor): Tensor {
    let h: Tensor = this.body.forward(x);
    for (const block of this.blocks) h = block.forward(h);
    return this.head.forward(this.norm.forward(h));
  }
}

describe("parts of a module", () => {
  test("a state dict has PyTorch's names, order and shapes", () => {
    const shapes = Object.entries(new Net().stateDict()).map(([name, value]) => [name, [...value.shape]]);
    assert.deepEqual(shapes, Object.entries(golden.modules.stateDict));
  });
  test("modules come parents first, with their names", () => {
    assert.deepEqual(
      new Net().namedModules().map(([name]) => name),
      [
        "",
        "body",
        "body.0",
        "body.1",
        "body.2",
        "blocks.0",
        "blocks.0.inner",
        "blocks.1",
        "blocks.1.inner",
        "norm",
        "head",
      ],
    );
  });
  test("objects of modules are found too, by their keys", () => {
    class Heads extends nn.Module {
      readonly heads = { left: new nn.Linear(2, 1), right: [new nn.Linear(2, 1)] };
      forward(x: Tensor): Tensor {
        return this.heads.left.forward(x).add(this.heads.right[0]!.forward(x));
      }
    }
    assert.deepEqual(Object.keys(new Heads().stateDict()), [
      "heads.left.weight",
      "heads.left.bias",
      "heads.right.0.weight",
      "heads.right.0.bias",
    ]);
  });
  test("a parameter that two layers share counts once", () => {
    const first = new nn.Linear(3, 3);
    const model = new nn.Sequential(first, new nn.ReLU(), first);
    assert.deepEqual(
      model.namedParameters().map(([name]) => name),
      ["0.weight", "0.bias"],
    );
  });
  test("train() and eval() reach every layer", () => {
    const net = new Net();
    net.eval();
    assert.ok(net.modules().every((module) => !module.training));
    net.train();
    assert.ok(net.modules().every((module) => module.training));
  });
  test("frozen parameters get no gradient", () => {
    const net = new Net();
    net.body.requiresGrad_(false);
    net
      .forward(ones([5, 3]))
      .sum()
      .backward();
    assert.equal(net.body.parameters()[0]!.grad, null);
    assert.notEqual(net.head.weight.grad, null);
    net.zeroGrad();
    assert.equal(net.head.weight.grad, null);
  });
  test("apply() visits children before their parent", () => {
    const visited: string[] = [];
    new nn.Sequential(new nn.Tanh(), new nn.ReLU()).apply((module) => visited.push(module.name()));
    assert.deepEqual(visited, ["Tanh", "ReLU", "Sequential"]);
  });
  test("to() converts parameters, and training goes on", () => {
    const net = new nn.Linear(2, 1);
    const optimizer = new optim.Adam(net.parameters());
    const step = () => {
      optimizer.zeroGrad();
      net
        .forward(ones([4, 2], { dtype: net.weight.dtype }))
        .square()
        .mean()
        .backward();
      optimizer.step();
    };
    step();
    net.to("float64");
    const before = net.weight.tolist();
    step();
    assert.equal(net.weight.dtype, "float64");
    assert.notDeepEqual(net.weight.tolist(), before);
  });
  test("float(), double(), half() and bfloat16() convert as to() does; there is only the CPU to move to", () => {
    const net = new nn.Linear(2, 1);
    assert.equal(net.double(), net);
    assert.equal(net.weight.dtype, "float64");
    assert.equal(net.float().weight.dtype, "float32");
    assert.equal(net.half().weight.dtype, "float16");
    assert.equal(net.bfloat16().bias!.dtype, "bfloat16");
    assert.equal(net.to("cpu"), net);
    assert.equal(net.cpu(), net);
    assert.equal(net.to("cpu", "float64").bias!.dtype, "float64");
    assert.equal(net.to(zeros([1])).bias!.dtype, "float32");
    for (const device of ["cuda", "cuda:0", "mps"])
      assert.throws(() => net.to(device as never), {
        name: "TypeError",
        message: `Linear.to: there is no device "${device}", all is computed on the "cpu"; leave Linear.to("${device}") out`,
      });
    assert.throws(
      () => net.to("int32" as never),
      /Linear\.to\("int32"\): parameters are float32, float64, float16 or bfloat16/,
    );
  });
});

describe("state dicts", () => {
  test("a copy of a model computes the same", () => {
    const [one, other] = [new Net().eval(), new Net().eval()];
    const x = tensor([[0.5, -1, 2]]);
    assert.notDeepEqual(one.forward(x).tolist(), other.forward(x).tolist());
    assert.deepEqual(other.loadStateDict(one.stateDict()), { missingKeys: [], unexpectedKeys: [] });
    assert.deepEqual(one.forward(x).tolist(), other.forward(x).tolist());
  });
  test("training on does not change what was saved", () => {
    const model = new nn.Linear(2, 1);
    const before = model.weight.tolist();
    const saved = model.stateDict();
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    for (let i = 0; i < 4; i++) {
      optimizer.zeroGrad();
      model
        .forward(ones([3, 2]))
        .square()
        .mean()
        .backward();
      optimizer.step();
    }
    assert.notDeepEqual(model.weight.tolist(), before);
    assert.deepEqual(saved["weight"]!.tolist(), before);
    model.loadStateDict(saved);
    assert.deepEqual(model.weight.tolist(), before);
  });
  test("one error names all keys that are missing, unexpected or of another shape, and nothing is changed", () => {
    const model = new nn.Linear(2, 3);
    const before = model.weight.tolist();
    assert.throws(() => model.loadStateDict({ weight: zeros([3, 4]), extra: zeros([1]) }), {
      message:
        "Linear.loadStateDict: the state dict does not fit\n" +
        "  missing keys: bias\n" +
        "  unexpected keys: extra\n" +
        "  other shapes: weight is [3, 2], the state dict has [3, 4]",
    });
    assert.deepEqual(model.weight.tolist(), before);
  });
  test("with strict: false what fits is loaded and the rest is told", () => {
    const model = new nn.Linear(2, 3);
    const result = model.loadStateDict({ weight: ones([3, 2]), extra: zeros([1]) }, { strict: false });
    assert.deepEqual(result, { missingKeys: ["bias"], unexpectedKeys: ["extra"] });
    assert.equal(model.weight.sum().item(), 6);
  });
  test("a state dict comes back from JSON bit by bit", () => {
    const model = nn.sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3));
    const text = JSON.stringify(model.stateDict());
    const other = nn.sequential(new nn.Linear(2, 3), new nn.BatchNorm1d(3)).double();
    other.float();
    assert.deepEqual(other.loadStateDict(JSON.parse(text)), { missingKeys: [], unexpectedKeys: [] });
    assert.equal(JSON.stringify(other.stateDict()), text);
    const saved: nn.SavedState = { weight: [[1, 2]], bias: new Float32Array([3]) };
    const linear = new nn.Linear(2, 1);
    linear.loadStateDict(saved);
    assert.deepEqual(linear.weight.tolist(), [[1, 2]]);
  });
  test("what is no state dict is told how to make one of it", () => {
    const model = new nn.Linear(1, 1);
    assert.throws(
      () => model.loadStateDict(JSON.stringify(model.stateDict()) as never),
      /expected an object of names and tensors, .* not a string; parse a JSON text first: model\.loadStateDict\(JSON\.parse\(text\)\)/,
    );
    assert.throws(
      () => model.loadStateDict({ weight: [[null]], bias: [0] } as never),
      /weight is neither a tensor nor numbers in nested arrays \(JSON has no NaN and no Infinity, it writes null\)/,
    );
    assert.throws(
      () => model.loadStateDict({ weight: [1], bias: [0] }),
      /weight is \[1, 1\], the state dict has \[1\]/,
    );
  });
  test("PyTorch's names of buffers are understood", () => {
    const norm = new nn.BatchNorm1d(2);
    norm.loadStateDict(
      { ...new nn.BatchNorm1d(2).stateDict(), running_mean: tensor([1, 2]) },
      { strict: false },
    );
    assert.deepEqual(norm.runningMean!.tolist(), [1, 2]);
  });
});

describe("printing", () => {
  const camel = (text: string) =>
    text
      .replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (name) =>
        name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      )
      .replace(/\b(True|False)\b/g, (word) => word.toLowerCase());

  test("layers print as PyTorch's, in camelCase", () => {
    const { LeakyReLU, ELU, GELU, Softmax, Flatten, Identity } = nn;
    const model = nn.sequential(
      new LeakyReLU(0.2),
      new ELU(),
      new GELU(),
      new Softmax(1),
      new Flatten(),
      new Identity(),
    );
    assert.equal(String(model), camel(golden.modules.activations));
  });
  test("a model prints its tree", () => {
    const model = nn.sequential(new nn.Linear(3, 4), nn.sequential(new nn.ReLU()));
    assert.equal(
      String(model),
      "Sequential(\n" +
        "  (0): Linear(inFeatures=3, outFeatures=4, bias=true)\n" +
        "  (1): Sequential(\n    (0): ReLU()\n  )\n" +
        ")",
    );
  });
  test("a notebook shows layers, shapes and counts", () => {
    const model = nn.sequential(new nn.Linear(784, 128), new nn.ReLU(), new nn.Linear(128, 10));
    model.layers[0].requiresGrad_(false);
    const display = Symbol.for("Jupyter.display") as unknown as "display";
    const bundle = (model as unknown as Record<"display", () => Record<string, string>>)[display]();
    assert.equal(bundle["text/plain"], String(model));
    for (const part of ["weight [128, 784]", "100,480", "1,290", "101,770 (100,480 frozen)"])
      assert.ok(bundle["text/html"]!.includes(part), `${part} in ${bundle["text/html"]}`);
  });
});
