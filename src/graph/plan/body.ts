/**
 * Turns values into the instructions of one body, recursively down to buffers, scalars and the kernel's own result.
 */
import type { Body, Instruction, Place } from "../../engine/program.js";
import { broadcastTo, type Coordinates, type Flat, flat, rowMajor } from "./coordinates.js";
import type { Group } from "./group.js";
import { sourceOf, throughMovement } from "./movement.js";
import { Kind } from "../record/node.js";
import type { Space } from "./space.js";
import type { Value } from "./values.js";
import { type DTypeName, dtypeBytes } from "../../primitives/dtypes.js";

/** Where buffers are, and numbers that the plan itself adds to a run's scalars. */
export interface Places {
  of(value: Value, root: number): Place;
  /** Index of a scalar. */
  scalar(value: Value): number;
  /** Index of a scalar with this value. */
  constant(value: number): number;
}

/** Row-major number of an element of an iota: written down once the space is known. */
interface Linear {
  readonly kind: "linear";
  readonly at: Flat;
  readonly dtype: DTypeName;
}

interface Load {
  readonly value: Value;
  readonly at: Flat;
}

export class BodyWriter {
  private readonly loads: Load[] = [];
  private readonly linears: Flat[] = [];
  private readonly code: (Instruction | Linear)[] = [];
  private readonly known = new Map<string, number>();
  private renumbered: number[] = [];

  constructor(
    private readonly group: Group,
    private readonly folding: boolean,
    private readonly places: Places,
  ) {}

  /** Everything whose strides depend on the space. */
  views(): Flat[] {
    return [...this.loads.map((load) => load.at), ...this.linears];
  }

  /** Whether an instruction depends on the number of the point, so that the dims must keep their order. */
  get countsPoints(): boolean {
    return this.group.ordered || this.linears.length > 0;
  }

  /** Number of the instruction that gives `value` at these coordinates. */
  value(value: Value, at: Coordinates): number {
    const dims = this.group.space(this.folding);
    if (value.kind === Kind.scalar && !this.isBuffer(value)) {
      const index = this.places.scalar(value);
      return this.once(`scalar ${index} ${value.dtype}`, () => ({
        kind: "scalar",
        index,
        dtype: value.dtype,
      }));
    }
    if (this.isBuffer(value)) return this.load(value, flat(at, value.shape, dims.length));
    if (value.isMovement) {
      const source = sourceOf(value);
      if (value.kind === Kind.reshape && this.isBuffer(source)) {
        return this.load(source, flat(at, value.shape, dims.length));
      }
      const below = throughMovement(value, at, dims);
      if (below === null || "dim" in below) throw new Error("a planned view has no strides");
      return this.value(source, below);
    }
    const name = `${value.id} ${at.offset.join()} ${at.step.join(";")}`;
    return this.once(name, () => this.compute(value, at, dims));
  }

  /** The finished body. */
  body(space: Space): Body {
    const code: Instruction[] = [];
    this.renumbered = [];
    for (const instruction of this.code) {
      if (instruction.kind === "linear") this.writeLinear(instruction, space, code);
      else code.push(this.withNewOperands(instruction));
      this.renumbered.push(code.length - 1);
    }
    const loads = this.loads.map(({ value, at }) =>
      space.view(this.places.of(value, -1), at, value.dtype, dtypeBytes[value.dtype]),
    );
    return { loads, code };
  }

  /** Number in the finished body of what `value` returned. */
  final(number: number): number {
    return this.renumbered[number]!;
  }

  private isBuffer(value: Value): boolean {
    return value.isLeaf || (value.stored && value.host !== this.group);
  }

  private once(name: string, make: () => Instruction | Linear): number {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    // Operands are written by `make`, before the instruction itself.
    const instruction = make();
    const number = this.code.push(instruction) - 1;
    this.known.set(name, number);
    return number;
  }

  private load(value: Value, at: Flat): number {
    return this.once(`load ${value.id} ${at.offset} ${at.strides.join()}`, () => {
      const index = this.loads.push({ value, at }) - 1;
      return { kind: "load", index, dtype: value.dtype };
    });
  }

  private compute(value: Value, at: Coordinates, dims: readonly number[]): Instruction | Linear {
    const { dtype } = value;
    if (!this.folding) {
      if (value === this.group.matmul) return { kind: "result", index: 0, dtype };
      const index = this.group.folds.findIndex((fold) => fold.value === value);
      if (index >= 0) return { kind: "result", index, dtype };
    }
    const operand = (i: number): number => {
      const input = value.inputs[i]!;
      return this.value(input, broadcastTo(at, input.shape, value.shape, dims.length));
    };
    switch (value.kind) {
      case Kind.unary:
        return { kind: "unary", op: value.unaryOp, a: operand(0), dtype };
      case Kind.binary:
        return { kind: "binary", op: value.binaryOp, a: operand(0), b: operand(1), dtype };
      case Kind.select:
        return { kind: "select", condition: operand(0), a: operand(1), b: operand(2), dtype };
      case Kind.cast:
        return { kind: "cast", a: operand(0), dtype };
      case Kind.random:
        return { kind: "random", distribution: value.distribution, key: value.slot, dtype };
      case Kind.scalar:
        return { kind: "scalar", index: this.places.scalar(value), dtype };
      case Kind.iota: {
        const linear = flat(at, value.shape, dims.length);
        this.linears.push(linear);
        return { kind: "linear", at: linear, dtype };
      }
      default:
        throw new Error(`value of kind ${value.kind} cannot be computed in a body`);
    }
  }

  private withNewOperands(instruction: Instruction): Instruction {
    const moved = (number: number): number => this.renumbered[number]!;
    switch (instruction.kind) {
      case "unary":
      case "cast":
        return { ...instruction, a: moved(instruction.a) };
      case "binary":
        return { ...instruction, a: moved(instruction.a), b: moved(instruction.b) };
      case "select":
        return {
          ...instruction,
          condition: moved(instruction.condition),
          a: moved(instruction.a),
          b: moved(instruction.b),
        };
      default:
        return instruction;
    }
  }

  private writeLinear({ at, dtype }: Linear, space: Space, code: Instruction[]): void {
    const strides = space.strides(at);
    const expected = rowMajor(space.dims);
    if (at.offset === 0 && space.dims.length > 0 && strides.every((stride, i) => stride === expected[i])) {
      code.push({ kind: "index", dtype });
      return;
    }
    // Whole numbers are exact in int32 up to its range, in float32 only up to 2^24.
    const exact: DTypeName = dtype === "float64" || dtype === "int64" ? dtype : "int32";
    const constant = (value: number): number =>
      code.push({ kind: "scalar", index: this.places.constant(value), dtype: exact }) - 1;
    let sum = -1;
    const add = (term: number): void => {
      sum = sum < 0 ? term : code.push({ kind: "binary", op: "add", a: sum, b: term, dtype: exact }) - 1;
    };
    strides.forEach((stride, dim) => {
      if (stride === 0) return;
      const coordinate = code.push({ kind: "coordinate", dim, dtype: exact }) - 1;
      add(
        stride === 1
          ? coordinate
          : code.push({ kind: "binary", op: "mul", a: coordinate, b: constant(stride), dtype: exact }) - 1,
      );
    });
    if (at.offset !== 0 || sum < 0) add(constant(at.offset));
    if (exact !== dtype) code.push({ kind: "cast", a: sum, dtype });
  }
}
