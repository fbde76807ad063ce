/**
 * Long graphs: cut where a loop's body repeats, computed to the same bits as if each value had been read at once, with few plans.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  binary,
  call,
  concat,
  expand,
  matmul,
  pick,
  reduce,
  scalar,
  slice,
  unary,
} from "../../../src/graph/record/build.js";
import { inOrder } from "../../../src/graph/run/compute.js";
import { evaluate, planCacheStats, step, Variable } from "../../../src/graph/run/evaluate.js";
import type { Node } from "../../../src/graph/record/node.js";
import { pendingCount, pendingNodes } from "../../../src/graph/record/pending.js";
import { cutIntoPieces } from "../../../src/graph/run/pieces.js";
import { generator } from "../random-graphs.js";
import { counting, given, read, stored } from "../values.js";

const number = (value: number): Node => scalar(value, "float32");

/** Plans that were made while `work` ran. */
function plansFor(work: () => void): number {
  const { misses } = planCacheStats();
  work();
  return planCacheStats().misses - misses;
}

/** Nodes without a value below these, in the order in which they were made. */
function sequenceBelow(roots: readonly Node[]): Node[] {
  const seen = new Set<Node>();
  const stack = [...roots];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node.storage !== null || node.value !== null || seen.has(node)) continue;
    seen.add(node);
    for (const operand of [node.a, node.b, node.c, ...(node.list ?? [])])
      if (operand !== null) stack.push(operand);
  }
  return inOrder([...seen]);
}

/** A loop that trains a line, without a step: three values that live on from one repetition to the next. */
function line(steps: number, each: (a: Node) => void): Node[] {
  const x = counting([50], "float32", 0.02, -0.5);
  const y = unary("sin", x);
  let [a, b] = [number(0.1), number(0.2)] as [Node, Node];
  for (let t = 0; t < steps; t++) {
    const g = binary("mul", binary("sub", binary("add", a, binary("mul", b, x)), y), number(2));
    a = binary("sub", a, binary("mul", reduce("sum", g, [0], false), number(1e-3)));
    b = binary("sub", b, binary("mul", reduce("sum", binary("mul", g, x), [0], false), number(1e-3)));
    each(a);
  }
  return [a, b];
}

describe("cutting", () => {
  test("every node is in one piece, and what a later piece reads or somebody wants has a storage", () => {
    for (let seed = 0; seed < 50; seed++) {
      const next = generator(seed);
      const nodes: Node[] = [unary("exp", counting([4]))];
      const some = (): Node => nodes[Math.floor(next() ** 0.2 * nodes.length)]!;
      for (let i = 0; i < 2000; i++)
        nodes.push(next() < 0.5 ? unary("tanh", some()) : binary("add", some(), some()));
      const wanted = new Set(nodes.filter(() => next() < 0.01));
      const { roots, ends } = cutIntoPieces(nodes, (node) => wanted.has(node), seed % 2 === 1);
      const done = ends.at(-1)!;
      assert.equal(done < nodes.length, seed % 2 === 1);
      const piece = new Map<Node, number>();
      roots.forEach((own, i) => own.forEach((node) => piece.set(node, i)));
      for (const node of wanted) assert.equal(piece.has(node), nodes.indexOf(node) < done);
      // Nothing has to be computed twice: what a root needs is in its own piece, or a root of an earlier one.
      const computed = new Map<Node, number>();
      roots.forEach((own, i) => {
        const stack = own.slice();
        while (stack.length > 0) {
          const node = stack.pop()!;
          const where = computed.get(node);
          if (where !== undefined) {
            assert.ok(
              where === i || piece.get(node) === where,
              `seed ${seed}: a node is computed in two pieces`,
            );
            continue;
          }
          if (node.storage !== null) continue;
          computed.set(node, i);
          for (const operand of [node.a, node.b]) if (operand !== null) stack.push(operand);
        }
      });
      assert.ok(Math.max(...roots.map((own) => own.length)) <= 256);
    }
  });

  test("a loop is cut between two repetitions, where least lives on", () => {
    const sequence = sequenceBelow(line(300, () => undefined));
    const { roots } = cutIntoPieces(sequence, () => false, false);
    // Of a repetition only a and b are read by the next one; the first piece also gives y.
    for (const own of roots.slice(1, -1)) assert.equal(own.length, 2);
  });
});

describe("a loop that reads nothing", () => {
  const loops: Record<string, (steps: number, each: (value: Node) => void) => Node[]> = {
    "of gradient descent": line,
    "with a stencil": (steps, each) => {
      let u = counting([40], "float32", 0.01);
      for (let t = 0; t < steps; t++) {
        const part = (start: number, size: number): Node => slice(u, [start], [size], [1]);
        const inner = binary(
          "add",
          part(1, 38),
          binary("mul", binary("sub", part(2, 38), part(0, 38)), number(0.1)),
        );
        u = concat([part(0, 1), inner, part(39, 1)], 0);
        each(u);
      }
      return [u];
    },
    "with a recurrence over the rows of a tensor": (steps, each) => {
      const rows = counting([steps, 1, 6], "float32", 0.001);
      const w = counting([6, 6], "float32", 0.005, -0.1);
      let h = expand(number(0), [1, 6]);
      for (let t = 0; t < steps; t++) {
        h = unary("tanh", binary("add", slice(rows, [t, 0, 0], [1, 1, 6], [1, 1, 1]), matmul(h, w)));
        h = reduce("sum", h, [0], false);
        each(h);
      }
      return [h];
    },
    "with two loops inside": (steps, each) => {
      let x = counting([8], "float32", 0.01);
      for (let t = 0; t < steps / 20; t++) {
        for (let i = 0; i < 10; i++) x = binary("mul", x, number(1.001));
        for (let i = 0; i < 7; i++) x = unary("sin", x);
        x = binary("add", x, reduce("max", x, [0], true));
        each(x);
      }
      return [x];
    },
  };

  for (const [name, loop] of Object.entries(loops)) {
    test(`${name}: the bits of one that reads in each step, in few plans`, () => {
      const expected = loop(2000, (value) => evaluate([value])).map(read);
      let results: Node[] = [];
      const plans = plansFor(() => {
        results = loop(2000, () => undefined);
        evaluate(results);
      });
      assert.deepEqual(results.map(stored), expected);
      assert.ok(plans <= 30, `${plans} plans`);
    });
  }

  test("with shapes that grow and shrink", () => {
    const grow = (each: (value: Node) => void): number[] => {
      let x = counting([1, 2], "float32", 0.5, 1);
      for (let t = 1; t < 150; t++) {
        x = concat([x, binary("mul", slice(x, [t - 1, 0], [1, 2], [1, 1]), number(0.9))], 0);
        each(x);
      }
      for (let t = 149; t > 0; t--) {
        x = unary("sin", slice(x, [1, 0], [t, 2], [1, 1]));
        each(x);
      }
      return read(x);
    };
    assert.deepEqual(
      grow(() => undefined),
      grow((value) => evaluate([value])),
    );
  });

  test("keeps no more than 8,192 nodes, also beside values that are read", () => {
    let unread = counting([4], "float32", 0.1);
    let seen = 0;
    for (let t = 0; t < 5000; t++) {
      unread = unary("tanh", unread);
      const other = unary("exp", number(t % 3));
      evaluate([other]);
      seen = Math.max(seen, sequenceBelow([unread]).length);
      assert.ok(pendingCount() <= 8192);
    }
    // What is never read does not become a long chain.
    assert.ok(seen <= 200, `${seen} nodes wait below a value that is not read`);
  });

  test("what is partly there already goes on from there", () => {
    const results = line(60, () => undefined);
    const before = pendingNodes().length;
    assert.ok(before >= 500);
    // Some of it is there already when the rest is asked for.
    evaluate([results[0]!]);
    assert.deepEqual(results.map(read), line(60, (a) => evaluate([a])).map(read));
  });
});

describe("a step of many parameters", () => {
  const count = 400;
  /** w ← w - 0.1 · 2w, all variables in each step. */
  const train = (steps: number): Variable[] => {
    const variables = Array.from(
      { length: count },
      (_, i) => new Variable(given([i, 1], [2]), { inPlace: i % 2 === 0 }),
    );
    for (let s = 0; s < steps; s++) {
      step(
        variables.map((variable) => {
          const gradient = binary("mul", variable.node, number(2));
          return { variable, value: binary("sub", variable.node, binary("mul", gradient, number(0.25))) };
        }),
      );
    }
    return variables;
  };

  test("needs few plans, and each variable gets its value", () => {
    let variables: Variable[] = [];
    const plans = plansFor(() => (variables = train(2)));
    assert.ok(plans <= 20, `${plans} plans for two steps`);
    variables.forEach((variable, i) => assert.deepEqual(stored(variable.node), [i / 4, 0.25]));
  });

  test("gets a plan of its own when it has come several times, and goes on right", () => {
    train(38).forEach((variable, i) => assert.deepEqual(stored(variable.node), [i / 2 ** 38, 1 / 2 ** 38]));
  });

  test("variables do not share their values with each other or with what was given", () => {
    const [a, b] = [new Variable(counting([3])), new Variable(counting([3]))];
    const many = Array.from({ length: 400 }, () => new Variable(given([1], [1])));
    const updates = many.map((variable) => ({ variable, value: binary("add", variable.node, number(1)) }));
    step([{ variable: a, value: b.node }, { variable: b, value: a.node }, ...updates]);
    for (let i = 0; i < 3; i++) step([{ variable: a, value: binary("add", a.node, number(1)) }]);
    assert.deepEqual(stored(b.node), [0, 1, 2]);
    assert.deepEqual(stored(a.node), [3, 4, 5]);
  });
});

describe("many parts", () => {
  test("are put together in a few plans", () => {
    const parts = Array.from({ length: 5000 }, (_, i) => binary("mul", given([i], [1]), number(2)));
    let whole: Node | undefined;
    const plans = plansFor(() => evaluate([(whole = concat(parts, 0))]));
    assert.ok(plans <= 30, `${plans} plans`);
    assert.deepEqual(
      stored(whole!),
      Array.from({ length: 5000 }, (_, i) => 2 * i),
    );
  });
});

describe("a slice of a value that is there", () => {
  test("has one plan wherever it starts, also with steps and in several dims", () => {
    const x = counting([40, 6, 5]);
    for (const [sizes, steps] of [
      [
        [1, 6, 5],
        [1, 1, 1],
      ],
      [
        [3, 2, 2],
        [2, 2, 3],
      ],
      [
        [2, 1, 4],
        [5, 1, 1],
      ],
    ] as const) {
      const element = (starts: readonly number[], at: number): number => {
        const [i, j, k] = [
          Math.floor(at / (sizes[1] * sizes[2])),
          Math.floor(at / sizes[2]) % sizes[1],
          at % sizes[2],
        ];
        const place = [
          starts[0]! + i * steps[0],
          starts[1]! + j * steps[1],
          starts[2]! + k * steps[2],
        ] as const;
        return 2 * (place[0] * 30 + place[1] * 5 + place[2]);
      };
      const plans = plansFor(() => {
        for (let start = 1; start < 20; start++) {
          const starts = [start, start % (7 - sizes[1] * steps[1] < 1 ? 1 : 2), 0];
          const values = read(binary("mul", slice(x, starts, sizes, steps), number(2)));
          values.forEach((value, at) => assert.equal(value, element(starts, at)));
        }
      });
      assert.equal(plans, 1);
    }
  });

  test("backwards, or of a variable, it is left as it is", () => {
    const x = counting([5]);
    assert.deepEqual(read(slice(x, [4], [3], [-2])), [4, 2, 0]);
    const w = new Variable(counting([4]));
    for (let i = 0; i < 4; i++) {
      const part = slice(w.node, [2], [2], [1]);
      step([{ variable: w, value: binary("add", w.node, number(1)) }]);
      assert.deepEqual(read(part), [2 + i, 3 + i]);
    }
  });
});

test("a long loop of calls of two results gives the bits of one that reads each", () => {
  const loop = (each: (x: Node) => void): number[] => {
    let x = counting([16], "float32", 0.1, -0.7);
    let where = counting([16], "int32");
    for (let t = 0; t < 3000; t++) {
      const from = call("sort", [unary("sin", binary("mul", x, number(3)))], [0, t % 2, 16]);
      x = pick(from, 0);
      where = binary("max", pick(from, 1), where);
      each(x);
    }
    evaluate([x, where]);
    return [...stored(x), ...stored(where)];
  };
  assert.deepEqual(
    loop(() => undefined),
    loop((x) => evaluate([x])),
  );
});
