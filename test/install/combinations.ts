/**
 * `npm run test:install`: every way that we know to install the package, longer than a test run should take: globally, as another user,
 * read-only, offline from a cache, with npm's own choice of install scripts, with Vite. Needs the network for the first of them and
 * for Vite. CELLGRAD_PACKAGE names a tarball to take in place of one packed here.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { command, npm, output, pack, program, project } from "./package.js";

let tarball: string;
const shared = mkdtempSync(join(tmpdir(), "cellgrad-combinations-"));
const env = { npm_config_cache: join(shared, "cache") };

/** A notebook whose cell needs types, the engine, a figure and the digits. */
const source = `const total: number = tensor([1, 2, 3]).sum().item();\nviz.plot([{ y: [1, 2] }]);\ndata.digits().test.tensors[0].shape`;

async function runsCells(folder: string, cellgrad: string, home = folder): Promise<void> {
  const cell = { cell_type: "code", id: "a", metadata: {}, outputs: [], execution_count: null, source };
  const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] };
  const file = join(home, "cell.ipynb");
  writeFileSync(file, JSON.stringify(notebook));
  const told = await output(home, cellgrad, ["run", file, "--show", "total"], { HOME: home });
  assert.match(told, /total = 6/);
}

before(
  async () => {
    tarball = process.env.CELLGRAD_PACKAGE ?? pack().file;
    assert.ok(existsSync(tarball), tarball);
    // Fills the cache.
    await npm(project(), ["install", "--ignore-scripts", tarball], env);
  },
  { timeout: 300_000 },
);

test("globally, with a prefix of its own: install, doctor, run", async () => {
  const prefix = join(shared, "prefix");
  const folder = project();
  await npm(folder, ["install", "--global", "--prefix", prefix, tarball], env);
  const cellgrad = join(prefix, "bin", "cellgrad");
  const home = { HOME: folder };
  assert.match(await output(folder, cellgrad, ["install"], home), /installed the kernel cellgrad/);
  assert.match(await output(folder, cellgrad, ["doctor"], home), /✓ kernelspec/);
  await runsCells(folder, cellgrad);
});

test("offline from a cache, with npm's own choice of install scripts, without a compiler on the PATH", async () => {
  const folder = project();
  const bin = join(shared, "bin");
  mkdirSync(bin, { recursive: true });
  // Node and npm alone, and the shell that npm starts scripts with.
  for (const name of ["node", "npm", "sh"]) {
    const path = execFileSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    symlinkSync(realpathSync(path), join(bin, name));
  }
  await npm(folder, ["install", "--offline", tarball], { ...env, PATH: bin });
  await runsCells(folder, command(folder));
});

test("in folders with spaces, quotes, Chinese characters and percent signs in their names", async () => {
  for (const name of ["with space", "项目", "it's 100%41", "a#b?c"]) {
    const folder = project(name);
    await npm(folder, ["install", "--offline", "--ignore-scripts", tarball], env);
    await runsCells(folder, command(folder));
  }
});

test(
  "in a folder that nobody may write to",
  {
    skip: process.getuid?.() === 0 && "left out: root may write everywhere; the next test is about the same",
  },
  async () => {
    const folder = project();
    await npm(folder, ["install", "--offline", "--ignore-scripts", tarball], env);
    const home = mkdtempSync(join(tmpdir(), "cellgrad-home-"));
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o555);
    }
    await runsCells(folder, command(folder), home);
  },
);

test(
  "by root, for another user, who can write only at home",
  { skip: process.getuid?.() !== 0 && "left out: only root can become another user" },
  async () => {
    const prefix = mkdtempSync(join(tmpdir(), "cellgrad-root-"));
    chmodSync(prefix, 0o755);
    await npm(project(), ["install", "--global", "--offline", "--prefix", prefix, tarball], env);
    const home = mkdtempSync(join(tmpdir(), "cellgrad-other-"));
    chmodSync(home, 0o777);
    const cell = { cell_type: "code", id: "a", metadata: {}, outputs: [], execution_count: null, source };
    const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] };
    writeFileSync(join(home, "cell.ipynb"), JSON.stringify(notebook));
    // The numbers of "nobody" on Linux: nothing of it exists, not even a home.
    const become = ["--reuid=65534", "--regid=65534", "--clear-groups", "env", `HOME=${home}`, `USER=nobody`];
    const run = (...args: string[]) =>
      output(home, "setpriv", [
        ...become,
        process.execPath,
        join(prefix, "lib/node_modules/cellgrad/dist/kernel/cli/main.js"),
        ...args,
      ]);
    assert.match(await run("install"), /installed the kernel cellgrad/);
    assert.match(await run("doctor"), /✓ engine/);
    assert.match(await run("run", join(home, "cell.ipynb"), "--show", "total"), /total = 6/);
  },
);

test("types hold with node16 too", async () => {
  const folder = project();
  await npm(folder, ["install", "--offline", "--ignore-scripts", tarball], env);
  writeFileSync(join(folder, "program.ts"), program);
  const options = {
    module: "node16",
    moduleResolution: "node16",
    target: "es2022",
    strict: true,
    noEmit: true,
    types: [],
  };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["program.ts"] }),
  );
  await output(folder, process.execPath, [join(folder, "node_modules/typescript/bin/tsc"), "-p", "."]);
});

test("Vite bundles it for the browser and for Node", async () => {
  const folder = project();
  await npm(folder, ["install", "--prefer-offline", "--ignore-scripts", tarball, "vite@8"], env);
  writeFileSync(join(folder, "index.html"), `<!doctype html><script type="module" src="/main.ts"></script>`);
  writeFileSync(join(folder, "main.ts"), `${program}\nconsole.log(told);`);
  const vite = join(folder, "node_modules", "vite", "bin", "vite.js");
  const warned = await output(folder, process.execPath, [vite, "build", "--logLevel", "warn"]);
  assert.doesNotMatch(warned, /externalized for browser compatibility|node:/);
  const scripts = readdirSync(join(folder, "dist/assets")).filter((name) => name.endsWith(".js"));
  assert.equal(scripts.length, 1);
  const text = readFileSync(join(folder, "dist/assets", scripts[0]!), "utf8");
  assert.doesNotMatch(text, /(from|import|require\()\s*["']node:/);
  // The page's script asks for nothing that Node has not as well.
  cpSync(join(folder, "dist/assets", scripts[0]!), join(folder, "page.mjs"));
  const polyfill = `globalThis.document = { createElement: () => ({ relList: { supports: () => true } }), querySelectorAll: () => [] };`;
  const page = await output(folder, process.execPath, [
    "--input-type=module",
    "-e",
    `${polyfill} await import("./page.mjs");`,
  ]);
  assert.match(page, /"engine":"wasm","learned":true/);

  await output(folder, process.execPath, [
    vite,
    "build",
    "--ssr",
    "main.ts",
    "--outDir",
    "node",
    "--logLevel",
    "warn",
  ]);
  assert.match(await output(folder, process.execPath, [join(folder, "node/main.js")]), /"learned":true/);
  writeFileSync(join(folder, "vite.config.mjs"), `export default { ssr: { noExternal: true } };`);
  await output(folder, process.execPath, [
    vite,
    "build",
    "--ssr",
    "main.ts",
    "--outDir",
    "whole",
    "--logLevel",
    "warn",
  ]);
  assert.match(await output(folder, process.execPath, [join(folder, "whole/main.js")]), /"learned":true/);
});
