/**
 * Plans by structure: a training loop makes its plan once and looks it up from then on.
 */
import { Plan } from "../plan/plan.js";
import { hashOfStructure, hashOfWalk, walked } from "./walk.js";

const maxPlans = 512;

const byHash = new Map<number, Plan>();
let plans = 0;
let clock = 0;
let hits = 0;
let misses = 0;

/** The plan that was used last: a loop asks for its plans in the same order each time. */
let latest: Plan | null = null;

/** The plan for the structure of the last walk. */
export function cachedPlan(): Plan | null {
  const guess = latest === null ? null : latest.follower;
  let plan: Plan | null;
  if (guess !== null && sameKey(guess.key)) {
    plan = guess;
  } else {
    plan = byHash.get(hashOfWalk()) ?? null;
    while (plan !== null && !sameKey(plan.key)) plan = plan.next;
    if (plan === null) {
      misses++;
      return null;
    }
    if (latest !== null) latest.follower = plan;
  }
  latest = plan;
  plan.lastUsed = ++clock;
  hits++;
  return plan;
}

function sameKey(key: Int32Array): boolean {
  const length = walked.keyLength;
  if (key.length !== length) return false;
  const row = walked.key;
  for (let i = 0; i < length; i++) if (key[i] !== row[i]) return false;
  return true;
}

/** Keeps a plan for the structure of the last walk. */
export function rememberPlan(plan: Plan): void {
  if (plans >= maxPlans) forgetOldest();
  plan.key = walked.key.slice(0, walked.keyLength);
  plan.hash = hashOfWalk();
  plan.lastUsed = ++clock;
  plan.next = byHash.get(plan.hash) ?? null;
  byHash.set(plan.hash, plan);
  plans++;
  if (latest !== null) latest.follower = plan;
  latest = plan;
}

function forgetOldest(): void {
  let oldest: Plan | null = null;
  for (const first of byHash.values()) {
    for (let plan: Plan | null = first; plan !== null; plan = plan.next) {
      if (oldest === null || plan.lastUsed < oldest.lastUsed) oldest = plan;
    }
  }
  if (oldest !== null) forgetPlan(oldest);
}

export function forgetPlan(plan: Plan): void {
  const first = byHash.get(plan.hash)!;
  if (first === plan) {
    if (plan.next === null) byHash.delete(plan.hash);
    else byHash.set(plan.hash, plan.next);
  } else {
    let before = first;
    while (before.next !== plan) before = before.next!;
    before.next = plan.next;
  }
  plans--;
  if (latest === plan) latest = null;
  for (const each of byHash.values()) {
    for (let other: Plan | null = each; other !== null; other = other.next) {
      if (other.follower === plan) other.follower = null;
    }
  }
  plan.executable?.dispose();
}

/** What has come once more than so often will probably go on coming, and planning it as a whole takes as long as a few first runs in pieces. */
const runsInPieces = 1;
const maxWaiting = 1024;
/** How often long structures without a plan have come, by hash. */
const waiting = new Map<number, number>();

/** Counts the structure of the last walk, and says whether it has come often enough to be worth a plan of its own. */
export function comesAgain(): boolean {
  const structure = hashOfStructure();
  const times = waiting.get(structure) ?? 0;
  // What was counted last goes to the end, so the first is the one that has not come for longest.
  waiting.delete(structure);
  waiting.set(structure, times + 1);
  if (waiting.size > maxWaiting) waiting.delete(waiting.keys().next().value!);
  return times >= runsInPieces;
}

/** Forgets all plans, for instance because another engine is to run them. */
export function clearPlans(): void {
  for (const first of [...byHash.values()]) {
    for (let plan: Plan | null = first; plan !== null; plan = plan.next) plan.executable?.dispose();
  }
  byHash.clear();
  latest = null;
  plans = 0;
}

/** How the cache is doing. */
export interface PlanCacheStats {
  readonly plans: number;
  readonly hits: number;
  readonly misses: number;
}

export function planCacheStats(): PlanCacheStats {
  return { plans, hits, misses };
}
