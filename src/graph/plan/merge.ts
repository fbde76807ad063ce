/**
 * From the nodes of one walk to the values of a plan, in topological order: equal ones are merged, redundant casts dropped, sums of padded parts
 * are put together, and calls of kernels that the engine lacks are composed.
 */
import { asConcat, type Assembly, padAsAssembly, sumOfAssemblies } from "./assembly.js";
import { Composer, type Maker, type Recipe } from "./compose.js";
import { Flag, keepsDims, Kind, kindOf, type Node, opOf } from "../record/node.js";
import type { Steps } from "../record/steps.js";
import { Value, withoutCasts } from "./values.js";
import { windowSize } from "./window.js";
import type { DTypeName } from "../../primitives/dtypes.js";
import { type KernelOp, kernels } from "../../primitives/kernels.js";
import { binaryNumbers, kernelOps } from "../../primitives/table.js";

const noAttributes: readonly number[] = [];

/** The values of `nodes` (in the order of the walk), operands before their users; and the value of each node. */
export function valuesOf(
  nodes: readonly Node[],
  has: ReadonlySet<KernelOp>,
): { values: readonly Value[]; of: Value[] } {
  const merger = new Merger(has);
  const of = new Array<Value>(nodes.length);
  const slots = numberSlots(nodes);
  // Depth first with a stack of its own: a chain of nodes may be longer than the call stack is deep.
  const stack: Node[] = [];
  for (const root of nodes) {
    stack.push(root);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      if (of[node.index] !== undefined) {
        stack.pop();
        continue;
      }
      const operands = operandsOf(node);
      const waiting = operands.filter((operand) => of[operand.index] === undefined);
      if (waiting.length > 0) {
        for (let i = waiting.length - 1; i >= 0; i--) stack.push(waiting[i]!);
        continue;
      }
      stack.pop();
      const inputs = operands.map((operand) => of[operand.index]!);
      of[node.index] = merger.of(node, inputs, slots[node.index]!);
    }
  }
  return { values: merger.needed(of), of };
}

function operandsOf(node: Node): Node[] {
  if (node.storage !== null) return [];
  if (node.list !== null) return [...node.list];
  return [node.a, node.b, node.c].filter((operand) => operand !== null);
}

/** Leaves and scalars are numbered in the order in which the walk collected them. */
function numberSlots(nodes: readonly Node[]): number[] {
  let leaves = 0;
  let scalars = 0;
  return nodes.map((node) => {
    if (node.storage !== null) return leaves++;
    const kind = kindOf(node);
    if (kind === Kind.scalar) return scalars++;
    if (kind !== Kind.random) return -1;
    scalars += 2;
    return scalars - 2;
  });
}

class Merger implements Maker {
  private readonly values: Value[] = [];
  private readonly known = new Map<string, Value>();
  /** Scalars that are known to be 0. */
  private readonly zeros = new Set<Value>();
  private readonly composer = new Composer(this);
  /** Results of the tuples that were composed, and of subgraphs, by what stands for the tuple. */
  private readonly composed = new Map<Value, readonly Value[]>();
  /** Position in the walk of the node whose value is made. */
  private node = -1;

  /** @param has the kernels of the engine */
  constructor(private readonly has: ReadonlySet<KernelOp>) {}

  /** @param slot number of a leaf, or of the first scalar of a scalar or random node, else -1 */
  of(node: Node, inputs: readonly Value[], slot: number): Value {
    this.node = node.index;
    if (node.subgraph !== null && node.storage === null) return this.instance(node, node.subgraph, inputs);
    if (slot < 0) return this.make(node, inputs, node.attributes ?? noAttributes);
    const kind = node.storage !== null ? Kind.leaf : kindOf(node);
    const value = this.merged(`slot ${kind} ${slot}`, node, kind, inputs, noAttributes);
    value.slot = slot;
    value.variable = (node.flags & Flag.variable) !== 0;
    value.window = (node.flags & Flag.window) !== 0;
    return value;
  }

  constant(value: number, dtype: DTypeName): Value {
    const code = Kind.scalar;
    const name = `constant ${Object.is(value, -0) ? "-0" : value} ${dtype}`;
    const made = this.merged(name, { code, dtype, shape: [], size: 1 }, Kind.scalar, [], noAttributes);
    made.constant = value;
    return made;
  }

  make(recipe: Recipe, inputs: readonly Value[], attributes: readonly number[]): Value {
    const kind = kindOf(recipe);
    switch (kind) {
      case Kind.copy:
        return inputs[0]!;
      case Kind.cast: {
        const source = withoutCasts(inputs[0]!);
        if (source.dtype === recipe.dtype) return source;
        return this.added(recipe, kind, [source], attributes);
      }
      case Kind.pad: {
        const [input, fill] = inputs as [Value, Value];
        if (opOf(recipe) === 1) this.zeros.add(fill);
        const assembly = padAsAssembly(recipe.shape, input, fill, attributes);
        if (assembly !== null) return this.assembled(recipe, assembly);
        break;
      }
      case Kind.slice:
        if (inputs[0]!.window) inputs[0]!.extent = windowSize(inputs[0]!.shape, attributes);
        break;
      case Kind.concat: {
        const dim = attributes[1]!;
        const stretches = inputs.map((input) => ({ size: input.shape[dim]!, input }));
        return this.assembled(recipe, { dim, stretches });
      }
      case Kind.binary: {
        if (opOf(recipe) !== binaryNumbers.add) break;
        const sum = sumOfAssemblies(inputs[0]!, inputs[1]!, this.zeros);
        if (sum !== null) return this.assembled(recipe, sum);
        break;
      }
      case Kind.call:
      case Kind.tuple:
        if (!this.has.has(kernelOps[opOf(recipe)]!)) return this.compose(recipe, inputs, attributes);
        break;
      case Kind.pick: {
        const results = this.composed.get(inputs[0]!);
        if (results !== undefined) return results[attributes[0]!]!;
        break;
      }
    }
    return this.added(recipe, kind, inputs, attributes);
  }

  /** All values but those that nothing reads: results of composed tuples that nobody has taken. */
  needed(of: readonly Value[]): readonly Value[] {
    if (this.composed.size === 0) return this.values;
    const needed = new Set(of);
    for (let i = this.values.length - 1; i >= 0; i--) {
      const value = this.values[i]!;
      if (needed.has(value)) for (const input of value.inputs) needed.add(input);
    }
    return this.values.filter((value) => needed.has(value));
  }

  /** What an instance of a subgraph computes, with these operands. */
  private instance(node: Node, { steps, results }: Steps, operands: readonly Value[]): Value {
    const values = [...operands];
    for (const { code, dtype, shape, size, inputs, attributes, constant } of steps) {
      if (constant !== null) {
        values.push(this.constant(constant, dtype));
        continue;
      }
      const recipe =
        shape === null ? { code, dtype, shape: node.shape, size: node.size } : { code, dtype, shape, size };
      values.push(
        this.make(
          recipe,
          inputs.map((input) => values[input]!),
          attributes,
        ),
      );
    }
    const whole = valueOf(-1, node, Kind.tuple, operands, noAttributes);
    this.composed.set(
      whole,
      results.map(({ number }) => values[number]!),
    );
    return whole;
  }

  private compose(recipe: Recipe, inputs: readonly Value[], attributes: readonly number[]): Value {
    const { operands, results, compose } = kernels[kernelOps[opOf(recipe)]!];
    const values = compose(
      this.composer,
      inputs.slice(0, operands.length),
      attributes,
      inputs.slice(operands.length),
    );
    if (results.length === 1) return values[0]!;
    const tuple = valueOf(-1, recipe, Kind.tuple, inputs, attributes);
    this.composed.set(tuple, values);
    return tuple;
  }

  private assembled(recipe: Recipe, assembly: Assembly): Value {
    const { inputs, attributes } = asConcat(assembly);
    return this.added(recipe, Kind.concat, inputs, attributes);
  }

  private added(
    recipe: Recipe,
    kind: number,
    inputs: readonly Value[],
    attributes: readonly number[],
  ): Value {
    const name = `${kind} ${recipe.code}|${inputs.map((input) => input.id).join()}|${attributes.join()}`;
    return this.merged(name, recipe, kind, inputs, attributes);
  }

  private merged(
    name: string,
    recipe: Recipe,
    kind: number,
    inputs: readonly Value[],
    attributes: readonly number[],
  ): Value {
    let value = this.known.get(name);
    if (value === undefined) {
      value = valueOf(this.values.length, recipe, kind, inputs, attributes);
      value.keepdim = keepsDims(recipe);
      value.node = this.node;
      this.values.push(value);
      this.known.set(name, value);
    }
    return value;
  }
}

function valueOf(
  id: number,
  recipe: Recipe,
  kind: number,
  inputs: readonly Value[],
  attributes: readonly number[],
): Value {
  const { dtype, shape, size } = recipe;
  return new Value(id, kind, opOf(recipe), dtype, shape, size, inputs, attributes);
}
