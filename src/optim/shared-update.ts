/**
 * Updates that are recorded for one parameter and hold for the others of its group: where all links of an optimizer's chain are elementwise, those
 * differ in nothing but their operands. So a step records the chain once, and for each other parameter an instance of a subgraph.
 */
import type { Node } from "../graph/record/node.js";
import { inputsOf, isNumber, Subgraph } from "../graph/record/subgraph.js";
import type { ParameterState, Update } from "./state.js";

/** Optimizers of one kind record the same, whichever parameters they train: the last used first. */
const known: Subgraph[] = [];
const mostKnown = 16;
/** An instance costs as much as recording so many nodes. */
const fewest = 4;

/** An update as it was recorded in this step. */
export class SharedUpdate<Options> {
  private constructor(
    private readonly subgraph: Subgraph,
    /** The numbers that the chain has used. */
    private readonly numbers: readonly Node[],
    private readonly state: ParameterState<Options>,
    private readonly step: number,
  ) {}

  /**
   * @param made the nodes that were made for it
   * @param updates those that were recorded for the parameter
   * @returns null where they do not hold for others
   */
  static of<Options>(
    gradient: Node,
    state: ParameterState<Options>,
    made: readonly Node[],
    updates: readonly Update[],
  ): SharedUpdate<Options> | null {
    const { parameter, step, reads } = state;
    if (gradient.dtype !== parameter.dtype || made.length < fewest) return null;
    const results = updates.map(({ value }) => value);
    const operands = [gradient, parameter, ...reads.map((name) => state.stored(name))];
    for (const [i, subgraph] of known.entries()) {
      const numbers = subgraph.numbersIn(operands, made, results);
      if (numbers === null) continue;
      if (i > 0) known.unshift(...known.splice(i, 1));
      return new SharedUpdate(subgraph, numbers, state, step);
    }
    // Of two operands that are the same here it is not known which is meant.
    if (new Set(operands).size < operands.length) return null;
    const numbers = [...new Set(made.flatMap(inputsOf).filter(isNumber))];
    const subgraph = Subgraph.elementwise({ operands: [...operands, ...numbers], inside: made, results });
    if (subgraph === null) return null;
    if (known.length === mostKnown) known.pop();
    known.unshift(subgraph);
    return new SharedUpdate(subgraph, numbers, state, step);
  }

  holdsFor(gradient: Node, { step, parameter }: ParameterState<Options>): boolean {
    const { dtype } = this.state.parameter;
    return step === this.step && parameter.dtype === dtype && gradient.dtype === dtype;
  }

  /** Adds the updates of another parameter. */
  apply(gradient: Node, state: ParameterState<Options>, updates: Update[]): void {
    const { numbers } = this;
    const { reads, writes } = this.state;
    const operands = [gradient, state.parameter];
    for (let i = 0; i < reads.length; i++) operands.push(state.stored(reads[i]!));
    for (let i = 0; i < numbers.length; i++) operands.push(numbers[i]!);
    const results = this.subgraph.instance(operands, state.parameter);
    for (let i = 0; i < writes.length; i++) state.update(writes[i]!, results[i]!, updates);
    updates.push({ variable: state.tensor.variable(), value: results[writes.length]! });
  }
}
