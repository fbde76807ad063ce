/**
 * A part of a graph that was recorded once and is used again with other operands. One node stands for all that it computes, and only the planner
 * looks into it (plan/merge.ts). So what a training loop records in each step, a backward pass or an update, costs a few nodes instead of hundreds.
 */
import { made } from "./make.js";
import { dtypeMask, Flag, Kind, kindOf, Node, roundingMask } from "./node.js";
import { sameNumbers } from "./shapes.js";
import type { Result, Step, Steps } from "./steps.js";

/** The nodes that lead from operands to results, operands before their users. */
export interface Recorded {
  readonly operands: readonly Node[];
  readonly inside: readonly Node[];
  readonly results: readonly Node[];
}

/** Steps of one subgraph. What has more might be cut into pieces (run/pieces.ts), each of which would compute all of it. */
const mostSteps = 2048;
const noAttributes: readonly number[] = [];
/** Stands for a number that was not met yet. */
const unmet = new Node(Kind.leaf, "float32", noAttributes, 1, null, null, null);
let subgraphs = 0;

export class Subgraph implements Steps {
  /** Stands for it in a plan's key. */
  private readonly attributes: readonly number[] = [++subgraphs];

  private constructor(
    readonly steps: readonly Step[],
    readonly results: readonly Result[],
    private readonly operandCount: number,
    /** Instances differ in shape, and all that is inside has that of the instance. */
    private readonly elementwise: boolean,
  ) {}

  /** Of what was recorded, with numbers as they are. */
  static of(recorded: Recorded): Subgraph {
    return Subgraph.made(recorded, false);
  }

  /** Of what was recorded for one shape, for all shapes; null where something inside is more than elementwise. */
  static elementwise(recorded: Recorded): Subgraph | null {
    const { operands, inside, results } = recorded;
    const { shape } = results[0]!;
    const known = new Set<Node>([...operands, ...inside]);
    const isElementwise = (node: Node): boolean => {
      const kind = kindOf(node);
      return kind >= Kind.unary && kind <= Kind.copy && sameNumbers(node.shape, shape);
    };
    const isKnown = inside.every((node) => inputsOf(node).every((input) => known.has(input)));
    // A number has the shape of a tensor of 0 dims.
    if (!isKnown || shape.length === 0 || !inside.every(isElementwise)) return null;
    return Subgraph.made(recorded, true);
  }

  private static made({ operands, inside, results }: Recorded, elementwise: boolean): Subgraph {
    const numbers = new Map([...operands, ...inside].map((node, number) => [node, number]));
    const steps = inside.map((node): Step => {
      const { code, dtype, shape, size, attributes, value } = node;
      return {
        code,
        dtype,
        shape: elementwise ? null : shape,
        size,
        inputs: inputsOf(node).map((input) => numbers.get(input)!),
        attributes: attributes ?? noAttributes,
        constant: value,
      };
    });
    const picks = results.map((node, i): Result => {
      const { dtype, shape, size } = node;
      const code = Kind.pick | (node.code & (dtypeMask | roundingMask));
      return { number: numbers.get(node)!, code, dtype, shape, size, attributes: [i] };
    });
    return new Subgraph(steps, picks, operands.length, elementwise);
  }

  /**
   * The numbers that were used where the same was recorded again, elementwise and in the same order; null where something else was. They are the
   * last operands.
   */
  numbersIn(operands: readonly Node[], inside: readonly Node[], results: readonly Node[]): Node[] | null {
    const { steps } = this;
    if (inside.length !== steps.length || results.length !== this.results.length) return null;
    const all = operands.slice();
    const count = this.operandCount - operands.length;
    for (let i = 0; i < count; i++) all.push(unmet);
    for (let i = 0; i < inside.length; i++) {
      const node = inside[i]!;
      const { code, inputs } = steps[i]!;
      if (node.code !== code) return null;
      for (let k = 0; k < inputs.length; k++) {
        const input = k === 0 ? node.a : k === 1 ? node.b : node.c;
        const number = inputs[k]!;
        if (all[number] === input) continue;
        if (all[number] !== unmet || input === null || !isNumber(input)) return null;
        all[number] = input;
      }
      all.push(node);
    }
    for (let i = 0; i < results.length; i++) if (all[this.results[i]!.number] !== results[i]) return null;
    return all.slice(operands.length, this.operandCount);
  }

  /**
   * The results for these operands; the node keeps the list.
   * @param like what the instance has the shape of
   */
  instance(operands: readonly Node[], like: Node): Node[] {
    const { code, dtype, shape, size } = like;
    const whole = made(Kind.subgraph | (code & dtypeMask), dtype, shape, size, null, null, null);
    whole.list = operands;
    whole.attributes = this.attributes;
    whole.subgraph = this;
    for (let i = 0; i < operands.length; i++) operands[i]!.flags |= Flag.consumed;
    const { results, elementwise } = this;
    const picks = new Array<Node>(results.length);
    for (let i = 0; i < picks.length; i++) {
      const result = results[i]!;
      const of = elementwise ? like : result;
      const pick = made(result.code, result.dtype, of.shape, of.size, whole, null, null);
      pick.attributes = result.attributes;
      picks[i] = pick;
    }
    whole.picks = picks;
    return picks;
  }
}

/**
 * The nodes from `operands` to `results` in the order of a search in depth; null where something else comes in, or a value that nobody may
 * compute twice. Numbers without a storage are inside, too.
 */
export function recordedBetween(
  operands: readonly Node[],
  results: readonly Node[],
  isInside: (node: Node) => boolean,
): Recorded | null {
  const inside: Node[] = [];
  const seen = new Set<Node>(operands);
  const stack: Node[] = [];
  for (let i = results.length - 1; i >= 0; i--) stack.push(results[i]!);
  while (stack.length > 0) {
    const node = stack[stack.length - 1]!;
    if (seen.has(node)) {
      stack.pop();
      continue;
    }
    const kind = kindOf(node);
    if (node.storage !== null || kind === Kind.leaf || kind === Kind.random || kind === Kind.subgraph)
      return null;
    if (!isInside(node) || inside.length === mostSteps) return null;
    const before = stack.length;
    const inputs = inputsOf(node);
    for (let i = inputs.length - 1; i >= 0; i--) if (!seen.has(inputs[i]!)) stack.push(inputs[i]!);
    if (stack.length > before) continue;
    stack.pop();
    seen.add(node);
    inside.push(node);
  }
  return { operands, inside, results };
}

/** A number that each run is told. */
export function isNumber(node: Node): boolean {
  return node.storage === null && kindOf(node) === Kind.scalar;
}

export function inputsOf({ a, b, c, list }: Node): readonly Node[] {
  if (list !== null) return list;
  if (a === null) return [];
  return b === null ? [a] : c === null ? [a, b] : [a, b, c];
}
