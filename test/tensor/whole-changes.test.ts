/**
 * A tensor takes over a new value of what it shares at once: an interrupt, which comes at any call or loop outside of a section, finds
 * what it knows and what it has in agreement, and changes nothing for good. A session's side is stood for by an object that watches sections.
 */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { Tensor } from "../../src/index.js";

interface Inside {
  readonly _node: object;
  readonly _alias: { readonly seen: object; readonly cell: { readonly value: object } } | null;
}

let watched: Tensor[] = [];
/** What was seen when the last section ended. */
let before: unknown[] | null = null;
let sections = 0;
let depth = 0;

function states(): unknown[] {
  return (watched as unknown as Inside[]).flatMap(({ _node, _alias }) => [_node, _alias?.seen]);
}

const host = {
  state: new Int32Array(2),
  enter() {
    if (depth++ > 0) return;
    sections++;
    const now = states();
    before?.forEach((state, i) => assert.equal(now[i], state, "a tensor was changed outside of a section"));
  },
  leave() {
    if (--depth === 0) before = states();
  },
  proceed: () => undefined,
  settle: () => true,
  afterInterrupt: () => () => undefined,
  wait: (promise: unknown) => promise,
  offerPart: () => undefined,
};
Object.defineProperty(globalThis, Symbol.for("cellgrad.interrupts"), { value: host });
const { ones, optim, noGrad, randn } = await import("../../src/index.js");

afterEach(() => {
  [watched, before] = [[], null];
});

/** Runs `change`, during which these tensors are changed in sections alone; `touch` makes them follow. */
function changes(tensors: Tensor[], change: () => void, touch: () => void): void {
  // Each has an alias from now on, which is no change.
  touch();
  watched = tensors;
  before = states();
  const [begun, first] = [sections, before];
  change();
  touch();
  host.enter();
  host.leave();
  assert.ok(sections > begun + 1, "there was no section");
  assert.notDeepEqual(
    states().map((state, i) => state === first[i]),
    first.map(() => true),
    "nothing was changed",
  );
}

test("a parameter after a step", () => {
  const w = randn([3, 4], { requiresGrad: true });
  const optimizer = new optim.SGD([w], { lr: 0.1, momentum: 0.9 });
  const step = (): void => {
    optimizer.zeroGrad();
    w.square().sum().backward();
    optimizer.step();
  };
  step();
  changes([w], step, () => w.sum().item());
});

test("a base and its views after a change of either", () => {
  const base = ones([4, 3]);
  const row = base.at(1);
  const corner = row.narrow(0, 0, 2);
  const all = [base, row, corner];
  const touch = (): void => all.forEach((x) => x.sum().item());
  changes(all, () => row.add_(1), touch);
  changes(all, () => base.mul_(2), touch);
  changes(all, () => corner.fill_(7), touch);
  assert.deepEqual(base.tolist(), [
    [2, 2, 2],
    [7, 7, 4],
    [2, 2, 2],
    [2, 2, 2],
  ]);
});

test("a view with a history", () => {
  const w = randn([3], { requiresGrad: true });
  const y = w.mul(2);
  const part = y.narrow(0, 0, 2);
  changes(
    [y, part],
    () => part.mul_(3),
    () => void y.sum().item(),
  );
  y.sum().backward();
  assert.deepEqual(w.grad!.tolist(), [6, 6, 2]);
});

test("a leaf that is changed by hand", () => {
  const w = randn([3], { requiresGrad: true });
  const same = w.detach();
  changes(
    [w, same],
    () => noGrad(() => w.sub_(1)),
    () => void same.sum().item(),
  );
});
