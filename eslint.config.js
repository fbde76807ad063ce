import { readdirSync } from "node:fs";
import tseslint from "typescript-eslint";

/**
 * Which other folders of its tree each folder may import, values as well as types: arrows point one way (docs/architecture.md). Files that
 * stand right in kernel/, kernel/language/ or src/ belong to all of that tree. A folder without a row stands at the top, and imports what it likes.
 */
const arrows = {
  kernel: {
    wire: [],
    text: [],
    locale: [],
    transport: ["wire"],
    client: ["transport", "wire"],
    session: ["language", "locale", "text", "wire"],
    language: ["locale", "session", "text"],
    debugger: ["language", "session", "wire"],
    protocol: ["client", "debugger", "language", "locale", "session", "wire"],
  },
  "kernel/language": {
    syntax: [],
    names: ["syntax"],
    dataflow: ["names", "syntax"],
    program: ["dataflow", "names", "syntax"],
    prelude: ["dataflow", "program"],
    compile: ["dataflow", "names", "program", "syntax"],
    magics: ["compile"],
    editor: ["magics", "names", "program", "syntax"],
  },
  src: {
    primitives: [],
    platform: [],
    locale: ["platform"],
    engine: ["platform", "primitives"],
    graph: ["engine", "platform", "primitives"],
    tensor: ["engine", "graph", "platform", "primitives"],
    ops: ["autograd", "graph", "primitives", "tensor"],
    autograd: ["graph", "ops", "primitives", "tensor"],
    viz: ["locale", "platform"],
    progress: ["locale", "platform", "viz"],
  },
};

const noDefaultExport = { selector: "ExportDefaultDeclaration", message: "Use named exports." };

/** Editors show a parameter by its label in `Given`. */
const noNamelessParameter = {
  selector: 'TSTypeReference[typeName.name="Given"] TSTupleType > TSLiteralType',
  message: 'Give the parameter its name as a label too: [dim: "dim"].',
};
const refusedSyntax = [noDefaultExport, noNamelessParameter];

/** Refuses imports of paths that match any of the expressions, in each form: `import … from`, `export … from`, `import("…")` and as a type. */
const without = (refused) => ({
  "no-restricted-imports": ["error", { patterns: refused.map(([regex, message]) => ({ regex, message })) }],
  "no-restricted-syntax": [
    "error",
    ...refusedSyntax,
    ...refused.map(([regex, message]) => ({
      selector: `:matches(ImportExpression, TSImportType)[source.value=/${regex.replaceAll("/", "\\/")}/]`,
      message,
    })),
  ],
});

const inFolder = (name) => `^(\\.\\./)+${name}/`;
const noKernel = [
  inFolder("kernel"),
  "The runtime knows nothing of Jupyter: let the kernel's session do this.",
];
const noRuntime = [
  inFolder("src"),
  "The kernel knows nothing of tensors: its session loads the runtime by its address, kernel/session/child/main.ts.",
];
/** The runtime also runs in browsers; what it asks of Node it asks there. */
const noNode = ["^node:", "Use src/platform."];

const foldersIn = (tree) =>
  readdirSync(new URL(tree, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

/** The folders of a tree that one of its folders may not import, as `without` takes them. */
const againstArrows = (name, folder) => {
  const allowed = arrows[name][folder];
  if (!allowed) return [];
  const others = foldersIn(name).filter((other) => other !== folder && !allowed.includes(other));
  return [
    [
      inFolder(`(${others.join("|")})`),
      `${name}/${folder} may import of ${name}: ${allowed.join(", ") || "no other folder"} (the arrows in eslint.config.js).`,
    ],
  ];
};

/** What all of a tree is refused, and what each of its folders is besides. */
const tree = (name, refused) => [
  { files: [`${name}/**/*.ts`], rules: without(refused(name)) },
  ...Object.keys(arrows[name]).map((folder) => ({
    files: [`${name}/${folder}/**/*.ts`],
    rules: without([...refused(folder), ...againstArrows(name, folder)]),
  })),
];

export default tseslint.config(
  { ignores: ["node_modules/", "dist/", "build/", "out/", "**/.venv/", ".cache/"] },
  ...tseslint.configs.strict,
  {
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-syntax": ["error", ...refusedSyntax],
    },
  },
  {
    // Rules that need types; each of them finds what goes wrong when it runs.
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-array-delete": "error",
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", package: "node:test", name: ["describe", "it", "suite", "test"] },
          ],
        },
      ],
      "@typescript-eslint/no-for-in-array": "error",
      "@typescript-eslint/no-misused-promises": "error",
      // Characters of a text are spread on purpose.
      "@typescript-eslint/no-misused-spread": ["error", { allow: ["string"] }],
      "@typescript-eslint/prefer-promise-reject-errors": "error",
      "@typescript-eslint/require-array-sort-compare": "error",
      "@typescript-eslint/restrict-plus-operands": "error",
      "@typescript-eslint/return-await": ["error", "error-handling-correctness-only"],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    // A declaration that merges with Tensor has to repeat the class's parameter, also where no method of it needs the shape.
    files: ["src/{autograd,ops,tensor}/**/*.ts"],
    rules: {
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^(?:_|S$)" },
      ],
    },
  },
  ...tree("kernel", () => [noRuntime]),
  ...tree("kernel/language", () => [noRuntime, ...againstArrows("kernel", "language")]),
  ...tree("src", (folder) => (folder === "platform" ? [noKernel] : [noKernel, noNode])),
  { files: ["html/**/*.ts", "locale/**/*.ts"], rules: without([noKernel, noRuntime, noNode]) },
  {
    // The class takes its methods from the operations.
    files: ["src/tensor/tensor.ts"],
    rules: without([noKernel, noNode]),
  },
  {
    // `cellgrad doctor` asks the runtime which engine computes.
    files: ["kernel/cli/doctor.ts"],
    rules: without([]),
  },
  {
    files: ["src/**/*.ts", "html/**/*.ts", "locale/**/*.ts"],
    ignores: ["src/platform/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...["Buffer", "process", "setImmediate", "require"].map((name) => ({
          name,
          message: "Use src/platform.",
        })),
      ],
    },
  },
  { files: ["eslint.config.js"], rules: { "no-restricted-syntax": "off" } },
);
