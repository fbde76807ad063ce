/**
 * Starts a kernel process of its own and connects to it: over IPC sockets in a private folder where the platform has them (no port to
 * find, nobody else can reach them), over TCP on the loopback interface elsewhere.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { capability } from "zeromq";
import { NO_INSPECTOR } from "../inspector-port.js";
import { parseConnection, type Connection } from "../transport/connection.js";
import type { Json, Message } from "../wire/message.js";
import { KernelClient } from "./client.js";

export interface LaunchOptions {
  /** Where the kernel runs: the notebook's folder. */
  readonly cwd: string;
  /** The file that it runs, as Jupyter tells its kernels; it may ask for a language. */
  readonly notebook?: string;
  /** Starts the kernel when a connection file is put behind it. Default: this installation's own. */
  readonly argv?: readonly string[];
  /** Default: IPC where a socket's path is short enough for the platform, else TCP. */
  readonly transport?: "ipc" | "tcp";
}

export interface LaunchedKernel {
  readonly client: KernelClient;
  readonly process: ChildProcess;
  /** Content of the kernel_info_reply. */
  readonly info: Json;
  /** Where its sockets are, and the key: for those who talk to it in other ways than through `client`. */
  readonly connection: Connection;
  /** Asks the kernel to end, and waits for its process; after 5 seconds the process is killed. */
  shutdown(): Promise<void>;
}

/** Longest path of a UNIX socket on macOS, the shortest of all platforms. */
const MAX_SOCKET_PATH = 103;
const PATIENCE = 5_000;
/** What is kept of the kernel's own log, for the error when it does not start. */
const LOG_LENGTH = 4_000;

/** Command line of this installation's kernel. */
export function ownKernel(): string[] {
  const main = fileURLToPath(new URL(`../cli/main${extname(import.meta.url)}`, import.meta.url));
  // Run from its sources, it needs the loader for them, whatever folder it runs in.
  const loader = main.endsWith(".ts") ? ["--import", import.meta.resolve("tsx")] : [];
  return [process.execPath, ...NO_INSPECTOR, ...loader, main, "kernel"];
}

/** Starts a kernel; resolves when it answers. Throws with the kernel's last words when it ends before. */
export async function launchKernel(options: LaunchOptions): Promise<LaunchedKernel> {
  const folder = mkdtempSync(join(tmpdir(), "cellgrad-"));
  const forIpc = join(folder, "k");
  const ipc = capability.ipc && `${forIpc}-5`.length <= MAX_SOCKET_PATH;
  const transport = options.transport ?? (ipc ? "ipc" : "tcp");
  const ports = transport === "ipc" ? [1, 2, 3, 4, 5] : await freePorts(5);
  const file = join(folder, "connection.json");
  const json = {
    transport,
    ip: transport === "ipc" ? forIpc : "127.0.0.1",
    shell_port: ports[0],
    control_port: ports[1],
    iopub_port: ports[2],
    stdin_port: ports[3],
    hb_port: ports[4],
    key: randomBytes(32).toString("hex"),
    signature_scheme: "hmac-sha256",
    kernel_name: "cellgrad",
  };
  writeFileSync(file, JSON.stringify(json), { mode: 0o600 });

  const [command, ...args] = options.argv ?? ownKernel();
  const child = spawn(command!, [...args, file], {
    cwd: options.cwd,
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      // Should this process be killed, the kernel notices and ends too.
      JPY_PARENT_PID: String(process.pid),
      // The history is for what people type, not for what programs run.
      CELLGRAD_HISTORY: "",
      ...(options.notebook !== undefined && { JPY_SESSION_NAME: options.notebook }),
    },
  });
  let log = "";
  child.stderr!.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-LOG_LENGTH)));
  const connection = parseConnection(json, file);
  const client = new KernelClient(connection);
  const exited = new Promise<void>((resolve) => {
    const onEnd = (how: string): void => {
      client.close(new Error(`the kernel process ended (${how})${log && `:\n${log.trimEnd()}`}`));
      rmSync(folder, { recursive: true, force: true });
      resolve();
    };
    child.once("error", (error) => onEnd(error.message));
    child.once("close", (code, signal) => onEnd(signal ?? `exit code ${code}`));
  });

  const welcome = new Promise<void>((resolve) => {
    client.onIopub = ({ header }: Message) => {
      if (header.msg_type === "iopub_welcome") resolve();
    };
  });
  const shutdown = async (): Promise<void> => {
    const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
    client.request("control", "shutdown_request", { restart: false }).catch(() => undefined);
    await exited;
    clearTimeout(patience);
  };
  // Before the welcome, a status on IOPub could be missed.
  await Promise.race([welcome, exited]);
  const reply = await client.request("shell", "kernel_info_request", {});
  client.onIopub = () => undefined;
  return { client, process: child, info: reply.content, connection, shutdown };
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(
    servers.map((server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
