/** Runs the programs of make_views.py here: what each gives, and where it differs from PyTorch. */
import { noGrad, type Tensor, tensor } from "../../src/index.js";

type Argument = number | null | string | readonly Argument[];

interface Step {
  readonly do: string;
  readonly on: number;
  readonly with: readonly Argument[];
  readonly noGrad?: boolean;
  readonly refused?: boolean;
}

/** A program and what PyTorch computed: the values of all tensors, and the gradients of the inputs. */
export interface ViewProgram {
  readonly seed: number;
  readonly inputs: readonly { shape: number[]; values: number[]; requiresGrad: boolean }[];
  readonly steps: readonly Step[];
  readonly values: readonly (readonly number[])[];
  readonly watched: readonly number[];
  readonly grads: readonly (readonly number[] | null)[];
}

type Method = (...args: readonly unknown[]) => Tensor | Tensor[];

function call(x: Tensor, { do: name, with: args }: Step, tensors: readonly Tensor[]): Tensor {
  const given = args.map((a) => (Array.isArray(a) && a[0] === "t" ? tensors[a[1] as number]! : a));
  if (name === "T" || name === "mT") return x[name];
  if (name === "diagonal") return x.diagonal(given[0] as number, -2, -1);
  if (name === "exp") return x.mul(0.25).exp();
  if (name === "clone") return x.add(0);
  if (name === "sum") return x.sum(given[0] as number, { keepdim: true });
  const pick = name === "chunk" || name === "split" || name === "unbind";
  const result = (x[name as keyof Tensor] as unknown as Method).apply(x, pick ? given.slice(0, -1) : given);
  return pick ? (result as Tensor[])[given.at(-1) as number]! : (result as Tensor);
}

function differ(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return true;
  for (let i = 0; i < a.length; i++)
    if (Math.abs(a[i]! - b[i]!) > 1e-9 * Math.max(1, Math.abs(b[i]!))) return true;
  return false;
}

/** The first difference from PyTorch in words, or null. `read` says after which steps a tensor is read, which must change nothing. */
export function difference(program: ViewProgram, read: (step: number) => boolean): string | null {
  const tensors: Tensor[] = program.inputs.map(({ shape, values, requiresGrad }) =>
    tensor(Float64Array.from(values), { dtype: "float64" })
      .reshape(shape)
      .detach()
      .clone()
      .requiresGrad_(requiresGrad),
  );
  for (const [i, step] of program.steps.entries()) {
    const at = `seed ${program.seed}, step ${i} ${JSON.stringify(step)}`;
    const run = () => call(tensors[step.on]!, step, tensors);
    let made: Tensor;
    try {
      made = step.noGrad ? noGrad(run) : run();
    } catch (error) {
      if (step.refused) continue;
      return `${at}: ${String(error)}`;
    }
    if (step.refused) return `${at}: PyTorch refuses`;
    if (!step.do.endsWith("_")) tensors.push(made);
    if (read(i)) for (const t of tensors) t.tolist();
  }
  let loss: Tensor | null = null;
  for (const i of program.watched) {
    const x = tensors[i]!;
    if (!x.requiresGrad) return `seed ${program.seed}: tensor ${i} does not require grad`;
    const weights = tensor(Float64Array.from({ length: x.numel() }, (_, k) => k + 1)).reshape(x.shape);
    const term: Tensor = x.mul(weights).sum();
    loss = loss === null ? term : loss.add(term);
  }
  loss?.backward();
  for (const [i, values] of program.values.entries()) {
    if (differ(tensors[i]!.dataSync(), values))
      return `seed ${program.seed}: tensor ${i} is ${tensors[i]!.dataSync().join()}, in PyTorch ${values.join()}`;
  }
  for (const [i, gradient] of program.grads.entries()) {
    const grad = tensors[i]!.grad;
    const mine = grad?.dataSync() ?? null;
    // A gradient of 0 may be none here: what was overwritten has no part in the value.
    if (gradient === null ? mine?.some((g) => g !== 0) : differ(mine ?? gradient.map(() => 0), gradient))
      return `seed ${program.seed}: gradient of input ${i} is ${mine?.join()}, in PyTorch ${gradient?.join()}`;
  }
  return null;
}
