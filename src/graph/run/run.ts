/**
 * Runs what the last walk has seen: finds or makes the plan, hands over this run's storages and scalars, and gives the results
 * to their nodes.
 */
import { engine } from "../../engine/current.js";
import { type Engine, type Explain, RunError, RunStopped, type Storage } from "../../engine/engine.js";
import { settleStop } from "../../interrupts.js";
import { platform } from "../../platform/node.js";
import { cachedPlan, clearPlans, forgetPlan, rememberPlan } from "./cache.js";
import { describeProgram } from "../plan/describe.js";
import type { Node } from "../record/node.js";
import { blamedFor, outOfRange } from "../record/origin.js";
import { pinned } from "../record/pending.js";
import { makePlan, Plan } from "../plan/plan.js";
import { Placement, type Result } from "../plan/results.js";
import { forgetWalk, undoWalk, walk, walked } from "./walk.js";
import { watcher } from "./watch.js";
import type { KernelOp } from "../../primitives/kernels.js";

let fusing = platform.setting("CELLGRAD_FUSION") !== "off";

/** With fusion off each operation is a kernel of its own: slower, and the truth that tests compare with. */
export function setFusion(on: boolean): void {
  fusing = on;
  clearPlans();
}

const kernelNames = platform.setting("CELLGRAD_KERNELS")?.split(",");
/** Of the kernels that engines have only these are used; null: all. */
let usable: ReadonlySet<string> | null = kernelNames === undefined ? null : new Set(kernelNames);

/** Calls of other kernels are composed (compose.ts), as if the engine did not have them. */
export function setKernels(names: readonly KernelOp[] | null): void {
  usable = names === null ? null : new Set(names);
  clearPlans();
}

function kernelsHere(): ReadonlySet<KernelOp> {
  const { kernels } = engine().capabilities;
  return usable === null ? kernels : new Set([...kernels].filter((op) => usable!.has(op)));
}

/** Fills a plan's externals between runs, so that they hold no storage of a run that is over. */
const unused: Storage = {
  byteLength: 0,
  get engine(): never {
    throw new Error("there is no storage between runs");
  },
};

/** The engine that the plans in the cache were compiled for. */
let planned: Engine | null = null;

/** The plan for the structure of the last walk, if there is one. */
export function knownPlan(): Plan | null {
  const current = engine();
  if (current !== planned) {
    clearPlans();
    planned = current;
  }
  const plan = cachedPlan();
  if (plan === null || watcher === null || plan.computed !== null) return plan;
  // Who looks on has to know what the kernels compute: it is planned again.
  forgetPlan(plan);
  return null;
}

/** Makes and keeps a plan for the last walk, which reached these roots. */
export function addPlan(roots: readonly Node[], updates: number, overwritable: readonly number[]): Plan {
  const plan = newPlan(roots, updates, overwritable);
  rememberPlan(plan);
  return plan;
}

function newPlan(roots: readonly Node[], updates: number, overwritable: readonly number[]): Plan {
  const nodes = walked.nodes.slice(0, walked.nodeCount);
  const extra = walked.extra.slice(0, walked.extraCount) as Node[];
  const plan = makePlan({
    nodes,
    roots: extra.length === 0 ? roots : [...roots, ...extra],
    updates,
    overwritable,
    scalars: walked.scalarCount,
    fusing,
    kernels: kernelsHere(),
    watched: watcher !== null,
  });
  if (plan.program.kernels.length > 0) {
    plan.executable = engine().compile(plan.program);
    plan.executable.scalars.set(plan.constants, plan.firstConstant);
  }
  return plan;
}

/** Executes with the leaves of the last walk. `plan.externals` holds all storages until `release`. */
export function run(plan: Plan, variableStorage: (update: number, bytes: number) => Storage): void {
  const { externals, results, storing } = plan;
  const { leaves, scalars, scalarCount } = walked;
  const here = engine();
  for (let i = 0; i < plan.leaves; i++) {
    const leaf = leaves[i]!;
    externals[i] = leaf.engine === here ? leaf : moved(leaf, here);
  }
  const updates = plan.inPlace.length;
  for (let i = 0; i < storing.length; i++) {
    const root = storing[i]!;
    const { index, bytes } = results[root]!;
    const own = root < updates ? variableStorage(root, bytes) : null;
    externals[index] = own !== null && own.engine === here ? own : here.allocate(bytes);
  }
  if (plan.block >= 0) externals[plan.block] = here.allocate(plan.blockBytes);
  const { executable } = plan;
  if (executable === null) return;
  const target = executable.scalars;
  for (let i = 0; i < scalarCount; i++) target[i] = scalars[i]!;
  for (;;) {
    try {
      executable.run(externals, here.readSync === undefined ? explanation(plan) : undefined);
      if (watcher !== null) watcher(plan, walked.nodes);
      return;
    } catch (error) {
      // The interrupt may have been meant for other code: then the run is done again.
      if (error instanceof RunStopped && settleStop()) continue;
      if (!(error instanceof RunError)) throw error;
      // The engine can be read at once here, so the values for the message are there and it is no promise.
      throw outOfRange(blamedFor(failing(plan, error)), error) as RangeError;
    }
  }
}

function failing(plan: Plan, { kernel }: RunError): Node | undefined {
  return walked.nodes[plan.failing.get(kernel) ?? -1];
}

/** How to explain errors of an engine that computes later, when the nodes are forgotten: it keeps what the messages need. */
function explanation(plan: Plan): Explain | undefined {
  if (plan.failing.size === 0) return undefined;
  const blamed = new Map([...plan.failing].map(([kernel, at]) => [kernel, blamedFor(walked.nodes[at])]));
  return (error) => outOfRange(blamed.get(error.kernel) ?? [], error);
}

/** Moves the value of leaves, which was made while another engine was in use, to this one. */
function moved(storage: Storage, here: Engine): Storage {
  const { engine: there, byteLength } = storage;
  const from = there.readSync?.(storage);
  if (from === undefined) {
    throw new Error(
      `a tensor of the ${there.name} engine cannot be used on the ${here.name} engine before it is read: ` +
        `make another there, of await x.data()`,
    );
  }
  const copy = here.allocate(byteLength, true);
  here.write(copy, ({ buffer, byteOffset }) =>
    new Uint8Array(buffer, byteOffset, byteLength).set(
      new Uint8Array(from.buffer, from.byteOffset, byteLength),
    ),
  );
  for (let i = 0; i < walked.nodeCount; i++) {
    const node = walked.nodes[i]!;
    if (node.storage === storage) node.storage = copy;
  }
  return copy;
}

/** The storage of one result of the run that has just ended. */
export function resultStorage(plan: Plan, result: Result): Storage {
  if (result.placement !== Placement.block) return plan.externals[result.index]!;
  const block = plan.externals[plan.block]!;
  return block.engine.part(block, result.index, result.bytes);
}

/** Nodes get their storages, and let go of what they were computed from. */
export function settle(plan: Plan, roots: readonly Node[], first: number): void {
  const { results } = plan;
  for (let i = first; i < roots.length; i++) give(roots[i]!, plan, results[i]!);
  for (let i = 0; i < walked.extraCount; i++) give(walked.extra[i]!, plan, results[roots.length + i]!);
}

function give(node: Node, plan: Plan, result: Result): void {
  if (node.storage !== null) return;
  node.storage = resultStorage(plan, result);
  pinned(result.bytes);
  node.a = node.b = node.c = node.list = node.attributes = null;
}

/** The plan holds no storage between runs, and the walk no node. */
export function release(plan: Plan | null): void {
  if (plan !== null) {
    const { externals } = plan;
    for (let i = 0; i < externals.length; i++) externals[i] = unused;
  }
  forgetWalk();
}

/** The kernels that would compute these nodes in one plan, as text; computes nothing and leaves no trace. */
export function describePlan(nodes: readonly Node[]): string {
  const roots = nodes.filter((node) => node.storage === null);
  const { stepEpoch } = walked;
  try {
    walk(roots, 0, false);
    const { scalarCount: scalars, nodeCount } = walked;
    const seen = walked.nodes.slice(0, nodeCount);
    const plan = makePlan({
      nodes: seen,
      roots,
      updates: 0,
      overwritable: [],
      scalars,
      fusing,
      kernels: kernelsHere(),
      watched: false,
    });
    return describeProgram(plan.program);
  } finally {
    undoWalk(stepEpoch);
    release(null);
  }
}
