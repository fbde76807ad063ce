/** What people call the operation of a node. */
import { binaryOps, kernelOps, reduceOps, unaryOps } from "../../primitives/table.js";
import { distributions, Kind, kindOf, type Node, opOf } from "./node.js";

const named: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(Kind).map(([name, kind]) => [kind, name]),
);

/** Such as "exp", "add", "sum", "matmul", "convolution"; of what only moves elements the kind, such as "permute". */
export function operationName(node: Node): string {
  const op = opOf(node);
  switch (kindOf(node)) {
    case Kind.unary:
      return unaryOps[op]!;
    case Kind.binary:
      return binaryOps[op]!;
    case Kind.reduce:
      return reduceOps[op]!;
    case Kind.random:
      return distributions[op]!;
    case Kind.call:
    case Kind.tuple:
      return kernelOps[op]!;
    case Kind.pick:
      return operationName(node.a!);
    case Kind.select:
      return "where";
    default:
      return named[kindOf(node)]!;
  }
}
