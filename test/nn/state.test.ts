/** Hooks of state dicts, state beside tensors, and modules that are put in the place of others, as in PyTorch. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nn, ones, tensor, zeros, type Tensor } from "../../src/index.js";

class Words extends nn.Module {
  readonly table = new nn.Embedding(2, 3);
  words = ["a", "b"];

  forward(x: Tensor): Tensor {
    return this.table.forward(x);
  }
  override getExtraState(): unknown {
    return { words: this.words };
  }
  override setExtraState(state: { words: string[] }): void {
    this.words = state.words;
  }
}

class Net extends nn.Module {
  readonly body = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU());
  readonly blocks = [new nn.Linear(4, 4), new nn.Linear(4, 4)];
  readonly list = new nn.ModuleList([new nn.Linear(2, 2)]);
  readonly named = new nn.ModuleDict<nn.Module>({ a: new nn.Linear(2, 2) });
  readonly size = 3;

  forward(x: Tensor): Tensor {
    return this.body.forward(x);
  }
}

describe("extra state", () => {
  test("is saved as _extra_state beside the module's tensors, and comes back by way of JSON", () => {
    const model = new nn.Sequential(new Words() as never, new nn.Linear(3, 1));
    const words = model.at(0) as unknown as Words;
    words.words = ["x", "y"];
    const saved = model.stateDict();
    // As torch 2.13 orders them: a module's own before those of the modules below.
    assert.deepEqual(Object.keys(saved), ["0._extra_state", "0.table.weight", "1.weight", "1.bias"]);
    const other = new nn.Sequential(new Words() as never, new nn.Linear(3, 1));
    other.loadStateDict(JSON.parse(JSON.stringify(saved)));
    assert.deepEqual((other.at(0) as unknown as Words).words, ["x", "y"]);
  });
  test("is a key like others: missing where it is expected, unexpected where nobody takes it", () => {
    const words = new Words();
    const { _extra_state: _, ...rest } = words.stateDict();
    assert.throws(() => words.loadStateDict(rest), /missing keys: _extra_state/);
    assert.deepEqual(words.loadStateDict(rest, { strict: false }).missingKeys, ["_extra_state"]);
    const layer = new nn.Linear(1, 1);
    assert.throws(
      () => layer.loadStateDict({ ...layer.stateDict(), _extra_state: zeros([]) }),
      /unexpected keys: _extra_state/,
    );
  });
});

describe("hooks of state dicts", () => {
  test("are called before and after a module is saved, inner ones first after", () => {
    const model = new Net();
    const calls: string[] = [];
    for (const [name, module] of [
      ["net", model],
      ["linear", model.body.at(0)],
    ] as [string, nn.Module][]) {
      module.registerStateDictPreHook((_, prefix, keepVars) =>
        calls.push(`${name} pre "${prefix}" ${keepVars}`),
      );
      module.registerStateDictPostHook((_, state, prefix) => {
        calls.push(`${name} post "${prefix}" ${Object.keys(state).length}`);
      });
    }
    model.stateDict();
    assert.deepEqual(calls, [
      'net pre "" false',
      'linear pre "body.0." false',
      'linear post "body.0." 2',
      'net post "" 10',
    ]);
  });
  test("a hook after saving changes the state dict in place, and gives nothing", () => {
    const layer = new nn.Linear(1, 1);
    const handle = layer.registerStateDictPostHook((_, state, prefix) => {
      Reflect.deleteProperty(state, `${prefix}bias`);
    });
    assert.deepEqual(Object.keys(layer.stateDict()), ["weight"]);
    handle.remove();
    assert.deepEqual(Object.keys(layer.stateDict()), ["weight", "bias"]);
    layer.registerStateDictPostHook((_, state) => state as never);
    assert.throws(
      () => layer.stateDict(),
      /^TypeError: registerStateDictPostHook: the hook gave a value, expected nothing/,
    );
  });
  test("a hook before loading renames keys of its module, and sees no others", () => {
    const model = new nn.Sequential(new nn.Linear(1, 1), new nn.Linear(1, 1));
    const seen: string[][] = [];
    model.at(1).registerLoadStateDictPreHook((_, state, prefix) => {
      seen.push(Object.keys(state));
      state[`${prefix}weight`] = state[`${prefix}kernel`];
      Reflect.deleteProperty(state, `${prefix}kernel`);
    });
    const { "1.weight": kernel, ...rest } = model.stateDict();
    const given = { ...rest, "1.kernel": kernel!.add(1) };
    model.loadStateDict(given);
    assert.deepEqual(seen, [["1.bias", "1.kernel"]]);
    assert.deepEqual(Object.keys(given), ["0.weight", "0.bias", "1.bias", "1.kernel"]);
    assert.deepEqual(model.getParameter("1.weight").tolist(), kernel!.add(1).tolist());
  });
  test("a hook before loading says why it must fail", () => {
    const layer = new nn.Linear(1, 1);
    layer.registerLoadStateDictPreHook(
      (_module, _state, _prefix, _metadata, _strict, _missing, _unexpected, errors) =>
        errors.push("the file is of version 1, expected 2"),
    );
    const before = layer.weight.tolist();
    assert.throws(
      () => layer.loadStateDict({ weight: [[5]], bias: [5] }),
      /the state dict does not fit\n {2}the file is of version 1, expected 2$/,
    );
    assert.deepEqual(layer.weight.tolist(), before);
  });
  test("a hook after loading sees the values, and takes keys off the lists", () => {
    const layer = new nn.Linear(1, 1);
    layer.registerLoadStateDictPostHook((module, keys) => {
      assert.deepEqual(module.weight.tolist(), [[5]]);
      assert.deepEqual(keys.unexpectedKeys, ["scale"]);
      keys.unexpectedKeys.length = 0;
      keys.missingKeys.length = 0;
    });
    assert.deepEqual(layer.loadStateDict({ weight: tensor([[5]]), scale: ones([]) }), {
      missingKeys: [],
      unexpectedKeys: [],
    });
  });
  test("what cannot be called is refused", () => {
    assert.throws(
      () => new nn.Linear(1, 1).registerStateDictPreHook(3 as never),
      /^TypeError: registerStateDictPreHook: expected a function, got number/,
    );
  });
});

describe("setSubmodule", () => {
  test("replaces a module wherever its parent keeps it", () => {
    const model = new Net();
    for (const name of ["body", "body.0", "blocks.1", "list.0", "named.a"]) {
      const other = new nn.Identity();
      model.setSubmodule(name, other);
      assert.equal(model.getSubmodule(name), other, name);
    }
  });
  test("adds one to a parent, unless it is to be strict", () => {
    const model = new Net();
    for (const name of ["head", "body.2", "list.1", "named.b", "body.0.inner"]) {
      assert.throws(() => {
        model.setSubmodule(name, new nn.Identity(), true);
      }, /^Error: Net: no submodule "/);
      model.setSubmodule(name, new nn.Identity());
      assert.equal(model.getSubmodule(name).name(), "Identity", name);
    }
  });
  test("says what it cannot set", () => {
    const model = new Net();
    const set =
      (name: string, module: unknown = new nn.Identity()) =>
      () => {
        model.setSubmodule(name, module as nn.Module);
      };
    assert.throws(set(""), /^Error: Net.setSubmodule: expected a name such as/);
    assert.throws(set("body.0", null), /^TypeError: Net.setSubmodule: expected a module, got null/);
    assert.throws(set("size"), /^Error: Net.setSubmodule: "size" is no module/);
    assert.throws(set("tail.0"), /^Error: Net: no submodule "tail"/);
    assert.throws(set("list.7"), /^RangeError: ModuleList.set: index 7 is out of range/);
  });
});

test("toEmpty keeps the tensors, their shapes and what they are", () => {
  const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4));
  const [before] = model.parameters();
  assert.equal(model.toEmpty({ device: "cpu" }), model);
  assert.equal(model.parameters()[0], before);
  assert.ok(model.parameters().every((parameter) => parameter.requiresGrad && parameter.isLeaf));
  model.loadStateDict(new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4)).stateDict());
});
