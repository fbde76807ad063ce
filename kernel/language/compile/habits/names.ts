/**
 * Names that people bring along from Python, from its libraries and from other runtimes, and what is written here in their place. Rows
 * are functions of the arguments, as they stand in the cell; whether there is what a library is said to have here is for others to look up.
 */

type Row = (...args: readonly string[]) => string;

/** Python's words. */
export const PYTHON_WORDS: Readonly<Record<string, string>> = {
  None: "null",
  True: "true",
  False: "false",
  self: "this",
  print: "console.log",
  Exception: "Error",
  ValueError: "RangeError",
  NotImplementedError: "Error",
  float16: '"float16"',
  bfloat16: '"bfloat16"',
  float32: '"float32"',
  float64: '"float64"',
  uint8: '"uint8"',
  int8: '"int8"',
  int32: '"int32"',
  int64: '"int64"',
};

/** Python's functions. */
export const PYTHON_CALLS: Readonly<Record<string, Row>> = {
  len: (x = "x") => `${operand(x)}.length`,
  range: (...bounds) => list(...bounds),
  str: (x = "x") => `String(${x})`,
  repr: (x = "x") => `String(${x})`,
  int: (x = "x") => `Math.trunc(Number(${x}))`,
  float: (x = "x") => `Number(${x})`,
  bool: (x = "x") => `Boolean(${x})`,
  list: (x) => (x === undefined ? "[]" : `[...${x}]`),
  tuple: (x) => (x === undefined ? "[]" : `[...${x}]`),
  set: (x = "") => `new Set(${x})`,
  dict: (x) => (x === undefined ? "{}" : `Object.fromEntries(${x})`),
  enumerate: (xs = "xs") => `[...${xs}].entries()`,
  zip: (a = "a", b = "b") => `[...${a}].map((x, i) => [x, ${operand(b)}[i]])`,
  sorted: (xs = "xs") => `[...${xs}].sort((a, b) => a - b)`,
  reversed: (xs = "xs") => `[...${xs}].reverse()`,
  type: (x = "x") => `typeof ${operand(x)}`,
  isinstance: (x = "x", kind = "Kind") => `${operand(x)} instanceof ${kind}`,
  hasattr: (x = "x", name = '"name"') => `${name} in ${operand(x)}`,
  abs: (x = "x") => `Math.abs(${x})`,
  round: (x = "x", digits) =>
    digits === undefined ? `Math.round(${x})` : `Number(${operand(x)}.toFixed(${digits}))`,
  pow: (x = "x", y = "y") => `${operand(x)} ** ${operand(y)}`,
  max: (...xs) => `Math.max(${xs.length === 1 ? `...${xs[0]!}` : xs.join(", ")})`,
  min: (...xs) => `Math.min(${xs.length === 1 ? `...${xs[0]!}` : xs.join(", ")})`,
  sum: (xs = "xs") => `${operand(xs)}.reduce((a, b) => a + b, 0)`,
  all: (xs = "xs") => `${operand(xs)}.every(Boolean)`,
  input: (text = "") => `await prompt(${text})`,
};

/** What Python's libraries and other runtimes have, by the whole name, and what does the same here. */
export const ELSEWHERE: Readonly<Record<string, Row>> = {
  "json.loads": (text = "text") => `JSON.parse(${text})`,
  "json.dumps": (value = "value") => `JSON.stringify(${value})`,
  "time.time": () => "Date.now() / 1000",
  "time.perf_counter": () => "performance.now() / 1000",
  "time.sleep": (seconds = "seconds") =>
    `await new Promise((done) => setTimeout(done, 1000 * ${operand(seconds)}))`,
  "random.random": () => "Math.random()",
  "math.pi": () => "Math.PI",
  "np.pi": () => "Math.PI",
  "torch.pi": () => "Math.PI",
  "np.inf": () => "Infinity",
  "math.inf": () => "Infinity",
  "torch.inf": () => "Infinity",
  "np.nan": () => "NaN",
  "np.array": (values = "[]") => `tensor(${values})`,
  "np.asarray": (values = "[]") => `tensor(${values})`,
  "torch.from_numpy": (values = "[]") => `tensor(${values})`,
  "torch.as_tensor": (values = "[]") => `tensor(${values})`,
  "torch.Tensor": (values = "[]") => `tensor(${values})`,
  "torch.FloatTensor": (values = "[]") => `tensor(${values})`,
  "torch.LongTensor": (values = "[]") => `tensor(${values}, { dtype: "int64" })`,
  "torch.concat": (list = "list") => `cat(${list})`,
  "np.concatenate": (list = "list") => `cat(${list})`,
  "np.random.seed": (seed = "seed") => `manualSeed(${seed})`,
  "random.seed": (seed = "seed") => `manualSeed(${seed})`,
  "np.random.randn": (...sizes) => `randn([${sizes.join(", ")}])`,
  "np.random.rand": (...sizes) => `rand([${sizes.join(", ")}])`,
  "torch.no_grad": () => "noGrad(() => { … })",
  "torch.inference_mode": () => "noGrad(() => { … })",
  "torch.device": () => '"cpu"',
  "torch.cuda.is_available": () => "false",
  "torch.set_grad_enabled": () => "noGrad(() => { … })",
  "torch.save": (value = "model.stateDict()", path = "path") => `await io.save(${value}, ${path})`,
  "torch.load": (path = "path") => `await io.load(${path})`,
  "torch.float32": () => '"float32"',
  "torch.float": () => '"float32"',
  "torch.float64": () => '"float64"',
  "torch.double": () => '"float64"',
  "torch.int32": () => '"int32"',
  "torch.int": () => '"int32"',
  "torch.int64": () => '"int64"',
  "torch.long": () => '"int64"',
  "torch.int8": () => '"int8"',
  "torch.uint8": () => '"uint8"',
  "torch.float16": () => '"float16"',
  "torch.half": () => '"float16"',
  "torch.bfloat16": () => '"bfloat16"',
  "torch.bool": () => '"bool"',
  "np.float32": () => '"float32"',
  "np.float64": () => '"float64"',
  "np.int32": () => '"int32"',
  "np.int64": () => '"int64"',
  "np.int8": () => '"int8"',
  "np.uint8": () => '"uint8"',
  "np.float16": () => '"float16"',
  "plt.plot": (x = "x", y) => `viz.plot([{ ${y === undefined ? `y: ${x}` : `x: ${x}, y: ${y}`} }])`,
  "plt.scatter": (x = "x", y = "y") => `viz.plot([{ x: ${x}, y: ${y}, mode: "markers" }])`,
  "plt.hist": (x = "x") => `viz.plot([{ x: ${x}, type: "histogram" }])`,
  "plt.imshow": (x = "x") => `viz.heatmap(${x})`,
  "Deno.readTextFile": (path = "path") => `(await import("node:fs/promises")).readFile(${path}, "utf8")`,
  "Deno.readTextFileSync": (path = "path") => `(await import("node:fs")).readFileSync(${path}, "utf8")`,
  "Deno.writeTextFile": (path = "path", text = "text") =>
    `(await import("node:fs/promises")).writeFile(${path}, ${text})`,
  "Deno.env.get": (name = '"NAME"') => `process.env[${name}]`,
  "Deno.cwd": () => "process.cwd()",
  "Deno.args": () => "process.argv.slice(2)",
  "Deno.exit": (code = "0") => `process.exit(${code})`,
  "Deno.jupyter.display": (value = "value") => `display(${value})`,
  "Bun.file": (path = "path") => `(await import("node:fs/promises")).readFile(${path})`,
  "Bun.sleep": (ms = "ms") => `new Promise((done) => setTimeout(done, ${ms}))`,
  "tslab.display.html": (html = "html") => `display({ "text/html": ${html} }, { raw: true })`,
};

export interface Library {
  readonly title: string;
  readonly path: string;
  /** What does for what is not found. */
  readonly instead?: string;
}

/** Libraries and runtimes, and where here their names are looked for. */
export const LIBRARIES: Readonly<Record<string, Library>> = {
  torch: { title: "PyTorch", path: "" },
  np: { title: "NumPy", path: "" },
  numpy: { title: "NumPy", path: "" },
  jnp: { title: "NumPy", path: "" },
  tf: { title: "TensorFlow", path: "" },
  F: { title: "torch.nn.functional", path: "nn.functional" },
  math: { title: "Python's math", path: "Math" },
  json: { title: "Python's json", path: "JSON" },
  time: { title: "Python's time", path: "" },
  random: { title: "Python's random", path: "" },
  plt: { title: "matplotlib", path: "viz" },
  pd: { title: "pandas", path: "", instead: "for tables there is arquero: npm install arquero" },
  Deno: { title: "Deno", path: "" },
  Bun: { title: "Bun", path: "" },
  tslab: { title: "tslab", path: "" },
};

/** `snake_case` as JavaScript writes it. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[^_])_([a-z0-9])/gu, (_, letter: string) => letter.toUpperCase());
}

/** An expression as it stands before a dot or beside an operator. */
export function operand(text: string): string {
  return /^(?:[\w$.]+(?:\([^()]*\)|\[[^[\]]*\])*|\[[^[\]]*\]|"[^"]*"|'[^']*'|`[^`]*`)$/u.test(text)
    ? text
    : `(${text})`;
}

/** The numbers of Python's `range`, as a list. */
function list(start = "n", end?: string, step?: string): string {
  if (end === undefined) return `Array.from({ length: ${start} }, (_, i) => i)`;
  const from = operand(start);
  const by = step === undefined ? "" : ` * ${operand(step)}`;
  const span = start === "0" ? end : `${operand(end)} - ${from}`;
  const length = step === undefined ? span : `Math.ceil((${span}) / ${operand(step)})`;
  return `Array.from({ length: ${length} }, (_, i) => ${start === "0" ? "" : `${from} + `}i${by})`;
}
