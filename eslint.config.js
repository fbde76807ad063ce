import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules/", "dist/", "build/", "out/", "**/.venv/", ".cache/"] },
  ...tseslint.configs.strict,
  {
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Use named exports." },
      ],
    },
  },
  {
    // The runtime also runs in browsers; what it asks of Node it asks there.
    files: ["src/**/*.ts", "html/**/*.ts", "locale/**/*.ts"],
    ignores: ["src/platform/**"],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ group: ["node:*"], message: "Use src/platform." }] }],
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
