/**
 * What an optimizer keeps of one parameter: a step count, and the state tensors and numbers that its transformations declare.
 */
import { cast, copy, expand, scalar } from "../graph/record/build.js";
import type { Node } from "../graph/record/node.js";
import { settled } from "../graph/record/rounding.js";
import { Variable } from "../graph/run/evaluate.js";
import { tensor } from "../tensor/creation/from-data.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import type { TensorData } from "../tensor/nested-types.js";
import type { Shape } from "../tensor/shape-types.js";
import { Tensor } from "../tensor/tensor.js";
import type { FromOptions, Slot, State, Transform } from "./transform.js";

/** The declared states of a chain, by name: tensors, and numbers with what they begin with. */
export interface Declared<Options> {
  readonly tensors: Readonly<Record<string, State<Options>>>;
  readonly numbers: Readonly<Record<string, FromOptions<Options>>>;
}

/** What the links of a chain declare. */
export function declaredBy<Options>(chain: readonly Transform<Options>[]): Declared<Options> {
  return {
    tensors: Object.assign({}, ...chain.map(({ states }) => states)) as Declared<Options>["tensors"],
    numbers: Object.assign({}, ...chain.map(({ numbers }) => numbers)) as Declared<Options>["numbers"],
  };
}

/** A variable and the value that the step gives it. */
export interface Update {
  readonly variable: Variable;
  readonly value: Node;
}

/** Variables and step count of one parameter. */
export class ParameterState<Options> implements Slot {
  /** Steps so far. */
  done = 0;
  parameter: Node;
  /** Names of the state tensors that the step has read, and of those that it has written. */
  reads: string[] = [];
  writes: string[] = [];
  #options: Options | null = null;
  #updates: Update[] = [];
  /** Only the optimizer reads its state, so a step may overwrite it in place. */
  #variables: Record<string, Variable> = {};
  /** Made when the first is written: most optimizers have none. */
  #numbers: Record<string, number> | null = null;
  /** The numbers after the step that is under way; null where it has written none. */
  #nextNumbers: Record<string, number> | null = null;

  constructor(
    readonly tensor: Tensor,
    readonly declared: Declared<Options>,
  ) {
    this.parameter = tensor.node;
  }

  /** Takes note of the parameter's value now, which may have been assigned since the last step, and of its group's options. */
  begin(updates: Update[], options: Options): void {
    this.parameter = this.tensor.node;
    this.#updates = updates;
    this.#options = options;
    this.#nextNumbers = null;
    if (this.reads.length > 0) this.reads = [];
    if (this.writes.length > 0) this.writes = [];
  }

  end(): void {
    this.done++;
    if (this.#nextNumbers !== null) this.#numbers = { ...this.#numbers, ...this.#nextNumbers };
  }

  get step(): number {
    return this.done + 1;
  }

  read(name: string): Node {
    if (!this.reads.includes(name)) this.reads.push(name);
    return this.stored(name);
  }

  /** A state tensor. */
  stored(name: string): Node {
    const variable = this.#variables[name];
    if (variable === undefined) return (this.#variables[name] = this.#first(name)).node;
    // The parameter may have been converted since.
    if (variable.node.dtype === this.parameter.dtype) return variable.node;
    return (this.#variables[name] = this.#variable(variable.node)).node;
  }

  write(name: string, value: Node): void {
    this.writes.push(name);
    this.update(name, settled(value), this.#updates);
  }

  /** Adds the update of a state tensor. */
  update(name: string, value: Node, updates: Update[]): void {
    updates.push({ variable: this.#variables[name]!, value });
  }

  readNumber(name: string): number {
    return this.#numbers?.[name] ?? this.declared.numbers[name]!(this.#options!);
  }

  writeNumber(name: string, value: number): void {
    (this.#nextNumbers ??= {})[name] = value;
  }

  save(): Record<string, Tensor | number> {
    const saved: Record<string, Tensor | number> = { step: this.done, ...this.#numbers };
    for (const [name, variable] of Object.entries(this.#variables))
      saved[name] = new Tensor(variable.node).clone();
    return saved;
  }

  load(saved: Saved): void {
    this.done = saved.step;
    this.#numbers = { ...saved.numbers };
    this.#variables = {};
    for (const [name, value] of Object.entries(saved.tensors))
      this.#variables[name] = this.#variable(value.node);
  }

  /** The state as its declaration lets it begin. */
  #first(name: string): Variable {
    const { value = 0 } = this.declared.tensors[name]!;
    const { parameter } = this;
    // A copy: the step overwrites the parameter, and the state may stay as it is.
    if (value === "parameter") return this.#variable(copy(parameter));
    const number = typeof value === "number" ? value : value(this.#options!);
    const shape = shapeOf(this.declared.tensors[name]!, parameter.shape)!;
    return this.#variable(expand(scalar(number, parameter.dtype), shape));
  }

  #variable(value: Node): Variable {
    return new Variable(cast(value, this.tensor.dtype), { inPlace: true });
  }
}

/** What was saved of one parameter. */
interface Saved {
  readonly step: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/**
 * The saved states of `parameter`, also by way of JSON, which makes nested arrays of tensors, and numbers of those of 0 dimensions.
 * @param what names the parameter in messages
 * @throws Error for a state that is not declared, and for one of another shape than is declared
 */
export function savedStates<Options>(
  saved: Readonly<Record<string, Tensor | TensorData>>,
  parameter: Tensor,
  declared: Declared<Options>,
  what: string,
): Saved {
  const { step, ...rest } = saved;
  const tensors: Record<string, Tensor> = {};
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(rest)) {
    if (typeof value === "number" && Object.hasOwn(declared.numbers, name)) {
      numbers[name] = value;
      continue;
    }
    const state = Object.hasOwn(declared.tensors, name) ? declared.tensors[name]! : null;
    const shape = state === null ? null : shapeOf(state, parameter.shape);
    if (shape === null)
      throw new Error(
        `${what} of shape ${formatShape(parameter.shape)} has no state ${name}; ` +
          `it may have ${names(parameter.shape, declared)}`,
      );
    const t = value instanceof Tensor ? value : tensor(value, { dtype: parameter.dtype });
    if (!sameShape(t.shape, shape))
      throw new Error(`${what}: ${name} must be ${formatShape(shape)}, not ${formatShape(t.shape)}`);
    tensors[name] = t;
  }
  return { step: typeof step === "number" ? step : 0, numbers, tensors };
}

function shapeOf<Options>(state: State<Options>, parameter: Shape): Shape | null {
  return state.shape === undefined ? parameter : state.shape(parameter);
}

function names<Options>(parameter: Shape, { numbers, tensors }: Declared<Options>): string {
  const own = Object.keys(tensors).filter((name) => shapeOf(tensors[name]!, parameter) !== null);
  return ["step", ...Object.keys(numbers), ...own].join(", ");
}
