/**
 * Decides which values are stored and which kernel computes what.
 *
 * The values are visited from the results back to the leaves. A visited value knows all its readers, so the choice is local:
 * compute it inside them (once more in each), or store it from one kernel. That kernel is one of the readers when
 * it visits every element of the value exactly once, else a new map; and a map that meets a product or a
 * reduction which only it reads turns into that kernel, with itself as the epilogue.
 */
import { assemblyOf } from "./assembly.js";
import { bijection, broadcastTo, type Coordinates, equal, flat, rowMajor } from "./coordinates.js";
import { estimate, worthStoring } from "./cost.js";
import { Group, maxInstructions, maxLoads, type Operand } from "./group.js";
import { sourceOf, throughMovement } from "./movement.js";
import { Kind } from "../record/node.js";
import { operandsOf } from "./operands.js";
import type { Demand, Value } from "./values.js";
import { kernels } from "../../primitives/kernels.js";

/** A result that wants a buffer of its own beside the value's. */
export interface Extra {
  readonly value: Value;
  readonly root: number;
}

/** Groups for all values that `required` ones and `extras` need. With `fusing` off each operation is a kernel of its own. */
export function fuse(values: readonly Value[], extras: readonly Extra[], fusing: boolean): Group[] {
  return new Fusion(fusing).run(values, extras);
}

/** A value with more readers than this is not computed in one of them: each would have to be compared with all others. */
const mostReaders = 64;

class Fusion {
  private readonly groups: Group[] = [];
  private readonly operands = new Map<Value, Operand[]>();

  constructor(private readonly fusing: boolean) {}

  run(values: readonly Value[], extras: readonly Extra[]): Group[] {
    for (const value of values) {
      const operands = operandsOf(value);
      if (operands.length === 0) continue;
      this.operands.set(value, operands);
      for (const { base } of operands) base.required ||= !base.isLeaf;
    }
    estimate(values);
    for (const { value, root } of extras) {
      const group = this.newGroup(value.shape);
      const at = group.identity();
      group.writes.push({ value, from: at, target: value, to: at, root });
      this.demand(value, group, false, at);
    }
    for (let i = values.length - 1; i >= 0; i--) {
      const value = values[i]!;
      if (value.required || value.demands.length > 0) this.place(value);
    }
    return this.groups;
  }

  private place(value: Value): void {
    if (value.kind === Kind.tuple) {
      this.call(value);
    } else if (value.isLeaf || value.size === 0) {
      value.stored = true;
      for (const { group } of value.demands) group.reads.add(value);
    } else if (value.isMovement) {
      if (value.required) this.store(value);
      else for (const demand of value.demands) this.throughMovement(value, demand);
    } else if (value.isElementwise) {
      if (this.mayInline(value)) for (const demand of value.demands) this.inline(value, demand);
      else this.store(value);
    } else if (value.kind === Kind.reduce || value.kind === Kind.matmul) {
      this.store(value);
    } else if (value.kind === Kind.pad || value.kind === Kind.concat) {
      this.assemble(value);
    } else if (value.kind === Kind.pick) {
      this.pick(value);
    } else {
      this.call(value);
    }
  }

  private newGroup(dims: readonly number[]): Group {
    const group = new Group(dims);
    this.groups.push(group);
    return group;
  }

  /** `group` reads `value`: at these coordinates, or as a buffer. */
  private demand(value: Value, group: Group, body: boolean, at: Coordinates | null): void {
    if (at === null) {
      value.required = true;
    } else {
      group.register(at, body);
      for (const known of group.demands.get(value) ?? []) {
        if (known.body === body && known.at !== null && equal(known.at, at)) return;
      }
    }
    if (value.kind === Kind.scalar && at !== null) group.operations[body ? 1 : 0]++;
    else group.loads[body ? 1 : 0]++;
    group.addDemand(value, body, at);
  }

  private demandInputs(value: Value, group: Group, body: boolean, at: Coordinates): void {
    const columns = group.space(body).length;
    for (const input of value.inputs) {
      this.demand(input, group, body, broadcastTo(at, input.shape, value.shape, columns));
    }
  }

  private inline(value: Value, { group, body, at }: Demand): void {
    if (value.kind === Kind.scalar) return;
    group.loads[body ? 1 : 0]--;
    group.operations[body ? 1 : 0]++;
    if (value.kind === Kind.random) group.ordered = true;
    this.demandInputs(value, group, body, at!);
  }

  private throughMovement(value: Value, { group, body, at }: Demand): void {
    const input = sourceOf(value);
    group.loads[body ? 1 : 0]--;
    let below = throughMovement(value, at!, group.space(body));
    while (below !== null && "dim" in below && group.canSplit(below)) {
      group.split(below);
      below = throughMovement(value, at!, group.space(body));
    }
    // A dense buffer can be read in any shape.
    const possible = below !== null && !("dim" in below);
    this.demand(input, group, body, possible ? (below as Coordinates) : null);
  }

  private mayInline(value: Value): boolean {
    if (value.required) return false;
    if (value.kind === Kind.scalar) return true;
    if (!this.fusing) return false;
    for (const { group, body, at } of value.demands) {
      if (!fits(group, body, value)) return false;
      if (value.kind === Kind.random && (body || !inOrder(at!, value, group.dims))) return false;
    }
    return !worthStoring(value);
  }

  /** Gives the value a buffer, unless it turns out that only the kernel that computes it reads it. */
  private store(value: Value): void {
    const host = this.hostAmongReaders(value) ?? this.newHost(value);
    value.host = host.group;
    const elsewhere = value.demands.filter((demand) => demand.group !== host.group || demand.at === null);
    if (value.required || elsewhere.length > 0) {
      value.stored = true;
      value.writers.push(host.group);
      host.group.writes.push({ value, from: host.at, target: value, to: host.at, root: -1 });
      for (const { group } of elsewhere) {
        group.reads.add(value);
        group.waitsFor.add(host.group);
      }
    }
    this.compute(value, host.group, host.at);
  }

  private newHost(value: Value): { group: Group; at: Coordinates } {
    const group = this.newGroup(value.shape);
    const at = group.identity();
    if (value.kind === Kind.matmul) group.becomeMatmul(value, at);
    else if (value.kind === Kind.reduce) group.becomeReduce(value, at);
    return { group, at };
  }

  private hostAmongReaders(value: Value): { group: Group; at: Coordinates } | null {
    if (!this.fusing) return null;
    const { demands } = value;
    if (demands.length > mostReaders) return null;
    for (let i = demands.length - 1; i >= 0; i--) {
      const { group, at } = demands[i]!;
      if (at === null || group.special !== null) continue;
      const own = group.demands.get(value)!;
      if (own.some((demand) => demand.body || demand.at === null || !equal(demand.at, at))) continue;
      const order = bijection(at, value.shape, group.dims);
      if (order === null || !fits(group, false, value)) continue;
      if (demands.some((demand) => demand.group !== group && group.reaches(demand.group))) continue;
      if (value.kind === Kind.random && !inOrder(at, value, group.dims)) continue;
      if (value.kind === Kind.matmul && !group.becomeMatmul(value, at)) continue;
      if (value.kind === Kind.reduce && !group.becomeReduce(value, at)) continue;
      group.loads[0]--;
      return { group, at };
    }
    return null;
  }

  private compute(value: Value, group: Group, at: Coordinates): void {
    if (value.isMovement) {
      this.throughMovement(value, { group, body: false, at });
      group.loads[0]++;
      return;
    }
    group.operations[0]++;
    if (value.kind === Kind.random) group.ordered = true;
    if (value.kind === Kind.matmul) {
      group.operands = this.operands.get(value)!;
      for (const { base } of group.operands) this.demandBuffer(base, group);
    } else if (value.kind === Kind.reduce) {
      this.demand(value.inputs[0]!, group, true, group.folds.at(-1)!.at);
    } else {
      this.demandInputs(value, group, false, at);
    }
  }

  private demandBuffer(base: Value, group: Group): void {
    if (group.demands.get(base)?.some((demand) => demand.at === null)) return;
    base.required ||= !base.isLeaf;
    group.addDemand(base, false, null);
  }

  /** Pad and concat: each part is stored into its place in the result. */
  private assemble(value: Value): void {
    value.stored = true;
    const shape = value.shape;
    const rank = shape.length;
    const part = (input: Value, dims: readonly number[], offset: readonly number[]): Group => {
      const group = this.newGroup(dims);
      const read = group.identity();
      const to = group.register({ offset: offset.slice(), step: read.step.map((row) => row.slice()) }, false);
      const from = group.register(broadcastTo(read, input.shape, dims, rank), false);
      group.writes.push({ value: input, from, target: value, to, root: -1 });
      value.writers.push(group);
      this.demand(input, group, false, from);
      return group;
    };
    const origin = shape.map(() => 0);
    if (value.kind === Kind.concat) {
      const { dim, stretches } = assemblyOf(value);
      let start = 0;
      for (const { size, input } of stretches) {
        if (size > 0) part(input, shape.with(dim, size), origin.with(dim, start));
        start += size;
      }
    } else {
      const [input, fill] = value.inputs as [Value, Value];
      const border = part(fill, shape, origin);
      if (input.size > 0) part(input, input.shape, value.attributes.slice(0, rank)).waitsFor.add(border);
    }
    this.readersWait(value);
  }

  /** A result of a tuple, which is placed later. */
  private pick(value: Value): void {
    value.stored = true;
    const [from] = value.inputs as [Value];
    (from.picks ??= [])[value.attributes[0]!] = value;
    from.required = true;
  }

  private call(value: Value): void {
    const group = this.newGroup([]);
    group.special = value;
    group.operands = this.operands.get(value)!;
    if (kernels[value.kernelOp].updates) this.begin(value, group);
    for (const { base } of group.operands) this.demandBuffer(base, group);
    for (const result of value.results) {
      if (result === undefined) continue;
      result.stored = true;
      result.writers.push(group);
      this.readersWait(result);
    }
  }

  /** What the kernel updates is written into the place of the result first. */
  private begin(value: Value, group: Group): void {
    const base = value.inputs[0]!;
    const start = this.newGroup(value.shape);
    const at = start.identity();
    start.writes.push({ value: base, from: at, target: value, to: at, root: -1 });
    this.demand(base, start, false, at);
    group.waitsFor.add(start);
    value.writers.push(start);
  }

  private readersWait(value: Value): void {
    for (const { group } of value.demands) {
      group.reads.add(value);
      for (const writer of value.writers) group.waitsFor.add(writer);
    }
  }
}

/** Whether the group's body can take the value in place of a load of it. */
function fits(group: Group, body: boolean, value: Value): boolean {
  const space = body ? 1 : 0;
  const added = value.isElementwise ? value.inputs.filter((input) => input.kind !== Kind.scalar).length : 0;
  const scalars = value.isElementwise ? value.inputs.length - added : 0;
  const loads = group.loads[space] - 1 + added;
  return loads <= maxLoads && group.operations[space] + 1 + scalars + loads <= maxInstructions;
}

function inOrder(at: Coordinates, value: Value, dims: readonly number[]): boolean {
  const { offset, strides } = flat(at, value.shape, dims.length);
  const expected = rowMajor(dims);
  return offset === 0 && dims.every((size, i) => size === 1 || strides[i] === expected[i]);
}
