/**
 * Members that objects of PyTorch, NumPy, Keras and Python have and objects here do not, and what is written in their place. A row holds
 * where the object has what the row tells to write.
 */

export interface MemberHabit {
  /** What the object must have for the row to be about it. */
  readonly has: string;
  /** The expression to write for the object and its arguments; without it the member is left out. */
  readonly write?: (object: string, args: string) => string;
  /** Why, or what else there is. */
  readonly why?: string;
}

const ON_CPU = "everything is computed on the CPU, so there is nothing to move";
const JSON_WRITES = "its numbers as nested arrays; dataSync() gives them as one typed array";

const MEMBERS: Readonly<Record<string, readonly MemberHabit[]>> = {
  numpy: [{ has: "tolist", write: (x) => `${x}.tolist()`, why: JSON_WRITES }],
  cuda: [{ has: "cpu", why: ON_CPU }],
  mps: [{ has: "cpu", why: ON_CPU }],
  short: [{ has: "int", write: (x) => `${x}.int()`, why: "int32 is the type of whole numbers" }],
  type: [{ has: "to", write: (x, args) => `${x}.to(${args || '"float32"'})` }],
  astype: [{ has: "to", write: (x, args) => `${x}.to(${args || '"float32"'})` }],
  copy: [{ has: "clone", write: (x) => `${x}.clone()` }],
  map: [{ has: "tolist", write: (x, args) => `[...${x}].map(${args || "(row) => …"})` }],
  forEach: [{ has: "tolist", write: (x, args) => `[...${x}].forEach(${args || "(row) => …"})` }],
  fit: [
    {
      has: "forward",
      write: (x) => `await train.fit(${x}, loader, { loss: nn.functional.mseLoss, optimizer })`,
    },
  ],
  predict: [{ has: "forward", write: (x, args) => `${x}.forward(${args})` }],
  call: [{ has: "forward", write: (x, args) => `${x}.forward(${args})` }],
  __call__: [{ has: "forward", write: (x, args) => `${x}.forward(${args})` }],
  append: [{ has: "push", write: (x, args) => `${x}.push(${args})` }],
  extend: [{ has: "push", write: (x, args) => `${x}.push(...${args})` }],
  items: [{ has: "hasOwnProperty", write: (x) => `Object.entries(${x})` }],
  keys: [{ has: "hasOwnProperty", write: (x) => `Object.keys(${x})` }],
  values: [{ has: "hasOwnProperty", write: (x) => `Object.values(${x})` }],
  strip: [{ has: "trim", write: (x) => `${x}.trim()` }],
  upper: [{ has: "toUpperCase", write: (x) => `${x}.toUpperCase()` }],
  lower: [{ has: "toLowerCase", write: (x) => `${x}.toLowerCase()` }],
  startswith: [{ has: "startsWith", write: (x, args) => `${x}.startsWith(${args})` }],
  endswith: [{ has: "endsWith", write: (x, args) => `${x}.endsWith(${args})` }],
  __len__: [{ has: "length", write: (x) => `${x}.length` }],
  __getitem__: [
    { has: "at", write: (x, args) => `${x}.at(${args})` },
    { has: "get", write: (x, args) => `${x}.get(${args})` },
  ],
};

/** What is written for a member that an object does not have; `has` tells what it has. */
export function memberHabit(name: string, has: (member: string) => boolean): MemberHabit | undefined {
  const rows = Object.hasOwn(MEMBERS, name) ? MEMBERS[name]! : [];
  return rows.find((row) => has(row.has));
}

/** A row as a sentence. */
export function memberAdvice(
  { write, why }: MemberHabit,
  name: string,
  object: string,
  args: string,
): string {
  if (!write) return `Leave .${name}() out and write ${object}${why === undefined ? "" : `: ${why}`}`;
  return `Write ${write(object, args)}${why === undefined ? "" : ` (${why})`}`;
}
