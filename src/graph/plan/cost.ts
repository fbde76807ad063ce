/**
 * What it costs to compute a value again, against storing it: the planner's only heuristics.
 *
 * The unit is about a nanosecond on one core; the numbers are rough on purpose, since they only tell cheap from expensive.
 */
import { withoutReshapes } from "./movement.js";
import { Kind } from "../record/node.js";
import type { Value } from "./values.js";
import { binary, unary } from "../../primitives/elementwise.js";

/** Vectorized arithmetic on one element, and moving one float through the cache. */
const arithmetic = 0.1;
const traffic = 0.15;
/** Starting one more kernel. */
const launch = 200;

function costOf(value: Value): number {
  switch (value.kind) {
    case Kind.unary:
      return unary[value.unaryOp].cost;
    case Kind.binary:
      return binary[value.binaryOp].cost;
    case Kind.random:
      return 20;
    default:
      return 1;
  }
}

/** Fills in cost, reads and fromResult, and marks as required what has to be stored whatever its readers are. */
export function estimate(values: readonly Value[]): void {
  for (const value of values) for (const input of value.inputs) input.uses++;
  for (const value of values) {
    if (value.isLeaf || value.kind === Kind.scalar) {
      value.reads = value.isLeaf ? 1 : 0;
    } else if (value.isMovement) {
      const input = value.inputs[0]!;
      value.cost = input.required ? 0 : input.cost;
      value.reads = input.required ? 1 : input.reads;
      value.fromResult = !input.required && input.fromResult && input.size === value.size;
    } else if (value.isElementwise) {
      value.cost = costOf(value);
      for (const input of value.inputs) {
        const buffer = input.required || input.isLeaf;
        const whole = input.size === value.size;
        value.cost += buffer ? 0 : input.cost;
        if (whole) value.reads += buffer ? 1 : input.reads;
        value.fromResult ||= !buffer && whole && input.fromResult;
      }
      // A graph with much sharing would count the same operation exponentially often.
      value.cost = Math.min(value.cost, 1e6);
      value.reads = Math.min(value.reads, 1e3);
    } else {
      value.fromResult = true;
      value.reads = 1;
      if (value.kind === Kind.reduce) {
        // The input of a reduction that somebody else reads too: both can only start from a buffer.
        const input = withoutReshapes(value.inputs[0]!);
        if (input.fromResult && input.uses > 1 && !input.isMovement) input.required = true;
      }
    }
  }
}

/** Whether a buffer is cheaper than computing the value in each of its readers. */
export function worthStoring(value: Value): boolean {
  let points = 0;
  let hostable = false;
  for (const { group, body } of value.demands) {
    const here = group.points(body);
    points += here;
    if (!body && here === value.size) hostable = true;
  }
  if (value.fromResult && points > value.size) return true;
  const again = Math.max(0, points - value.size) * value.cost * arithmetic;
  const inlinedTraffic = value.reads * points * traffic;
  const storedTraffic = (value.reads * value.size + value.size + points) * traffic;
  return again + inlinedTraffic > storedTraffic + (hostable ? 0 : launch);
}
