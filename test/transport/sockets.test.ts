import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { curveKeyPair, Dealer, Request, Subscriber } from "zeromq";
import {
  addressOf,
  ConnectionError,
  parseConnection,
  type Connection,
} from "../../kernel/transport/connection.js";
import { Sockets } from "../../kernel/transport/sockets.js";
import { decode, encode, newHeader, type Message } from "../../kernel/wire/message.js";
import { Signer } from "../../kernel/wire/signer.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => rmSync(folder, { recursive: true }));
let connections = 0;

const connect = (more: object = {}): Connection =>
  parseConnection(
    {
      transport: "ipc",
      ip: join(folder, `k${connections++}`),
      shell_port: 1,
      control_port: 2,
      iopub_port: 3,
      stdin_port: 4,
      hb_port: 5,
      key: randomBytes(16).toString("hex"),
      ...more,
    },
    "test",
  );

interface Served {
  readonly sockets: Sockets;
  readonly received: { channel: string; message: Message }[];
  readonly logged: string[];
}

async function serve(connection: Connection): Promise<Served> {
  const received: Served["received"] = [];
  const logged: string[] = [];
  const sockets = new Sockets(connection, (line) => logged.push(line));
  await sockets.bind();
  const hear = (channel: "shell" | "control" | "stdin") => (message: Message) => {
    received.push({ channel, message });
    if (channel !== "stdin") sockets.send(channel, { ...message, parentHeader: message.header });
  };
  sockets.listen({ shell: hear("shell"), control: hear("control"), stdin: hear("stdin") });
  return { sockets, received, logged };
}

const request = (type: string): Message => ({
  identities: [],
  header: newHeader(type, "client"),
  parentHeader: {},
  metadata: {},
  content: {},
  buffers: [],
});

test("a message on shell or control is heard, and the answer reaches the client that asked", async () => {
  const connection = connect();
  const signer = new Signer(connection.key);
  const { sockets, received } = await serve(connection);
  for (const channel of ["shell", "control"] as const) {
    const client = new Dealer({ linger: 0 });
    client.connect(addressOf(connection, channel));
    await client.send(encode(request(`${channel}_question`), signer));
    const answer = decode(await client.receive(), signer);
    assert.equal(answer.parentHeader["msg_type"], `${channel}_question`);
    client.close();
  }
  assert.deepEqual(
    received.map(({ channel }) => channel),
    ["shell", "control"],
  );
  await sockets.close();
});

test("frames that are no message are logged and dropped, and the next message is heard", async () => {
  const connection = connect();
  const signer = new Signer(connection.key);
  const { sockets, received, logged } = await serve(connection);
  const client = new Dealer({ linger: 0 });
  client.connect(addressOf(connection, "shell"));
  await client.send(["garbage"]);
  await client.send(encode(request("forged"), new Signer("another key")));
  const replayed = encode(request("first"), signer);
  await client.send(replayed);
  await client.send(replayed);
  await client.send(encode(request("second"), signer));
  await client.receive();
  await client.receive();
  assert.deepEqual(
    received.map(({ message }) => message.header.msg_type),
    ["first", "second"],
  );
  assert.equal(logged.length, 3);
  assert.match(logged.join("\n"), /delimiter[^]*signature does not match[^]*replayed/);
  client.close();
  await sockets.close();
});

test("a handler that throws is logged, and the next message is heard", async () => {
  const connection = connect();
  const logged: string[] = [];
  const sockets = new Sockets(connection, (line) => logged.push(line));
  await sockets.bind();
  const heard: string[] = [];
  const next = new Promise<void>((resolve) => {
    const shell = ({ header }: Message): void => {
      heard.push(header.msg_type);
      if (header.msg_type === "first") throw new Error("of the handler");
      resolve();
    };
    sockets.listen({ shell, control: () => undefined, stdin: () => undefined });
  });
  const client = new Dealer({ linger: 0 });
  client.connect(addressOf(connection, "shell"));
  for (const type of ["first", "second"])
    await client.send(encode(request(type), new Signer(connection.key)));
  await next;
  assert.deepEqual(heard, ["first", "second"]);
  assert.match(logged.join("\n"), /shell: first failed: .*of the handler/);
  client.close();
  await sockets.close();
});

test("a subscriber's first message is iopub_welcome with its subscription, for each subscriber anew", async () => {
  const connection = connect();
  const signer = new Signer(connection.key);
  const { sockets } = await serve(connection);
  for (const topic of ["", "", "kernel"]) {
    const client = new Subscriber({ linger: 0 });
    client.connect(addressOf(connection, "iopub"));
    client.subscribe(topic);
    const frames = await client.receive();
    const welcome = decode(frames, signer);
    // One topic stands before the delimiter, as of every message on IOPub.
    assert.equal(frames[1]!.toString(), "<IDS|MSG>");
    assert.equal(welcome.header.msg_type, "iopub_welcome");
    assert.deepEqual(welcome.parentHeader, {});
    assert.deepEqual(welcome.content, { subscription: topic });
    client.close();
  }
  await sockets.close();
});

test("a subscriber that never reads costs a few messages, and those that read lose nothing", async () => {
  const connection = connect();
  const { sockets } = await serve(connection);
  const address = addressOf(connection, "iopub");
  const stuck = new Subscriber({ linger: 0, receiveHighWaterMark: 1 });
  const readers = [new Subscriber({ linger: 0 }), new Subscriber({ linger: 0 })];
  for (const client of [stuck, ...readers]) {
    client.subscribe();
    client.connect(address);
  }
  // Each has been greeted: it is subscribed.
  for (const client of [stuck, ...readers]) await client.receive();
  const signer = new Signer("");
  const number = (frames: Buffer[]): number => Number(decode(frames, signer).content["number"]);
  const large = 200;
  const all = large + 5_000;
  const read = readers.map(async (client, at) => {
    const numbers: number[] = [];
    while (numbers.at(-1) !== all - 1) {
      const message = decode(await client.receive(), signer);
      if (message.header.msg_type !== "display_data") continue;
      numbers.push(Number(message.content["number"]));
      // One of them takes its time.
      if (at === 1 && numbers.length % 64 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return numbers;
  });
  const text = "y".repeat(2 ** 20);
  for (let i = 0; i < all; i++)
    sockets.publish({ ...request("display_data"), content: { number: i, ...(i < large && { text }) } });
  const expected = Array.from({ length: all }, (_, i) => i);
  for (const numbers of await Promise.all(read)) assert.deepEqual(numbers, expected);
  // What the stuck one finds when it reads after all: what its side and ZeroMQ have kept, and then the newest.
  const kept: number[] = [];
  const marker = all + 1;
  let reading = true;
  const resend = async (): Promise<void> => {
    for (; reading; await new Promise((resolve) => setTimeout(resolve, 10)))
      sockets.publish({ ...request("display_data"), content: { number: marker } });
  };
  const resent = resend();
  while (kept.at(-1) !== marker) {
    const frames = await stuck.receive();
    if (decode(frames, signer).header.msg_type === "display_data") kept.push(number(frames));
  }
  reading = false;
  await resent;
  assert.ok(kept.length < 60, `${kept.length} messages were kept`);
  for (const client of [stuck, ...readers]) client.close();
  await sockets.close();
});

test("the heartbeat sends back what it hears", async () => {
  const connection = connect();
  const { sockets } = await serve(connection);
  const client = new Request({ linger: 0 });
  client.connect(addressOf(connection, "hb"));
  for (const beat of ["ping", "\u0000\u00ff"]) {
    await client.send(beat);
    assert.equal(String(await client.receive()), beat);
  }
  client.close();
  await sockets.close();
});

test("an occupied port is an error in one line that names socket and address", async () => {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const sockets = new Sockets(
    connect({
      transport: "tcp",
      ip: "127.0.0.1",
      shell_port: port,
      control_port: 0,
      iopub_port: 0,
      stdin_port: 0,
      hb_port: 0,
    }),
    () => undefined,
  );
  await assert.rejects(sockets.bind(), (error: unknown) => {
    assert.ok(error instanceof ConnectionError);
    assert.equal(
      error.message,
      `cannot bind the shell socket to tcp://127.0.0.1:${port}: another program uses this address`,
    );
    return true;
  });
  server.close();
});

test("an unknown signature scheme is refused before anything is bound", () => {
  assert.throws(
    () => new Sockets(connect({ signature_scheme: "hmac-none" }), () => undefined),
    (error: unknown) => error instanceof ConnectionError && /unknown signature_scheme/.test(error.message),
  );
});

test("a connection without a key is refused where other machines reach it, and warned of on this one", async () => {
  const tcp = { transport: "tcp", shell_port: 0, control_port: 0, iopub_port: 0, stdin_port: 0, hb_port: 0 };
  for (const ip of ["0.0.0.0", "*", "::", "192.168.1.7", "eth0", "1270.0.0.1", "example.org"]) {
    assert.throws(
      () => new Sockets(connect({ ...tcp, ip, key: "" }), () => undefined),
      (error: unknown) =>
        error instanceof ConnectionError &&
        /has no key, and .* can be reached from other machines/.test(error.message),
      ip,
    );
    assert.doesNotThrow(async () => new Sockets(connect({ ...tcp, ip }), () => undefined).close());
  }
  for (const [more, warns] of [
    [{ ...tcp, ip: "127.0.0.1", key: "" }, true],
    [{ ...tcp, ip: "127.0.0.1" }, false],
    [{ key: "" }, false],
  ] as const) {
    const { sockets, logged } = await serve(connect(more));
    assert.equal(/WARNING: the connection has no key/.test(logged.join("\n")), warns);
    await sockets.close();
  }
});

test(
  "only this user can connect to the sockets of IPC, whatever the umask",
  { skip: process.platform === "win32" },
  async () => {
    for (const umask of [0o000, 0o022, 0o077]) {
      const connection = connect();
      const before = process.umask(umask);
      const { sockets } = await serve(connection);
      // The kernel's children inherit the umask that the user has chosen.
      assert.equal(process.umask(before), umask);
      for (const port of [1, 2, 3, 4, 5]) {
        const { mode } = statSync(`${connection.ip}-${String(port)}`);
        assert.equal(mode & 0o077, 0, mode.toString(8));
      }
      await sockets.close();
    }
  },
);

test("with CURVE keys a client that knows the kernel's key talks to it, and one without is not heard", async () => {
  const { publicKey, secretKey } = curveKeyPair();
  const connection = connect({
    transport: "tcp",
    ip: "127.0.0.1",
    ...Object.fromEntries(
      (await freePorts(5)).map((port, i) => [
        `${["shell", "control", "iopub", "stdin", "hb"][i]}_port`,
        port,
      ]),
    ),
    curve_publickey: publicKey,
    curve_secretkey: secretKey,
  });
  const signer = new Signer(connection.key);
  const { sockets, received } = await serve(connection);
  const plain = new Dealer({ linger: 0 });
  plain.connect(addressOf(connection, "shell"));
  await plain.send(encode(request("in_the_clear"), signer));
  const keys = curveKeyPair();
  const client = new Dealer({
    linger: 0,
    curveServerKey: publicKey,
    curvePublicKey: keys.publicKey,
    curveSecretKey: keys.secretKey,
  });
  client.connect(addressOf(connection, "shell"));
  await client.send(encode(request("encrypted"), signer));
  await client.receive();
  assert.deepEqual(
    received.map(({ message }) => message.header.msg_type),
    ["encrypted"],
  );
  plain.close();
  client.close();
  await sockets.close();
});

async function freePorts(count: number): Promise<number[]> {
  const { createServer } = await import("node:net");
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
