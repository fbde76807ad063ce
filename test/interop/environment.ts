/**
 * What interop tests need beside cellgrad: a Python with Jupyter's packages, Chromium, a font for Chinese, and the kernel installed where
 * Jupyter looks. What is missing is said; under CI=true it is a failure.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const cli = join(root, "dist", "kernel", "cli", "main.js");

const modules = [
  ...["jupyterlab", "jupyter_kernel_test", "nbclient", "nbconvert", "anywidget"],
  ...["numpy", "safetensors"],
];

function pythonWithJupyter(): string | undefined {
  const candidates = [process.env.CELLGRAD_TEST_PYTHON, join(root, ".venv", "bin", "python"), "python3"];
  return candidates.find((python): python is string => {
    if (!python) return false;
    try {
      execFileSync(python, ["-c", modules.map((name) => `import ${name}`).join("; ")], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

export const python = pythonWithJupyter();
export const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

/** Whether a font has Chinese characters. Chromium draws boxes of another width without one. */
function hasChineseFont(): boolean {
  try {
    return execFileSync("fc-list", [":lang=zh", "family"]).length > 0;
  } catch {
    return false;
  }
}

/** `skip` for a test that needs all of `needs`: false, or the reason. Under CI nothing may be left out. */
export function missing(...needs: readonly ("python" | "chromium" | "Chinese font")[]): string | false {
  const reasons = [];
  if (needs.includes("python") && !python)
    reasons.push(
      "no Python with Jupyter's packages: python3 -m venv .venv && .venv/bin/pip install -r test/interop/requirements.txt",
    );
  if (needs.includes("chromium") && !chromium) reasons.push("no Chromium: apt-get install chromium");
  if (needs.includes("Chinese font") && !hasChineseFont())
    reasons.push("no font with Chinese characters: apt-get install fonts-wqy-zenhei");
  if (reasons.length === 0) return false;
  if (process.env.CI === "true") throw new Error(`Under CI nothing may be left out. ${reasons.join("; ")}`);
  return `left out: ${reasons.join("; ")}`;
}

/** Installs the kernel into a Jupyter data folder of its own and returns the environment in which Jupyter finds it. */
export function jupyterEnvironment(): NodeJS.ProcessEnv {
  const home = mkdtempSync(join(tmpdir(), "cellgrad-jupyter-"));
  const env = {
    ...process.env,
    JUPYTER_DATA_DIR: join(home, "data"),
    JUPYTER_CONFIG_DIR: join(home, "config"),
    JUPYTER_RUNTIME_DIR: join(home, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(home, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(home, "workspaces"),
    IPYTHONDIR: join(home, "ipython"),
  };
  execFileSync(process.execPath, [cli, "install", "--user"], { env, stdio: "pipe" });
  const pageConfig = join(env.JUPYTER_CONFIG_DIR, "labconfig");
  mkdirSync(pageConfig, { recursive: true });
  const disabledExtensions = { "@jupyterlab/apputils-extension:announcements": true };
  writeFileSync(join(pageConfig, "page_config.json"), JSON.stringify({ disabledExtensions }));
  return env;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts JupyterLab on loopback in `folder` and resolves when it answers. The caller ends it with `stop`. */
export async function startJupyterLab(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<{ url: string; token: string; stop(): Promise<void> }> {
  const port = await freePort();
  const token = "cellgrad";
  const lab: ChildProcess = spawn(
    python!,
    [
      ...["-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`],
      ...[
        `--IdentityProvider.token=${token}`,
        `--ServerApp.root_dir=${folder}`,
        "--ServerApp.port_retries=0",
      ],
      "--LabApp.expose_app_in_browser=True",
    ],
    { env, stdio: ["ignore", "pipe", "pipe"] },
  );
  let log = "";
  lab.stdout!.on("data", (data) => (log += data));
  lab.stderr!.on("data", (data) => (log += data));
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise<void>((resolve) => lab.once("exit", () => resolve()));
  const stop = async () => {
    lab.kill("SIGTERM");
    const timer = setTimeout(() => lab.kill("SIGKILL"), 60_000);
    await ended;
    clearTimeout(timer);
  };
  for (let attempt = 0; attempt < 1_500; attempt++) {
    if (lab.exitCode !== null) throw new Error(`JupyterLab ended at once:\n${log}`);
    try {
      if ((await fetch(`${url}/api/status?token=${token}`)).ok) return { url, token, stop };
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await stop();
  throw new Error(`JupyterLab did not answer within five minutes:\n${log}`);
}
