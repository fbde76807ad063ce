/** `cellgrad doctor`: what is here, what is not, and what to do about it. Changes nothing. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { KERNEL_NAME, kernelFolder, readSpec } from "../client/kernelspec.js";
import { dataFolders } from "../jupyter-folders.js";
import { MAIN, TYPESCRIPT_VERSION, VERSION } from "../installation.js";
import { findSnapshot, snapshotProblem } from "../language/snapshot.js";
import type { Command } from "./command.js";

export const doctor: Command = {
  help: `cellgrad doctor

  Says which versions are here, which engine computes and why, whether Jupyter is here and finds the kernel, and what to do.
  Exit code 1 when something keeps the kernel from working.`,

  async run() {
    const findings = [
      versions(),
      build(),
      snapshot(),
      await engine(),
      await sockets(),
      await jupyter(),
      kernelSpecs(),
    ];
    for (const { ok, title, text, todo } of findings) {
      console.log(`${ok ? "✓" : "✗"} ${title.padEnd(11)} ${text}`);
      if (todo !== undefined) console.log(`${" ".repeat(14)}→ ${todo}`);
    }
    return findings.every(({ ok }) => ok) ? 0 : 1;
  },
};

interface Finding {
  readonly ok: boolean;
  readonly title: string;
  readonly text: string;
  readonly todo?: string;
}

/** The oldest Node that package.json allows. */
const OLDEST_NODE = [20, 19] as const;

function versions(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const ok = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const text = `cellgrad ${VERSION}, TypeScript ${TYPESCRIPT_VERSION}, Node ${process.versions.node} (${process.platform} ${process.arch})`;
  return {
    ok,
    title: "versions",
    text,
    ...(!ok && { todo: `install Node ${OLDEST_NODE.join(".")} or newer` }),
  };
}

function build(): Finding {
  const ok = existsSync(MAIN);
  return ok
    ? { ok, title: "build", text: MAIN }
    : { ok, title: "build", text: `${MAIN} is missing`, todo: "npm run build" };
}

/** Not needed, but a kernel's first cell is done sooner with it. */
function snapshot(): Finding {
  const path = findSnapshot();
  return {
    ok: true,
    title: "snapshot",
    text: path ?? `${snapshotProblem() ?? "none"}; the first cell takes a second longer`,
    ...(path === undefined && { todo: "cellgrad install, or run a kernel for five seconds" }),
  };
}

async function engine(): Promise<Finding> {
  const title = "engine";
  try {
    const { device } = await import("../../src/index.js");
    const { description, reason } = device();
    return { ok: true, title, text: `${description} (${reason})` };
  } catch (error) {
    return {
      ok: false,
      title,
      text: `none could be loaded: ${(error as Error).message}`,
      todo: "npm run build",
    };
  }
}

async function sockets(): Promise<Finding> {
  const title = "sockets";
  try {
    const { version, capability } = await import("zeromq");
    return { ok: true, title, text: `ZeroMQ ${version}${capability.curve ? ", with CURVE encryption" : ""}` };
  } catch (error) {
    return { ok: false, title, text: `ZeroMQ cannot be loaded: ${(error as Error).message}`, todo: "npm ci" };
  }
}

/** Jupyter is optional: notebooks run without it. */
async function jupyter(): Promise<Finding> {
  const title = "jupyter";
  const versionOf = async (program: string): Promise<string | undefined> => {
    try {
      return (await promisify(execFile)(program, ["--version"], { timeout: 20_000 })).stdout.trim();
    } catch {
      return undefined;
    }
  };
  const [lab, code] = await Promise.all([versionOf("jupyter-lab"), versionOf("code")]);
  const found = [lab && `JupyterLab ${lab}`, code && `VS Code ${code.split("\n")[0]}`].filter(Boolean);
  if (found.length > 0) return { ok: true, title, text: found.join(", ") };
  return {
    ok: true,
    title,
    text: "neither JupyterLab nor VS Code is on the PATH; notebooks run all the same",
    todo: "cellgrad run NOTEBOOK, or: pip install jupyterlab, or VS Code with its Jupyter extension",
  };
}

function kernelSpecs(): Finding {
  const title = "kernelspec";
  const folders = dataFolders().map((folder) => kernelFolder(folder, KERNEL_NAME));
  const folder = folders.find((candidate) => existsSync(join(candidate, "kernel.json")));
  if (folder === undefined) {
    return { ok: false, title, text: `none in ${folders.join(", ")}`, todo: "cellgrad install" };
  }
  const missing = readSpec(folder)?.argv.filter((part) => /^([/\\]|[A-Z]:)/.test(part) && !existsSync(part));
  if (missing === undefined || missing.length > 0) {
    const text = `${folder} ${missing ? `starts ${missing.join(" and ")}, which is not there` : "cannot be read"}`;
    return { ok: false, title, text, todo: "cellgrad install" };
  }
  return { ok: true, title, text: folder };
}
