/** The package as a user gets it: packed, installed into a folder of its own, and called from there. */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

export interface PackedFile {
  readonly path: string;
  readonly size: number;
}

export interface Packed {
  /** The tarball. */
  readonly file: string;
  readonly size: number;
  readonly files: readonly PackedFile[];
}

/** What was built, packed; the native engine as it was compiled for this machine. CELLGRAD_PACKAGE names a tarball to take instead. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), "cellgrad-pack-"));
  execFileSync(process.execPath, [join(root, "scripts", "build-platforms.mjs"), "--own"], { stdio: "pipe" });
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const [packed] = JSON.parse(execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: "pipe" })) as [
    { filename: string; size: number; files: PackedFile[] },
  ];
  return { file: join(folder, packed.filename), size: packed.size, files: packed.files };
}

/** A folder with a package.json, as `npm init` leaves it. */
export function project(name = "project"): string {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), "cellgrad-install-"))), name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "user", private: true, type: "module" }),
  );
  return folder;
}

/** Calls npm in `folder`; whatever it says of failed scripts or compilers is in the rejection. */
export async function npm(
  folder: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const options = { cwd: folder, env: { ...userEnvironment(), ...env } };
  const { stdout, stderr } = await run("npm", ["--no-audit", "--no-fund", ...args], options);
  return stdout + stderr;
}

/** The environment of a user: without what npm sets for the script that runs these tests. */
export function userEnvironment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_registry$)|CELLGRAD_)/.test(name),
  );
  return Object.fromEntries(own);
}

/** Runs a program and returns what it printed; rejects, with that, when it fails. */
export async function output(
  folder: string,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const options = { cwd: folder, env: { ...userEnvironment(), ...env }, maxBuffer: 2 ** 26 };
  try {
    const { stdout, stderr } = await run(program, [...args], options);
    return stdout + stderr;
  } catch (error) {
    const {
      stdout = "",
      stderr = "",
      message,
    } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${message}\n${stdout}${stderr}`, { cause: error });
  }
}

/** Path of the installed command. */
export function command(folder: string): string {
  const file = join(folder, "node_modules", ".bin", "cellgrad");
  if (!existsSync(file)) throw new Error(`${file} is not there`);
  return file;
}

/** A user's program: trains a small network and prints what computed and whether it has learned. */
export const program = `
import { data, device, nn, optim, train, manualSeed, randn, type Tensor } from "cellgrad";

manualSeed(1);
const moons = data.moons(200, { noise: 0.15, seed: 1 });
const model = nn.sequential(new nn.Linear(2, 32), new nn.Tanh(), new nn.Linear(32, 2));
const history = await train.fit(model, new data.DataLoader(moons, { batchSize: 32, shuffle: true }), {
  loss: nn.functional.crossEntropy,
  optimizer: new optim.Adam(model.parameters(), { lr: 0.01 }),
  epochs: 20,
  metrics: { accuracy: train.accuracy },
  verbose: false,
});
export const sizes: readonly [64, 2] = randn([64, 2]).shape;
export const scores: Tensor = model.forward(moons.tensors[0]);
export const told: string = JSON.stringify({
  engine: device().engine,
  learned: history.epochLoss.at(-1)! < 0.35,
  sizes,
  scores: scores.shape,
});
`;
