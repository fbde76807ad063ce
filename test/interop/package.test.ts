/** What npm would publish installs with Node alone, and everything that is promised of it works from there. More: npm run test:install. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { build } from "esbuild";
import { chromium as browserType } from "playwright-core";
import { command, npm, output, pack, program, project, type Packed } from "../install/package.js";
import { chromium, missing, python, root } from "./environment.js";

let packed: Packed;
let folder: string;
/** The engine that this machine has: what was built here, or WebAssembly. */
const engines = /native|wasm/;

before(
  async () => {
    packed = pack();
    folder = project("a project, 项目");
    await npm(folder, ["install", "--ignore-scripts", "--prefer-offline", packed.file]);
  },
  { timeout: 300_000 },
);

describe("the package", () => {
  test("is what runs and nothing else: no objects, no sources, no tests; under 25 MB, as the README says", () => {
    const paths = packed.files.map(({ path }) => path);
    const strange = paths.filter((path) =>
      /objects\/|(^|\/)(test|scripts|bench)\/|\.(o|cpp|h|test\.\w+)$/.test(path),
    );
    assert.deepEqual(strange, []);
    assert.deepEqual(
      paths.filter((path) => /(?<!\.d)\.ts$/.test(path)),
      [],
    );
    assert.ok(packed.size < 25e6, `${packed.size} bytes`);
  });

  test("npm would publish it", async () => {
    const said = await npm(root, ["publish", "--dry-run", "--ignore-scripts", "--json", "--tag", "test"]);
    assert.match(said, /"name": "cellgrad"/);
  });

  test("needs nothing that its own files do not load", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies: Readonly<Record<string, string>>;
    };
    const bundled = ["jmp", "uuid", "mnist", "plotly.js-dist"].filter((name) => name in dependencies);
    assert.deepEqual(bundled, []);
  });
});

describe("installed into a path with spaces and Chinese characters, without install scripts", () => {
  test("doctor says which engine computes and why", async () => {
    const env = { JUPYTER_DATA_DIR: join(folder, "share") };
    assert.match(await output(folder, command(folder), ["install"], env), /installed the kernel cellgrad/);
    const told = await output(folder, command(folder), ["doctor"], env);
    assert.match(told, /✓ engine +(native, .*\(the prebuilt addon for|WebAssembly.*\(no native addon: )/);
    assert.match(told, /✓ sockets/);
  });

  test("cellgrad run runs a notebook", async () => {
    const source = `const total = tensor([1, 2, 3]).sum().item();\nviz.plot([{ y: [1, 2] }]);\ndata.digits().test.tensors[0].shape`;
    const cell = { cell_type: "code", id: "a", metadata: {}, outputs: [], execution_count: null, source };
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] };
    writeFileSync(join(folder, "one cell.ipynb"), JSON.stringify(notebook));
    const told = await output(folder, command(folder), ["run", "one cell.ipynb", "--show", "total"]);
    assert.match(told, /total = 6/);
    const executed = readFileSync(join(folder, "one cell.executed.ipynb"), "utf8");
    assert.match(executed, /2000, 784/);
  });

  test("a kernel of it answers jupyter_client", { skip: missing("python") }, async () => {
    const env = { JUPYTER_PATH: join(folder, "share"), JUPYTER_DATA_DIR: join(folder, "share") };
    const script = `
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="cellgrad", startup_timeout=120)
client.execute_interactive("const x = tensor([[1, 2], [3, 4]]); x.matmul(x).sum().item()", timeout=120,
  output_hook=lambda message: print(message["content"]))
manager.shutdown_kernel(now=True)`;
    assert.match(await output(folder, python!, ["-c", script], env), /'text\/plain': '54'/);
  });

  test("a program imports it, and its types hold with nodenext and with bundler", async () => {
    writeFileSync(join(folder, "program.ts"), program);
    writeFileSync(
      join(folder, "wrong.ts"),
      `import { randn } from "cellgrad";\n// @ts-expect-error 2 and 3 differ\nrandn([64, 2]).matmul(randn([3, 1]));\n`,
    );
    const modes = { nodenext: "nodenext", esnext: "bundler" };
    const tsc = join(folder, "node_modules", "typescript", "bin", "tsc");
    for (const [module, moduleResolution] of Object.entries(modes)) {
      const options = {
        module,
        moduleResolution,
        target: "es2022",
        strict: true,
        skipLibCheck: false,
        types: [],
      };
      const config = { compilerOptions: { ...options, outDir: "js" }, files: ["program.ts", "wrong.ts"] };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
      await output(folder, process.execPath, [tsc, "-p", "."]);
    }
    const script = `import { told } from "./js/program.js"; console.log(told);`;
    checkTold(await output(folder, process.execPath, ["--input-type=module", "-e", script]), engines);
  });

  for (const format of ["esm", "cjs"] as const) {
    test(`an esbuild bundle of it for Node runs (${format})`, async () => {
      const outfile = join(folder, "bundle", format === "esm" ? "node.mjs" : "node.cjs");
      await bundle({ platform: "node", format, outfile });
      checkTold(await output("/", process.execPath, [outfile]), engines);
    });
  }

  for (const format of ["esm", "iife"] as const) {
    test(
      `an esbuild bundle for the browser trains there (${format})`,
      { skip: missing("chromium") },
      async () => {
        const outfile = join(folder, "bundle", `${format}.js`);
        await bundle({ platform: "browser", format, outfile });
        const text = readFileSync(outfile, "utf8");
        assert.doesNotMatch(text, /(from|import|require\()\s*["']node:/);
        checkTold(await inBrowser(text, format === "esm"), /wasm/);
      },
    );
  }
});

/** Bundles the user's program as its own folder resolves it. `iife` and `cjs` have no top-level await, so there it stands in a function. */
async function bundle(options: {
  platform: "node" | "browser";
  format: "esm" | "cjs" | "iife";
  outfile: string;
}) {
  mkdirSync(join(folder, "bundle"), { recursive: true });
  const [imports, ...rest] = program.trim().split("\n");
  const digits = `import "cellgrad/digits";\n`;
  const body = `${rest.join("\n").replaceAll("export const", "const")}
if (data.digits().test.tensors[0].shape[0] !== 2000) throw new Error("no digits");
console.log(told);`;
  const contents = `${digits}${imports}\n(async () => {${body}})().catch((error) => console.log(error.stack));`;
  await build({
    ...options,
    bundle: true,
    stdin: { contents, resolveDir: folder, loader: "ts" },
    logLevel: "warning",
  });
}

function checkTold(text: string, engine: RegExp): void {
  const line = text.split("\n").find((each) => each.startsWith("{"));
  assert.ok(line !== undefined, text);
  const told = JSON.parse(line) as Readonly<Record<string, unknown>>;
  assert.match(String(told["engine"]), engine);
  assert.deepEqual({ ...told, engine: 0 }, { engine: 0, learned: true, sizes: [64, 2], scores: [200, 2] });
}

/** Serves a page with the script and returns the first line that it writes to the console. */
async function inBrowser(script: string, module: boolean): Promise<string> {
  const server = createServer((request, response) => {
    const isScript = request.url === "/script.js";
    response.setHeader(
      "content-type",
      isScript ? "text/javascript; charset=utf-8" : "text/html; charset=utf-8",
    );
    response.end(
      isScript
        ? script
        : `<!doctype html><script ${module ? 'type="module"' : ""} src="/script.js"></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await browserType.launch({ executablePath: chromium!, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    const told = new Promise<string>((resolve, reject) => {
      page.on("console", (message) => resolve(message.text()));
      page.on("pageerror", reject);
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await told;
  } finally {
    await browser.close();
    server.close();
  }
}
