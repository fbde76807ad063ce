/** No process of a kernel listens for Node's debugger, whatever NODE_OPTIONS and SIGUSR1 say. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { launchKernel, ownKernel, type LaunchedKernel } from "../kernel/client/launch.js";
import { NO_INSPECTOR, withoutInspector } from "../kernel/inspector-port.js";
import { descendants } from "../kernel/session/process-tree.js";
import type { Json, Message } from "../kernel/wire/message.js";

test("NODE_OPTIONS loses what is about the debugger's port, however it is spelled, and keeps the rest as it is written", () => {
  const rest = '--max-old-space-size=300 --require "./my file.cjs" --title=inspect';
  for (const port of [
    "--inspect",
    "--inspect=0.0.0.0:9229",
    "--inspect-brk=1234",
    "--inspect_brk",
    "--inspect-wait=[::1]:9229",
    "--inspect-port=9333",
    "--inspect-port 9333",
    "--inspect_port 0.0.0.0:9333",
    "--debug-port 9333",
    "--debug_port=9333",
    "--inspect-publish-uid=http",
    "--inspect-publish-uid stderr,http",
    "--no-inspect",
    '"--inspect"',
    '"--inspect=0.0.0.0:9229"',
    '--ins"pect"=1234',
    String.raw`"--in\spect"`,
    "--inspect --inspect-port 9 --inspect-brk",
  ]) {
    assert.equal(withoutInspector(`${port} ${rest}`), rest, port);
    assert.equal(withoutInspector(`${rest} ${port}`), rest, port);
    assert.equal(
      withoutInspector(`--max-old-space-size=300  ${port}   --trace-warnings`),
      "--max-old-space-size=300 --trace-warnings",
    );
    assert.equal(withoutInspector(port), "");
  }
  assert.equal(withoutInspector(""), "");
  assert.equal(withoutInspector("--experimental-network-inspection"), "--experimental-network-inspection");
});

/** A process of Node that says all that it writes. */
function start(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const child = spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  let text = "";
  const said = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => pattern.test(text) && resolve();
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => {
          text += String(chunk);
          look();
        });
      child.once("exit", (code, signal) => reject(new Error(`ended (${String(code ?? signal)}): ${text}`)));
      look();
    });
  return { child, said };
}

test(
  "with the kernel's flags, Node opens no port for SIGUSR1 even where no listener is there yet",
  { skip: process.platform === "win32" },
  async () => {
    const { child, said } = start([...NO_INSPECTOR, "-i"]);
    child.stdin.write("console.log('re' + 'ady')\n");
    await said(/ready/);
    child.kill("SIGUSR1");
    await said(/Starting inspector on .* failed/);
    child.stdin.write("console.log('url', require('inspector').url())\n");
    await said(/url undefined/);
    child.kill("SIGKILL");
  },
);

test("with the kernel's flags, Node neither listens nor waits for a debugger because NODE_OPTIONS says so", async () => {
  for (const options of ["--inspect=0", "--inspect-brk=0", "--inspect-wait=0", "--inspect=0 --inspect-brk"]) {
    const { child, said } = start([...NO_INSPECTOR, "-p", "`url ${require('inspector').url()}`"], {
      ...process.env,
      NODE_OPTIONS: options,
    });
    await said(/url undefined/);
    child.kill("SIGKILL");
  }
});

/** Whether a process listens on a TCP port, read where Linux shows it. */
function listens(pid: number): boolean {
  const listening = ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/${String(pid)}/net/${table}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === "0A")
      .map((columns) => `socket:[${columns[9]!}]`),
  );
  return readdirSync(`/proc/${String(pid)}/fd`).some((fd) => {
    try {
      return listening.includes(readlinkSync(`/proc/${String(pid)}/fd/${fd}`));
    } catch {
      return false;
    }
  });
}

describe(
  "a kernel that was started with --inspect in NODE_OPTIONS",
  { skip: process.platform !== "linux" },
  () => {
    let kernel: LaunchedKernel;
    const outputs: Message[] = [];

    before(async () => {
      const { NODE_OPTIONS: before } = process.env;
      process.env["NODE_OPTIONS"] = "--inspect=0 --max-old-space-size=777 --inspect-publish-uid=http";
      try {
        // As older kernelspecs start it: without the flags that keep the port shut from the first instant.
        const argv = ownKernel().filter((flag) => !NO_INSPECTOR.includes(flag));
        kernel = await launchKernel({ cwd: import.meta.dirname, argv });
      } finally {
        if (before === undefined) delete process.env["NODE_OPTIONS"];
        else process.env["NODE_OPTIONS"] = before;
      }
      kernel.client.onIopub = (message) => outputs.push(message);
    });
    after(() => kernel.shutdown());

    async function result(code: string): Promise<unknown> {
      const from = outputs.length;
      const { content } = await kernel.client.request("shell", "execute_request", { code });
      assert.equal(content["status"], "ok", JSON.stringify(content));
      const found = outputs.slice(from).find(({ header }) => header.msg_type === "execute_result");
      return (found?.content["data"] as Json | undefined)?.["text/plain"];
    }

    /** The kernel, the session and the language process. */
    const pids = () => [kernel.process.pid!, ...descendants(kernel.process.pid!)];

    test("has the other options, and its cells' own processes do not listen either", async () => {
      assert.equal(await result("process.env.NODE_OPTIONS"), "'--max-old-space-size=777'");
      const megabytes = Number(
        await result('(await import("node:v8")).getHeapStatistics().heap_size_limit / 2**20'),
      );
      assert.ok(megabytes > 700 && megabytes < 1000, String(megabytes));
      const inChild =
        'String((await import("node:child_process")).execFileSync(process.execPath, ["-p", "require(\'inspector\').url()"]))';
      assert.equal(await result(inChild), "'undefined\\n'");
    });

    test("has no process that listens, also after SIGUSR1 to all of them", async () => {
      // A process that does open its port tells that the signal has had the time to be heard.
      const control = start(["--inspect-port=0", "-i"]);
      control.child.stdin.write("console.log('re' + 'ady')\n");
      await control.said(/ready/);
      assert.equal(await result("1 + 1"), "2");
      const all = pids();
      assert.ok(all.length >= 3, `processes: ${all.join(", ")}`);
      for (const pid of [...all, control.child.pid!]) process.kill(pid, "SIGUSR1");
      await control.said(/Debugger listening/);
      assert.equal(listens(control.child.pid!), true);
      assert.equal(await result("2 + 2"), "4");
      for (const pid of pids())
        assert.equal(listens(pid), false, readFileSync(`/proc/${String(pid)}/cmdline`, "utf8"));
      control.child.kill("SIGKILL");
      await once(control.child, "exit");
    });

    test("lets cells listen to SIGUSR1", async () => {
      const heard =
        'await new Promise((heard) => { process.once("SIGUSR1", heard); process.kill(process.pid, "SIGUSR1"); })';
      assert.equal(await result(heard), "'SIGUSR1'");
      // Their listener is gone: the process goes on, without a port.
      await result('process.kill(process.pid, "SIGUSR1")');
      assert.equal(await result('(await import("node:inspector")).url()'), undefined);
    });
  },
);
