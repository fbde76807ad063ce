import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Dealer, Router } from "zeromq";
import { publishConnection } from "../../kernel/transport/connection-file.js";
import {
  addressOf,
  ConnectionError,
  parseConnection,
  readConnectionFile,
  type Connection,
} from "../../kernel/transport/connection.js";
import { register } from "../../kernel/transport/registration.js";
import { Sockets } from "../../kernel/transport/sockets.js";
import { Signer } from "../../kernel/wire/signer.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => rmSync(folder, { recursive: true }));

const KEY = "a0436f6c-1916-498b-8eb9-e81ab9368e84";
const hmac = (frame: Buffer | string, key = KEY): string =>
  createHmac("sha256", key).update(frame).digest("hex");

interface Launcher {
  readonly connection: Connection;
  /** The content of the first kernel that registers, checked as the specification says, and acknowledged. */
  registered(): Promise<Record<string, string>>;
  readonly socket: Router;
}

/** A launcher as the specification describes it, written from its text alone. */
async function launcher(transport: "tcp" | "ipc", more: object = {}): Promise<Launcher> {
  const socket = new Router({ linger: 0 });
  const path = join(folder, "registration");
  await socket.bind(transport === "tcp" ? "tcp://127.0.0.1:0" : `ipc://${path}-1`);
  const file = {
    kernel_id: "kernel-7",
    transport,
    registration_ip: transport === "tcp" ? "127.0.0.1" : path,
    registration_port: transport === "tcp" ? Number(/\d+$/.exec(socket.lastEndpoint!)![0]) : 1,
    signature_scheme: "hmac-sha256",
    key: KEY,
    ...more,
  };
  return {
    socket,
    connection: parseConnection(file, "registration.json"),
    registered: async () => {
      const [identity, delimiter, signature, content, ...rest] = await socket.receive();
      assert.equal(String(delimiter), "<IDS|MSG>");
      assert.equal(String(signature), hmac(content!));
      assert.deepEqual(rest, []);
      await socket.send([identity!, "<IDS|MSG>", hmac("ACK"), "ACK"]);
      return JSON.parse(String(content)) as Record<string, string>;
    },
  };
}

for (const transport of ["tcp", "ipc"] as const) {
  test(`over ${transport} a kernel with a registration file tells its launcher the ports that it has bound`, async () => {
    const { connection, registered, socket } = await launcher(transport);
    const sockets = new Sockets(connection, () => undefined);
    const [ports, told] = await Promise.all([sockets.bind(), registered()]);
    assert.deepEqual(told, {
      kernel_id: "kernel-7",
      control_port: String(ports.control),
      shell_port: String(ports.shell),
      stdin_port: String(ports.stdin),
      iopub_port: String(ports.iopub),
      hb_port: String(ports.hb),
    });
    assert.equal(new Set(Object.values(ports)).size, 5);
    sockets.listen({ shell: () => undefined, control: () => undefined, stdin: () => undefined });
    const heart = new Dealer({ linger: 0 });
    heart.connect(addressOf({ ...connection, ports }, "hb"));
    await heart.send(["", "beat"]);
    assert.equal(String((await heart.receive())[1]), "beat");
    heart.close();
    await sockets.close();
    socket.close();
  });
}

const refused = (registering: Promise<unknown>, why: RegExp): Promise<void> =>
  assert.rejects(registering, (error: unknown) => {
    assert.ok(error instanceof ConnectionError);
    assert.match(error.message, why);
    return true;
  });

test("a launcher that does not answer is an error that says how long was waited, where, and what to do", async () => {
  const { connection, socket } = await launcher("tcp");
  const { address } = connection.registration!;
  const ports = { shell: 1, control: 2, iopub: 3, stdin: 4, hb: 5 };
  await refused(
    register(connection.registration!, ports, new Signer(KEY), 50),
    new RegExp(
      `cannot register the kernel at ${address}: no answer within 0.05 s; the launcher .* should listen`,
    ),
  );
  socket.close();
});

test("an acknowledgement that another key has signed, or none, is refused", async () => {
  for (const [frames, why] of [
    [["<IDS|MSG>", hmac("ACK", "other"), "ACK"], /signature does not match/],
    [["<IDS|MSG>", "", "ACK"], /not signed/],
    [["ACK"], /expected <IDS\|MSG>, a signature and one frame, got 1 frame/],
  ] as const) {
    const { connection, socket } = await launcher("tcp");
    const sockets = new Sockets(connection, () => undefined);
    const bound = refused(sockets.bind(), why);
    const [identity] = await socket.receive();
    await socket.send([identity!, ...frames]);
    await bound;
    socket.close();
  }
});

test("a kernel that has registered can be found by other clients through a connection file of its own, until it ends", async () => {
  const { connection, socket } = await launcher("tcp");
  socket.close();
  const ports = { shell: 1, control: 2, iopub: 3, stdin: 4, hb: 5 };
  const before = process.env["JUPYTER_RUNTIME_DIR"];
  process.env["JUPYTER_RUNTIME_DIR"] = join(folder, "runtime");
  try {
    const retract = publishConnection({ ...connection, ports }, assert.fail);
    const path = join(folder, "runtime", "kernel-kernel-7.json");
    const { registration: _, ...expected } = connection;
    assert.deepEqual(readConnectionFile(path), { ...expected, ports });
    if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o077, 0);
    assert.equal((JSON.parse(readFileSync(path, "utf8")) as { kernel_name: string }).kernel_name, "cellgrad");
    retract();
    assert.ok(!existsSync(path));
  } finally {
    if (before === undefined) delete process.env["JUPYTER_RUNTIME_DIR"];
    else process.env["JUPYTER_RUNTIME_DIR"] = before;
  }
});
