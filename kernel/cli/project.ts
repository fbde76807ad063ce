/** The files that a new project begins with. */

/** Path and content of each. */
export function projectFiles(name: string, version: string): readonly (readonly [string, string])[] {
  return [
    ["package.json", json(packageJson(name, version))],
    ["tsconfig.json", json(tsconfig)],
    ["notebook.ipynb", `${JSON.stringify(notebook(name), null, 1)}\n`],
    ["model.ts", model],
    ["data/rings.csv", rings()],
    ["README.md", readme(name)],
    [".gitignore", "node_modules/\n.ipynb_checkpoints/\n*.safetensors\n"],
    [".vscode/extensions.json", json({ recommendations: ["ms-toolsai.jupyter"] })],
    [
      ".vscode/settings.json",
      json({ "jupyter.completionTriggerCharacters": { typescript: [".", '"', "'", "/"] } }),
    ],
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function packageJson(name: string, version: string): object {
  return {
    name,
    private: true,
    type: "module",
    scripts: { check: "tsc", notebook: "cellgrad run notebook.ipynb" },
    dependencies: { cellgrad: `^${version}` },
    devDependencies: { "@types/node": "^20", typescript: "~6.0" },
  };
}

const tsconfig = {
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2023"],
    module: "NodeNext",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ["node"],
  },
  include: ["*.ts"],
};

const model = `import { nn, type Tensor } from "cellgrad";

/** Tells points of the plane apart: two numbers in, the scores of two classes out. */
export class Net extends nn.Module {
  readonly layers;

  constructor(readonly width = 16) {
    super();
    this.layers = nn.sequential(
      new nn.Linear(2, width),
      new nn.ReLU(),
      new nn.Linear(width, width),
      new nn.ReLU(),
      new nn.Linear(width, 2),
    );
  }

  override forward(points: Tensor): Tensor {
    return this.layers.forward(points);
  }
}
`;

/** Points of two rings, one within the other: a picture that no straight line divides. */
function rings(): string {
  const rows: string[] = [];
  // A fixed sequence in place of chance, so that all projects have the same data.
  let state = 1;
  const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < 300; i++) {
    const ring = i % 2;
    const [angle, radius] = [2 * Math.PI * next(), ring + 0.5 + 0.4 * (next() - 0.5)];
    rows.push(`${(radius * Math.cos(angle)).toFixed(3)},${(radius * Math.sin(angle)).toFixed(3)},${ring}`);
  }
  return `x,y,ring\n${rows.join("\n")}\n`;
}

function notebook(name: string): object {
  const cells = [
    text(
      `# ${name}`,
      "",
      "Each cell is TypeScript. `tensor`, `nn`, `optim`, `train`, `data`, `viz` and `io` are there without an import.",
    ),
    text("## Data"),
    code(
      'import { readFileSync } from "node:fs";',
      "",
      'const [, ...lines] = readFileSync("data/rings.csv", "utf8").trim().split("\\n");',
      'const table = tensor(lines.map((line) => line.split(",").map(Number)));',
      'const points = table.slice(":", [0, 2]);',
      'const rings = table.slice(":", 2).to("int64");',
      "const [training, validation] = data.randomSplit(new data.TensorDataset(points, rings), [0.8, 0.2]);",
      "points.shape",
    ),
    text(
      "## Training",
      "",
      "The network is in `model.ts`. Change it there and run the cell again: the import sees the new file.",
    ),
    code(
      'import { Net } from "./model.ts";',
      "",
      "manualSeed(0);",
      "const model = new Net();",
      "const history = await train.fit(model, new data.DataLoader(training, { batchSize: 32, shuffle: true }), {",
      "  loss: nn.functional.crossEntropy,",
      "  optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }),",
      "  epochs: 40,",
      "  validation: new data.DataLoader(validation, { batchSize: 60 }),",
      "  metrics: { accuracy: train.accuracy },",
      "  plot: true,",
      "});",
    ),
    text("## Weights", "", "They are kept in a file that PyTorch reads too."),
    code(
      'await io.saveSafetensors("model.safetensors", model.stateDict());',
      'model.loadStateDict(await io.loadSafetensors("model.safetensors"));',
      'model.eval().forward(points).argmax(1).eq(rings).to("float32").mean().item()',
    ),
  ];
  const kernelspec = { display_name: "TypeScript (cellgrad)", language: "typescript", name: "cellgrad" };
  const withIds = cells.map((cell, i) => ({ ...cell, id: `cell-${i + 1}` }));
  return { cells: withIds, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}

function text(...lines: readonly string[]): object {
  return { cell_type: "markdown", metadata: {}, source: lines.join("\n") };
}

function code(...lines: readonly string[]): object {
  return { cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: lines.join("\n") };
}

function readme(name: string): string {
  return `# ${name}

    npm install              # cellgrad's types for your editor
    npx cellgrad install     # the kernel, once for all projects
    jupyter lab              # or open notebook.ipynb in VS Code

| | |
|---|---|
| \`notebook.ipynb\` | reads data, trains a network, keeps its weights |
| \`model.ts\` | the network; cells import it |
| \`data/\` | files that the notebook reads |

\`npm run notebook\` runs the notebook without Jupyter and writes its outputs into it, \`npm run check\` checks the types of all modules.
`;
}
