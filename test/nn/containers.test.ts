/** Containers change their parts as PyTorch's do, and a changed model computes, saves and trains with what it has then. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nn, ones, randn, zeros } from "../../src/index.js";

const keys = (model: nn.Module): string[] => Object.keys(model.stateDict());

describe("Sequential", () => {
  test("append, extend and insert add layers, and number them anew", () => {
    const model = new nn.Sequential(new nn.Linear(3, 4));
    assert.equal(model.append(new nn.ReLU()), model);
    assert.equal(model.extend(new nn.Sequential(new nn.Linear(4, 2), new nn.Tanh())), model);
    assert.equal(model.insert(1, new nn.LayerNorm(4)), model);
    assert.deepEqual(
      [...model].map((layer) => layer.name()),
      ["Linear", "LayerNorm", "ReLU", "Linear", "Tanh"],
    );
    assert.deepEqual(keys(model), ["0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"]);
    assert.deepEqual(model.forward(randn([5, 3])).shape, [5, 2]);
  });
  test("a negative place counts from the end, and the length itself is one to insert at", () => {
    const model = new nn.Sequential(new nn.ReLU(), new nn.Tanh());
    model.insert(-1, new nn.SELU()).insert(3, new nn.GELU());
    assert.deepEqual(
      [...model].map((layer) => layer.name()),
      ["ReLU", "SELU", "Tanh", "GELU"],
    );
    assert.equal(model.at(-1).name(), "GELU");
    assert.throws(
      () => model.insert(5, new nn.ReLU()),
      /^RangeError: Sequential.insert: index 5 is out of range/,
    );
  });
  test("pop takes a layer out", () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 2));
    assert.equal(model.pop(-1).name(), "Linear");
    assert.equal(model.pop(0).name(), "Linear");
    assert.deepEqual(
      [...model].map((layer) => layer.name()),
      ["ReLU"],
    );
    assert.throws(() => model.pop(1), /^RangeError: Sequential.pop: index 1 is out of range for 1 element/);
  });
  test("set replaces a layer", () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Linear(4, 2));
    model.set(-1, new nn.Linear(4, 7));
    assert.deepEqual(model.forward(randn([5, 3])).shape, [5, 7]);
  });
  test("a model may be extended by itself", () => {
    const model = new nn.Sequential(new nn.Linear(3, 3));
    model.extend(model);
    assert.equal(model.length, 2);
  });
  test("what is no layer is refused, and nothing is added", () => {
    const model = new nn.Sequential();
    const message =
      /^TypeError: Sequential\.\w+: expected a layer, such as new nn.Linear\(3, 2\), got (null|a function; its layer is made by new, such as new nn.ReLU\(\))$/;
    assert.throws(() => model.append(null as never), message);
    assert.throws(() => model.insert(0, Math.sin as never), message);
    assert.throws(() => model.extend([new nn.ReLU(), null as never]), message);
    assert.equal(model.length, 0);
  });
});

describe("dictionaries", () => {
  test("ModuleDict.clear takes all modules out", () => {
    const dict = new nn.ModuleDict({ a: new nn.Linear(3, 2), b: new nn.ReLU() });
    dict.clear();
    assert.equal(dict.length, 0);
    assert.deepEqual(keys(dict), []);
  });
  test("ParameterDict has a dictionary's ways", () => {
    const dict = new nn.ParameterDict({ a: ones([2]), b: zeros([3]) });
    const copy = dict.copy();
    const a = dict.get("a");
    assert.equal(dict.setdefault("a", zeros([5])), a);
    assert.deepEqual(dict.setdefault("c", zeros([5])).shape, [5]);
    assert.equal(dict.popitem()[0], "c");
    assert.equal(dict.pop("a"), a);
    assert.deepEqual(dict.keys(), ["b"]);
    dict.clear();
    assert.equal(dict.length, 0);
    assert.throws(() => dict.popitem(), /ParameterDict.popitem: there is no parameter/);
    assert.throws(() => dict.pop("b"), /ParameterDict: no "b"; there is none/);
    assert.deepEqual(copy.keys(), ["a", "b"]);
    assert.equal(copy.get("a"), a);
  });
});
