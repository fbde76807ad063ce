import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { installKernelSpec } from "../../kernel/cli/install.js";
import { kernelSpec } from "../../kernel/client/kernelspec.js";
import { NO_INSPECTOR } from "../../kernel/inspector-port.js";
import { MAIN } from "../../kernel/installation.js";
import { dataFolders, environmentPrefix, userDataFolder } from "../../kernel/jupyter-folders.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => rmSync(folder, { recursive: true }));

test("the kernelspec starts this installation by absolute paths, and says what Jupyter needs to know", () => {
  const spec = kernelSpec();
  assert.deepEqual(spec.argv, [process.execPath, ...NO_INSPECTOR, MAIN, "kernel", "{connection_file}"]);
  assert.equal(spec.display_name, "TypeScript (cellgrad)");
  assert.equal(spec.language, "typescript");
  assert.equal(spec["interrupt_mode"], "message");
});

test(
  "installing writes kernel.json and the logos into the folder that Jupyter looks in",
  { skip: !existsSync(MAIN) && "not built" },
  () => {
    const installed = installKernelSpec(folder, "my-kernel");
    assert.equal(installed, join(folder, "kernels", "my-kernel"));
    assert.deepEqual(JSON.parse(readFileSync(join(installed, "kernel.json"), "utf8")), kernelSpec());
    for (const [logo, size] of [
      ["logo-32x32.png", 32],
      ["logo-64x64.png", 64],
    ] as const) {
      const png = readFileSync(join(installed, logo));
      assert.equal(png.toString("latin1", 1, 4), "PNG");
      assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [size, size]);
    }
    assert.match(readFileSync(join(installed, "logo-svg.svg"), "utf8"), /^<svg /);
    const template = join(folder, "nbconvert", "templates", "cellgrad");
    assert.deepEqual(readdirSync(template).sort(), ["conf.json", "script.j2"]);
  },
);

// What `jupyter --paths` says on each platform.
test(
  "a kernel's name is one that Jupyter takes, and no way out of its folder",
  { skip: !existsSync(MAIN) && "not built" },
  () => {
    for (const name of [
      "..",
      ".",
      "...",
      "",
      "/",
      "/tmp/x",
      "a/b",
      "../x",
      "a\\b",
      "a\0b",
      "Upper",
      "a b",
      "ü",
      "a\n",
      "%2e%2e",
    ])
      assert.throws(
        () => installKernelSpec(folder, name),
        { name: "UsageError", message: /--name takes small letters/ },
        JSON.stringify(name),
      );
    for (const name of ["cellgrad-2", "ts.5_6", "..a"])
      assert.equal(installKernelSpec(folder, name), join(folder, "kernels", name));
  },
);

test(
  "nobody else can change the kernelspec, whatever the umask",
  { skip: (!existsSync(MAIN) && "not built") || process.platform === "win32" },
  () => {
    const before = process.umask(0);
    try {
      const installed = installKernelSpec(join(folder, "open"), "cellgrad");
      for (const path of [
        installed,
        dirname(installed),
        join(folder, "open"),
        join(installed, "kernel.json"),
      ])
        assert.equal(statSync(path).mode & 0o022, 0, path);
    } finally {
      process.umask(before);
    }
  },
);

test("the user's data folder follows Jupyter's rules on each platform", () => {
  const on = (platform: NodeJS.Platform, env: Record<string, string> = {}): string =>
    userDataFolder({ platform, env, home: "/home/ada" });
  assert.equal(on("linux"), "/home/ada/.local/share/jupyter");
  assert.equal(on("linux", { XDG_DATA_HOME: "/data" }), "/data/jupyter");
  assert.equal(on("darwin"), "/home/ada/Library/Jupyter");
  assert.equal(on("win32", { APPDATA: "/roaming" }), join("/roaming", "jupyter"));
  for (const platform of ["linux", "darwin", "win32"] as const) {
    assert.equal(on(platform, { JUPYTER_DATA_DIR: "/mine", XDG_DATA_HOME: "/data" }), "/mine");
  }
});

test("kernels are looked for in JUPYTER_PATH, the active environment, the user's folder and the system's, in this order", () => {
  const env = { JUPYTER_PATH: "/a:/b", VIRTUAL_ENV: "/venv" };
  assert.deepEqual(dataFolders({ platform: "linux", env, home: "/home/ada" }), [
    "/a",
    "/b",
    "/venv/share/jupyter",
    "/home/ada/.local/share/jupyter",
    "/usr/local/share/jupyter",
    "/usr/share/jupyter",
  ]);
  assert.equal(
    environmentPrefix({ platform: "linux", env: { CONDA_PREFIX: "/conda" }, home: "/" }),
    "/conda",
  );
});
