/**
 * Plans as text, for people and tests: the kernels in order, what each reads, computes and writes.
 */
import type { Body, Instruction, Kernel, Program, ShapedView, Store, View } from "../../engine/program.js";

export function describeProgram(program: Program): string {
  const count = program.kernels.length;
  const lines = [`${count} ${count === 1 ? "kernel" : "kernels"}, arena ${program.arenaBytes} bytes`];
  program.kernels.forEach((kernel, i) => lines.push(...describeKernel(kernel, i)));
  return lines.join("\n");
}

function describeKernel(kernel: Kernel, i: number): string[] {
  switch (kernel.kind) {
    case "map":
      return [`${i}: map ${sizes(kernel.dims)}`, ...body(kernel.body), ...stores(kernel.stores)];
    case "reduce": {
      const folds = kernel.folds.map((fold) => `${fold.op} %${fold.value}`).join(", ");
      return [
        `${i}: reduce ${sizes(kernel.kept)} over ${sizes(kernel.reduced)}: ${folds}`,
        ...body(kernel.body),
        "  epilogue",
        ...body(kernel.epilogue),
        ...stores(kernel.stores),
      ];
    }
    case "matmul":
      return [
        `${i}: matmul ${sizes([...kernel.batch, kernel.m, kernel.n])} over ${kernel.k}`,
        `  a ${view(kernel.a)}, b ${view(kernel.b)}`,
        ...body(kernel.epilogue),
        ...stores(kernel.stores),
      ];
    case "call": {
      const given = [...kernel.attributes, ...kernel.scalars.map((scalar) => `scalar ${scalar}`)];
      return [
        `${i}: ${kernel.primitive}(${given.join(", ")})`,
        `  ${kernel.results.map(shaped).join(", ")} = ${kernel.operands.map(shaped).join(", ")}`,
      ];
    }
    default:
      return kernel satisfies never;
  }
}

function shaped(value: ShapedView | null): string {
  return value === null ? "nothing" : `${sizes(value.dims)} ${view(value)}`;
}

function sizes(dims: readonly number[]): string {
  return `[${dims.join(", ")}]`;
}

function view({ external, offset, dtype, strides }: View): string {
  const place = external < 0 ? "arena" : `external ${external}`;
  return `${dtype} ${place}${offset === 0 ? "" : ` + ${offset}`} ${sizes(strides)}`;
}

function body({ loads, code }: Body): string[] {
  return code.map((instruction, i) => `    %${i} = ${describeInstruction(instruction, loads)}`);
}

function stores(list: readonly Store[]): string[] {
  return list.map((store) => `    store %${store.value} in ${view(store.view)}`);
}

function describeInstruction(instruction: Instruction, loads: readonly View[]): string {
  switch (instruction.kind) {
    case "load":
      return `load ${view(loads[instruction.index]!)}`;
    case "scalar":
      return `scalar ${instruction.index} ${instruction.dtype}`;
    case "index":
      return `index ${instruction.dtype}`;
    case "coordinate":
      return `coordinate ${instruction.dim} ${instruction.dtype}`;
    case "random":
      return `random ${instruction.distribution} keyed by scalar ${instruction.key}`;
    case "unary":
      return `${instruction.op} %${instruction.a}`;
    case "binary":
      return `${instruction.op} %${instruction.a}, %${instruction.b}`;
    case "select":
      return `select %${instruction.condition}, %${instruction.a}, %${instruction.b}`;
    case "cast":
      return `cast %${instruction.a} to ${instruction.dtype}`;
    case "result":
      return `result ${instruction.index}`;
    default:
      return instruction satisfies never;
  }
}
