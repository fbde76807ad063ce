/**
 * Runs what the last walk has seen: finds or makes the plan, hands over this run's storages and scalars, and gives the results
 * to their nodes.
 */
import { engine } from "../engine/current.js";
import { type Engine, RunError, RunStopped, type Storage } from "../engine/engine.js";
import { settleStop } from "../interrupts.js";
import { platform } from "../platform/node.js";
import { cachedPlan, clearPlans, rememberPlan } from "./cache.js";
import { describeProgram } from "./describe.js";
import type { Node } from "./node.js";
import { outOfRange } from "./origin.js";
import { pinned } from "./pending.js";
import { makePlan, Plan, type Result, Way } from "./plan.js";
import { forgetWalk, undoWalk, walk, walked } from "./walk.js";

let fusing = platform.setting("CELLGRAD_FUSION") !== "off";

/** With fusion off each operation is a kernel of its own: slower, and the truth that tests compare with. */
export function setFusion(on: boolean): void {
  fusing = on;
  clearPlans();
}

const unused: Storage = { buffer: new ArrayBuffer(0), byteOffset: 0, byteLength: 0, address: 0 };

/** The engine that the plans in the cache were compiled for. */
let planned: Engine | null = null;

/** The plan for the structure of the last walk, if there is one. */
export function knownPlan(): Plan | null {
  const current = engine();
  if (current !== planned) {
    clearPlans();
    planned = current;
  }
  return cachedPlan();
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
  });
  if (plan.program.kernels.length > 0) {
    plan.executable = engine().compile(plan.program);
    plan.executable.scalars.set(plan.constants, plan.firstConstant);
  }
  return plan;
}

/** Executes with the leaves of the last walk. `plan.externals` holds all storages until `release`. */
export function run(plan: Plan, variableStorage: (update: number, bytes: number) => Storage): void {
  const { externals, results } = plan;
  const { leaves, scalars, scalarCount } = walked;
  for (let i = 0; i < plan.leaves; i++) externals[i] = leaves[i]!;
  const updates = plan.inPlace.length;
  for (let i = 0; i < results.length; i++) {
    const result = results[i]!;
    if (result.way === Way.own) {
      externals[result.index] =
        i < updates ? variableStorage(i, result.bytes) : engine().allocate(result.bytes);
    }
  }
  if (plan.block >= 0) externals[plan.block] = engine().allocate(plan.blockBytes);
  const { executable } = plan;
  if (executable === null) return;
  const target = executable.scalars;
  for (let i = 0; i < scalarCount; i++) target[i] = scalars[i]!;
  for (;;) {
    try {
      return executable.run(externals);
    } catch (error) {
      // The interrupt may have been meant for other code.
      if (error instanceof RunStopped && settleStop()) continue;
      if (!(error instanceof RunError)) throw error;
      throw outOfRange(walked.nodes[plan.failing.get(error.kernel) ?? -1], error);
    }
  }
}

/** The storage of one result of the run that has just ended. */
export function resultStorage(plan: Plan, result: Result): Storage {
  if (result.way !== Way.block) return plan.externals[result.index]!;
  const block = plan.externals[plan.block]!;
  return {
    buffer: block.buffer,
    byteOffset: block.byteOffset + result.index,
    byteLength: result.bytes,
    address: block.address === 0 ? 0 : block.address + result.index,
  };
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
    const plan = makePlan({ nodes: seen, roots, updates: 0, overwritable: [], scalars, fusing });
    return describeProgram(plan.program);
  } finally {
    undoWalk(stepEpoch);
    release(null);
  }
}
