/**
 * A kernel in the making: an iteration space, what is stored from it, and what it must wait for.
 *
 * A group starts as a map over a value that has to be stored. When the planner finds that a matrix product or a reduction is
 * read only there, the group turns into that kernel and what it was computing becomes the epilogue.
 */
import { bijection, type Coordinates, type Flat, identity, type Split, splitColumn } from "./coordinates.js";
import type { Demand, Value } from "./values.js";

/** `value`, taken at `from`, is written into the buffer of `target` at `to`. */
export interface Write {
  readonly value: Value;
  readonly from: Coordinates;
  readonly target: Value;
  readonly to: Coordinates;
  /** Index of a root that wants a copy of its own, else -1: the buffer of `target` itself. */
  readonly root: number;
}

/** An operand that is read as a strided view of a buffer. */
export interface Operand {
  readonly base: Value;
  readonly view: Flat;
}

/** A reduction of a group: its input is read at these coordinates over main and reduced dims. */
export interface Fold {
  readonly value: Value;
  readonly at: Coordinates;
}

/** Bounds on one body, so that an engine can hold it in registers and cache. */
export const maxInstructions = 64;
export const maxLoads = 16;

/** Groups that are looked at to find out whether one must run after another: keeps planning linear. */
const mostVisited = 256;

/** Large products are not cut into pieces of fewer rows than this. */
const fewRows = 8;
const smallProduct = 4096;

export class Group {
  /** Main space: of a map all dims, of a reduction the kept ones, of a matrix product batch, rows and columns. */
  dims: number[];
  /** Reduced dims, after the main ones in the space of the body. */
  reduced: number[] = [];
  /** Points of the kept dims that lie inside the reduced ones in the folded value: the order in which it is added depends on it. */
  inner = 1;
  matmul: Value | null = null;
  /** Where in the product the main space stands. */
  matmulAt: Coordinates | null = null;
  /** A call: runs alone, with fixed operands. */
  special: Value | null = null;
  readonly folds: Fold[] = [];
  readonly writes: Write[] = [];
  operands: Operand[] = [];
  readonly waitsFor = new Set<Group>();
  /** Buffers that this kernel reads. */
  readonly reads = new Set<Value>();
  /** Its demands for each value. */
  readonly demands = new Map<Value, Demand[]>();
  /** Counts instructions row-major over the space (random numbers), so its dims must keep their order. */
  ordered = false;
  /** Upper bounds for main space (0) and body (1). */
  readonly operations: [number, number] = [0, 0];
  readonly loads: [number, number] = [0, 0];
  /** The group that this one was merged into. */
  absorbedBy: Group | null = null;
  private readonly main = new Set<Coordinates>();
  private readonly body = new Set<Coordinates>();

  constructor(dims: readonly number[]) {
    this.dims = dims.slice();
  }

  /** The space that coordinates refer to. */
  space(body: boolean): number[] {
    return body ? [...this.dims, ...this.reduced] : this.dims;
  }

  points(body: boolean): number {
    return this.space(body).reduce((product, size) => product * size, 1);
  }

  identity(): Coordinates {
    return this.register(identity(this.dims.length), false);
  }

  /** Takes note that this kernel reads a value. */
  addDemand(value: Value, body: boolean, at: Coordinates | null): void {
    const demand: Demand = { group: this, body, at };
    value.demands.push(demand);
    const known = this.demands.get(value);
    if (known === undefined) this.demands.set(value, [demand]);
    else known.push(demand);
  }

  /** Coordinates change with the space from now on. */
  register(at: Coordinates, body: boolean): Coordinates {
    (body ? this.body : this.main).add(at);
    return at;
  }

  get canFail(): boolean {
    return this.special !== null && this.special.canFail;
  }

  get isMap(): boolean {
    return this.matmul === null && this.special === null && this.folds.length === 0;
  }

  canSplit({ dim, inner }: Split): boolean {
    if (this.special !== null) return false;
    return this.matmul === null || (dim < this.dims.length - 1 && inner >= fewRows);
  }

  split(split: Split): void {
    const main = this.dims.length;
    if (split.dim < main) {
      this.dims.splice(split.dim, 1, this.dims[split.dim]! / split.inner, split.inner);
      for (const at of this.main) splitColumn(at, split);
    } else {
      const dim = split.dim - main;
      this.reduced.splice(dim, 1, this.reduced[dim]! / split.inner, split.inner);
    }
    for (const at of this.body) splitColumn(at, split);
  }

  /**
   * Makes this map the epilogue of a matrix product. The last dim is then the product's columns; batch and rows may be any finer
   * dims, whose innermost becomes the kernel's rows.
   */
  becomeMatmul(product: Value, at: Coordinates): boolean {
    if (!this.isMap) return false;
    const order = bijection(at, product.shape, this.dims);
    if (order === null || (this.ordered && !ascending(order))) return false;
    const n = product.shape.at(-1)!;
    const columns: number[] = [];
    for (let have = 1; have < n; have *= this.dims[columns[0]!]!) columns.unshift(order.pop()!);
    if (columns.reduce((size, dim) => size * this.dims[dim]!, 1) !== n) return false;
    for (let p = 0; p + 1 < columns.length; p++) {
      if (!this.mergeable(columns[p]!, columns[p + 1]!)) return false;
    }
    const rows = product.shape.at(-2)!;
    const innermost = this.dims[order.at(-1) ?? -1] ?? 1;
    if (innermost < rows && innermost < fewRows && product.size > smallProduct) return false;
    const column = columns.at(-1);
    for (const each of this.main) {
      each.step = each.step.map((row) => [
        ...order.map((i) => row[i]!),
        column === undefined ? 0 : row[column]!,
      ]);
    }
    this.dims = [...order.map((i) => this.dims[i]!), n];
    this.matmul = product;
    this.matmulAt = at;
    return true;
  }

  private mergeable(outer: number, inner: number): boolean {
    const size = this.dims[inner]!;
    for (const at of this.main) {
      for (const row of at.step) if (row[outer] !== row[inner]! * size) return false;
    }
    return true;
  }

  /** Makes this map the epilogue of a reduction, or adds one to a reduction over the same points. */
  becomeReduce(result: Value, at: Coordinates): boolean {
    const order = bijection(at, result.shape, this.dims);
    if (order === null || this.matmul !== null || this.special !== null) return false;
    const shape = result.inputs[0]!.shape;
    const reduced = result.attributes.map((dim) => shape[dim]!).filter((size) => size !== 1);
    const inner = innerPoints(shape, result.attributes);
    if (this.folds.length > 0) {
      if (reduced.join() !== this.reduced.join() || inner !== this.inner) return false;
    } else {
      if (this.ordered && !ascending(order)) return false;
      this.dims = order.map((i) => this.dims[i]!);
      for (const each of this.main) each.step = each.step.map((row) => order.map((i) => row[i]!));
      this.reduced = reduced;
      this.inner = inner;
    }
    this.folds.push({ value: result, at: this.register(this.foldCoordinates(result, at), true) });
    return true;
  }

  /** How many of the last main dims make up `inner`. */
  get inside(): number {
    let first = this.dims.length;
    for (let points = 1; points < this.inner;) points *= this.dims[--first]!;
    return this.dims.length - first;
  }

  /** Where the input of a reduction is read when its result stands at `at`. */
  private foldCoordinates(result: Value, at: Coordinates): Coordinates {
    const shape = result.inputs[0]!.shape;
    const main = this.dims.length;
    const coordinates: Coordinates = { offset: [], step: [] };
    let kept = 0;
    let reduced = 0;
    for (let j = 0; j < shape.length; j++) {
      const row = new Array<number>(main + this.reduced.length).fill(0);
      if (result.attributes.includes(j)) {
        if (shape[j] !== 1) row[main + reduced++] = 1;
        if (result.keepdim) kept++;
      } else {
        for (let i = 0; i < main; i++) row[i] = at.step[kept]![i]!;
        kept++;
      }
      coordinates.offset.push(0);
      coordinates.step.push(row);
    }
    return coordinates;
  }

  /** Takes over what `other` does; both have the same space and neither waits for the other. */
  absorb(other: Group): void {
    for (const write of other.writes) {
      this.writes.push(write);
      const { writers } = write.target;
      if (writers.includes(other)) writers[writers.indexOf(other)] = this;
      if (write.value.host === other) write.value.host = this;
    }
    for (const fold of other.folds) {
      fold.value.host = this;
      this.folds.push(fold);
    }
    for (const value of other.reads) this.reads.add(value);
    for (const group of other.waitsFor) this.waitsFor.add(group);
    for (const at of other.main) this.main.add(at);
    for (const at of other.body) this.body.add(at);
    for (const space of [0, 1] as const) {
      this.operations[space] += other.operations[space];
      this.loads[space] += other.loads[space];
    }
    this.ordered ||= other.ordered;
    other.absorbedBy = this;
  }

  /** This group, or the one that it became a part of. */
  get current(): Group {
    let group = this.absorbedBy;
    if (group === null) return this;
    while (group.absorbedBy !== null) group = group.absorbedBy;
    return group;
  }

  /** Whether this group must run after `other`; also true where finding out takes too long. */
  reaches(other: Group): boolean {
    if (this === other) return true;
    const seen = new Set<Group>([this]);
    const stack: Group[] = [this];
    while (stack.length > 0) {
      for (const waiting of stack.pop()!.waitsFor) {
        const next = waiting.current;
        if (next === other || seen.size > mostVisited) return true;
        if (seen.has(next)) continue;
        seen.add(next);
        stack.push(next);
      }
    }
    return false;
  }
}

function ascending(order: readonly number[]): boolean {
  return order.every((dim, i) => i === 0 || dim > order[i - 1]!);
}

/** Points of the dims after the last reduced one whose size is not 1. */
function innerPoints(shape: readonly number[], reduced: readonly number[]): number {
  let points = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 1) continue;
    if (reduced.includes(i)) return points;
    points *= shape[i]!;
  }
  return 1;
}
