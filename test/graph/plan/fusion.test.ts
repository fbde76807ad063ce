/**
 * What becomes one kernel. The planner may get better than this, never worse.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import type { Engine } from "../../../src/engine/engine.js";
import { engine } from "../../../src/engine/current.js";
import type { Kernel, Program } from "../../../src/engine/program.js";
import {
  binary,
  cast,
  concat,
  expand,
  iota,
  matmul,
  pad,
  permute,
  random,
  reduce,
  reshape,
  scalar,
  select,
  slice,
  unary,
} from "../../../src/graph/record/build.js";
import { describePlan, evaluate, keep, step, Variable } from "../../../src/graph/run/evaluate.js";
import type { Node } from "../../../src/graph/record/node.js";
import { counting } from "../values.js";

const number = (value: number): Node => scalar(value, "float32");
const add = (a: Node, b: Node): Node => binary("add", a, b);
const sub = (a: Node, b: Node): Node => binary("sub", a, b);
const mul = (a: Node, b: Node): Node => binary("mul", a, b);
const relu = (a: Node): Node => binary("max", a, number(0));
const transposed = (a: Node): Node => permute(a, [1, 0]);

/** The program that the engine is asked to compile while `action` runs. */
function compiled(action: () => void): Program {
  const current = engine() as { -readonly [Key in keyof Engine]: Engine[Key] };
  const { compile } = current;
  const programs: Program[] = [];
  current.compile = (program) => {
    programs.push(program);
    return compile(program);
  };
  try {
    action();
  } finally {
    current.compile = compile;
  }
  assert.equal(programs.length, 1, "one plan");
  return programs[0]!;
}

function kernels(...nodes: Node[]): readonly Kernel[] {
  return compiled(() => evaluate(nodes)).kernels;
}

function kinds(...nodes: Node[]): string {
  return kernels(...nodes)
    .map((kernel) => kernel.kind)
    .join(" ");
}

describe("one kernel", () => {
  const x = counting([8, 5]);
  const w = counting([5, 3]);
  const bias = counting([3]);

  test("is a chain of elementwise work, with its broadcasts and movement", () => {
    const y = unary("tanh", mul(add(x, expand(counting([5]), [8, 5])), number(0.5)));
    assert.equal(kinds(transposed(sub(y, slice(y, [0, 0], [8, 5], [1, 1])))), "map");
    assert.equal(kinds(reshape(transposed(unary("exp", x)), [2, 20])), "map");
  });

  test("is a linear layer with bias and activation", () => {
    assert.equal(kinds(relu(add(matmul(x, w), bias))), "matmul");
  });

  test("is a linear layer on sequences, with what is broadcast along them", () => {
    const sequences = counting([4, 16, 5]);
    const flattened = matmul(reshape(sequences, [64, 5]), w);
    const [kernel, ...rest] = kernels(relu(add(reshape(flattened, [4, 16, 3]), bias)));
    assert.ok(rest.length === 0 && kernel!.kind === "matmul" && kernel.m === 64);
    const positions = add(reshape(matmul(reshape(sequences, [64, 5]), w), [4, 16, 3]), counting([16, 3]));
    assert.equal(kinds(positions), "matmul");
  });

  test("is a linear layer whose pre-activation is wanted too", () => {
    const before = add(matmul(x, w), bias);
    const [kernel] = kernels(unary("tanh", before), before);
    assert.equal(kernel!.kind === "matmul" && kernel.stores.length, 2);
  });

  test("is a layer that somebody wants transposed, written along its rows", () => {
    const [kernel, ...rest] = kernels(add(transposed(matmul(x, w)), counting([3, 8])));
    assert.equal(rest.length, 0);
    assert.ok(kernel!.kind === "matmul" && kernel.stores[0]!.view.strides.at(-1) === 1);
  });

  test("is a reduction with what comes before and after it", () => {
    assert.equal(kinds(mul(reduce("sum", mul(x, x), [0, 1], false), number(1 / 40))), "reduce");
    assert.equal(kinds(unary("sqrt", reduce("sum", unary("exp", transposed(x)), [0], true))), "reduce");
  });

  test("is two reductions over the same points", () => {
    assert.equal(kinds(reduce("sum", x, [0], false), reduce("max", mul(x, x), [0], true)), "reduce");
  });

  test("is two results over the same points that share a buffer", () => {
    assert.equal(kinds(unary("exp", x), unary("sin", x)), "map");
  });

  test("is a dropout: random numbers, comparison, selection", () => {
    const kept = binary("lt", random("uniform", [8, 5], "float32", 1, 2), number(0.9));
    assert.equal(kinds(select(kept, mul(x, number(1 / 0.9)), number(0))), "map");
  });

  test("is a one-hot matrix", () => {
    const labels = counting([8, 1], "int32");
    assert.equal(kinds(cast(binary("eq", labels, iota([5], "int32")), "float32")), "map");
  });

  test("is heads that are merged after attention, written in their final order", () => {
    const heads = matmul(counting([2, 3, 4, 4]), counting([2, 3, 4, 6]));
    const merged = reshape(permute(heads, [0, 2, 1, 3]), [2, 4, 18]);
    assert.equal(kinds(merged), "matmul");
  });
});

describe("the optimizer's update", () => {
  test("of Adam is one map that reads gradient, moments and weights once", () => {
    const w = new Variable(counting([20, 30]));
    const m = new Variable(expand(number(0), [20, 30]), { inPlace: true });
    const v = new Variable(expand(number(0), [20, 30]), { inPlace: true });
    const gradient = counting([20, 30]);
    const adam = (): void => {
      const first = add(mul(m.node, number(0.9)), mul(gradient, number(0.1)));
      const second = add(mul(v.node, number(0.999)), mul(mul(gradient, gradient), number(0.001)));
      const denominator = add(unary("sqrt", mul(second, number(1.1))), number(1e-8));
      step([
        {
          variable: w,
          value: sub(w.node, mul(binary("div", mul(first, number(1.2)), denominator), number(0.01))),
        },
        { variable: m, value: first },
        { variable: v, value: second },
      ]);
    };
    adam();
    const program = compiled(adam);
    const [kernel, ...rest] = program.kernels;
    assert.equal(rest.length, 0);
    assert.ok(kernel!.kind === "map" && kernel.stores.length === 3 && kernel.body.loads.length === 4);
    assert.equal(program.externals.filter(({ access }) => access === "inout").length, 2, "moments in place");
  });

  test("is the epilogue of the product or sum that gives the gradient, which may be kept too", () => {
    const w = new Variable(counting([5, 3]));
    const b = new Variable(counting([3]));
    const x = counting([8, 5]);
    const slope = counting([8, 3]);
    const program = compiled(() => {
      const ofW = matmul(transposed(x), slope);
      const ofB = reduce("sum", slope, [0], false);
      keep(ofW);
      step([
        { variable: w, value: sub(w.node, mul(ofW, number(0.1))) },
        { variable: b, value: sub(b.node, mul(ofB, number(0.1))) },
      ]);
    });
    assert.deepEqual(program.kernels.map(({ kind }) => kind).sort(), ["matmul", "reduce"]);
  });

  test("and all else of the article's network takes 7 kernels", () => {
    const x = counting([64, 2]);
    const y = counting([64, 1]);
    const parameters = [[2, 3], [3], [3, 1], [1]].map((shape) => new Variable(counting(shape)));
    const [w1, b1, w2, b2] = parameters as [Variable, Variable, Variable, Variable];
    const program = compiled(() => {
      const hidden = add(matmul(x, w1.node), b1.node);
      const difference = sub(add(matmul(hidden, w2.node), b2.node), y);
      keep(mul(reduce("sum", mul(difference, difference), [0, 1], false), number(1 / 64)));
      const slope = mul(difference, number(2 / 64));
      const ofHidden = matmul(slope, transposed(w2.node));
      const gradients = [
        matmul(transposed(x), ofHidden),
        reduce("sum", ofHidden, [0], false),
        matmul(transposed(hidden), slope),
        reduce("sum", slope, [0], false),
      ];
      step(
        gradients.map((gradient, i) => {
          const variable = parameters[i]!;
          return { variable, value: sub(variable.node, mul(gradient, number(0.01))) };
        }),
      );
    });
    assert.ok(program.kernels.length <= 7, `${program.kernels.length} kernels`);
  });
});

describe("what is stored", () => {
  const x = counting([100, 80], "float32", 0.01);

  test("cheap work that two kernels want is done twice", () => {
    const shifted = sub(x, number(1));
    const [a, b] = [reduce("sum", shifted, [0], false), reduce("sum", mul(shifted, shifted), [1], false)];
    assert.equal(kinds(a, b), "reduce reduce");
  });

  test("dear work that two kernels want is stored", () => {
    const dear = unary("tanh", unary("exp", x));
    assert.equal(
      kinds(reduce("sum", dear, [0], false), reduce("sum", mul(dear, dear), [1], false)).split(" ").length,
      3,
    );
  });

  test("nothing that nobody reads", () => {
    const unused = matmul(x, transposed(x));
    add(unused, number(1));
    assert.equal(kinds(add(x, number(1))), "map");
  });

  test("equal computations are one", () => {
    const twice = (): Node => matmul(x, transposed(x));
    assert.equal(kinds(add(twice(), twice())), "matmul");
  });

  test("a reshape or full slice of a leaf shares its storage", () => {
    const view = reshape(x, [8000]);
    evaluate([view]);
    assert.equal(view.storage, x.storage);
  });

  test("products read transposed and broadcast operands where they lie", () => {
    const [kernel, ...rest] = kernels(matmul(transposed(x), expand(x, [3, 100, 80])));
    assert.equal(rest.length, 0);
    assert.ok(kernel!.kind === "matmul" && kernel.a.strides.at(-1) === 80);
  });

  test("batches that share the right side are one tall product", () => {
    const [kernel] = kernels(add(matmul(counting([4, 6, 5]), counting([5, 3])), counting([3])));
    assert.ok(kernel!.kind === "matmul" && kernel.m === 24 && kernel.batch.length === 0);
  });

  test("zero-padded parts that are added up, such as gradients of slices, are computed next to each other", () => {
    const padded = (i: number): Node => pad(mul(x, number(i)), [0, 80 * i], [0, 160 - 80 * i], 0);
    const list = kernels(add(add(padded(0), padded(2)), padded(1)));
    assert.ok(list.every((kernel) => kernel.kind === "map"));
    assert.ok(list.length === 1 && list[0]!.kind === "map" && list[0]!.stores.length === 3);
  });

  test("parts of a concat and the middle of a pad are computed in their place", () => {
    const wide = counting([100, 8000]);
    assert.equal(kinds(concat([mul(wide, wide), unary("exp", x)], 1)), "map map");
    const padded = kernels(pad(matmul(x, transposed(x)), [0, 1], [0, 0], 0));
    assert.deepEqual(padded.map(({ kind }) => kind).sort(), ["map", "matmul"]);
  });
});

test("no body grows beyond what an engine takes", () => {
  let sum = counting([10]);
  for (let i = 0; i < 60; i++) sum = add(mul(sum, number(i)), counting([10], "float32", i));
  for (const kernel of kernels(sum)) {
    assert.ok(kernel.kind === "map" && kernel.body.code.length <= 64 && kernel.body.loads.length <= 16);
  }
});

test("a plan can be read by people", () => {
  const text = describePlan([relu(add(matmul(counting([8, 5]), counting([5, 3])), counting([3])))]);
  assert.match(text, /^1 kernel, arena 0 bytes\n0: matmul \[8, 3\] over 5\n/);
  assert.match(text, /%2 = add %0, %1/);
});
