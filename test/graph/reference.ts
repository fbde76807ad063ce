/**
 * What a node means, in plain JavaScript: element by element, one operation at a time, rounded to the node's dtype after each.
 *
 * Must be asked before the node is evaluated, since nodes let go of their operands then.
 */
import { distributions, keepsDims, Kind, kindOf, type Node, opOf } from "../../src/graph/record/node.js";
import { binaryOf as elementsOf } from "../../src/engine/reference/body.js";
import { toType as elementOf, wrapped } from "../../src/engine/reference/elements.js";
import { draw } from "../../src/engine/reference/random.js";
import { stored } from "./values.js";
import type { DTypeName } from "../../src/primitives/dtypes.js";
import { type BinaryOp, unary } from "../../src/primitives/elementwise.js";
import type { ReduceOp } from "../../src/primitives/reductions.js";
import type { Dense } from "../../src/primitives/kernel.js";
import { kernels } from "../../src/primitives/kernels.js";
import { kernelOps, binaryOps, reduceOps, unaryOps } from "../../src/primitives/table.js";

const folds: Record<ReduceOp, (values: readonly number[]) => number> = {
  sum: (values) => values.reduce((sum, x) => sum + x, 0),
  prod: (values) => values.reduce((product, x) => product * x, 1),
  max: (values) => values.reduce((best, x) => Math.max(best, x), -Infinity),
  min: (values) => values.reduce((best, x) => Math.min(best, x), Infinity),
  any: (values) => Number(values.some((x) => x !== 0)),
  all: (values) => Number(values.every((x) => x !== 0)),
  argmax: (values) => values.indexOf(Math.max(...values)),
  argmin: (values) => values.indexOf(Math.min(...values)),
};

/** The elements of a node in row-major order. */
export function reference(node: Node): number[] {
  return new Reference().of(node);
}

type Point = readonly number[];

class Reference {
  private readonly known = new Map<Node, number[]>();

  of(node: Node): number[] {
    let values = this.known.get(node);
    if (values === undefined) {
      values = node.storage !== null ? stored(node) : this.compute(node);
      this.known.set(node, values);
    }
    return values;
  }

  /** An element of `node`, which broadcasts into the shape that `point` is a point of. */
  private at(node: Node, point: Point): number {
    const lead = point.length - node.shape.length;
    let index = 0;
    node.shape.forEach((size, i) => (index = index * size + (size === 1 ? 0 : point[lead + i]!)));
    return this.of(node)[index]!;
  }

  private each(node: Node, f: (point: Point, number: number) => number): number[] {
    return points(node.shape).map((point, number) => toType(f(point, number), node.dtype));
  }

  private compute(node: Node): number[] {
    const { a, b, c } = node as { a: Node; b: Node; c: Node };
    const attributes = node.attributes!;
    switch (kindOf(node)) {
      case Kind.scalar:
        return [toType(node.value!, node.dtype)];
      case Kind.unary:
        return this.each(node, (point) => unary[unaryOps[opOf(node)]!].js(this.at(a, point)));
      case Kind.binary:
        return this.each(node, (point) => {
          const of = binaryOf(binaryOps[opOf(node)]!, a.dtype);
          return wrap(of(this.at(a, point), this.at(b, point)), node.dtype);
        });
      case Kind.select:
        return this.each(node, (point) => (this.at(a, point) !== 0 ? this.at(b, point) : this.at(c, point)));
      case Kind.cast:
      case Kind.copy:
      case Kind.expand:
        return this.each(node, (point) => this.at(a, point));
      case Kind.reshape:
        return this.of(a);
      case Kind.permute:
        return this.each(node, (point) => {
          const from: number[] = [];
          attributes.forEach((dim, i) => (from[dim] = point[i]!));
          return this.at(a, from);
        });
      case Kind.slice: {
        const rank = node.shape.length;
        return this.each(node, (point) =>
          this.at(
            a,
            point.map((i, d) => attributes[d]! + i * attributes[2 * rank + d]!),
          ),
        );
      }
      case Kind.flip:
        return this.each(node, (point) =>
          this.at(
            a,
            point.map((i, d) => (attributes.includes(d) ? node.shape[d]! - 1 - i : i)),
          ),
        );
      case Kind.pad:
        return this.each(node, (point) => {
          const from = point.map((i, d) => i - attributes[d]!);
          return from.every((i, d) => i >= 0 && i < a.shape[d]!) ? this.at(a, from) : this.at(b, point);
        });
      case Kind.concat: {
        const dim = attributes[1]!;
        return this.each(node, (point) => {
          let start = 0;
          for (const part of node.list!) {
            const i = point[dim]! - start;
            if (i < part.shape[dim]!) return this.at(part, point.with(dim, i));
            start += part.shape[dim]!;
          }
          throw new Error("a concat has no such element");
        });
      }
      case Kind.reduce:
        return this.reduce(node, a);
      case Kind.matmul:
        return this.each(node, (point) => {
          const batch = point.slice(0, -2);
          const [row, column] = point.slice(-2) as [number, number];
          let sum = 0;
          for (let k = 0; k < a.shape.at(-1)!; k++) {
            sum += this.at(a, [...batch, row, k]) * this.at(b, [...batch, k, column]);
          }
          return sum;
        });
      case Kind.call:
        return this.call(node, node, 0);
      case Kind.pick:
        return this.call(a, node, attributes[0]!);
      case Kind.iota:
        return this.each(node, (_, number) => number);
      case Kind.random: {
        const normal = distributions[opOf(node)] === "normal";
        return this.each(node, (_, number) => draw(node.value!, attributes[0]! + number, normal, node.dtype));
      }
      default:
        throw new Error(`no reference for kind ${kindOf(node)}`);
    }
  }

  /** Result `index` of a kernel, which is the value of `node`. */
  private call(from: Node, node: Node, index: number): number[] {
    const row = kernels[kernelOps[opOf(from)]!];
    const values = from.list!.map((each) => ({ dims: each.shape, data: Float64Array.from(this.of(each)) }));
    const operands = values.slice(0, row.operands.length);
    const scalars = values.slice(row.operands.length).map(({ data }) => data[0]!);
    const result: Dense = { dims: node.shape, data: new Float64Array(node.size) };
    const results = row.results.map((_, i) => (i === index ? result : null));
    row.js(operands, results, from.attributes!, scalars);
    return [...result.data].map((value) => wrap(value, node.dtype));
  }

  private reduce(node: Node, a: Node): number[] {
    const dims = node.attributes!;
    const op = reduceOps[opOf(node)]!;
    const keepdim = keepsDims(node);
    return this.each(node, (point) => {
      const kept = keepdim ? point.filter((_, d) => !dims.includes(d)) : point;
      const folded = points(dims.map((dim) => a.shape[dim]!)).map((reduced) => {
        let next = 0;
        const from = a.shape.map((_, d) => (dims.includes(d) ? reduced[dims.indexOf(d)]! : kept[next++]!));
        return this.at(a, from);
      });
      return folds[op](folded);
    });
  }
}

/** Values as numbers: those of int64 are small here. */
const toType = (x: number, dtype: DTypeName): number => Number(elementOf(x, dtype));
const wrap = (x: number, dtype: DTypeName): number => Number(wrapped(x, dtype));

function binaryOf(op: BinaryOp, operands: DTypeName): (x: number, y: number) => number {
  const f = elementsOf(op, operands);
  return operands === "int64" ? (x, y) => Number(f(BigInt(x), BigInt(y))) : (x, y) => Number(f(x, y));
}

/** Every point of a space, row-major. */
function points(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>(
    (all, size) => all.flatMap((point) => Array.from({ length: size }, (_, i) => [...point, i])),
    [[]],
  );
}
