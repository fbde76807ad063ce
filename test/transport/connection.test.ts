import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import {
  addressOf,
  ConnectionError,
  parseConnection,
  readConnectionFile,
} from "../../kernel/transport/connection.js";

const folder = mkdtempSync(join(tmpdir(), "cellgrad-test-"));
after(() => rmSync(folder, { recursive: true }));

const file = {
  transport: "tcp",
  ip: "127.0.0.1",
  shell_port: 1,
  control_port: 2,
  iopub_port: 3,
  stdin_port: 4,
  hb_port: 5,
  key: "k",
  signature_scheme: "hmac-sha256",
};

const refused = (read: () => unknown, why: RegExp): void =>
  assert.throws(read, (error: unknown) => {
    assert.ok(error instanceof ConnectionError);
    assert.match(error.message, why);
    assert.ok(!error.message.includes("\n"), "one line");
    return true;
  });

test("a connection file as Jupyter writes it is read", () => {
  const path = join(folder, "good.json");
  writeFileSync(path, JSON.stringify({ ...file, kernel_name: "cellgrad", jupyter_session: "/n.ipynb" }));
  const connection = readConnectionFile(path);
  assert.deepEqual(connection, {
    transport: "tcp",
    ip: "127.0.0.1",
    ports: { shell: 1, control: 2, iopub: 3, stdin: 4, hb: 5 },
    key: "k",
    signatureScheme: "hmac-sha256",
  });
  assert.equal(addressOf(connection, "hb"), "tcp://127.0.0.1:5");
});

test("with IPC the address is the path and the port", () => {
  const connection = parseConnection({ ...file, transport: "ipc", ip: "/run/k" }, "f");
  assert.equal(addressOf(connection, "shell"), "ipc:///run/k-1");
});

test("an IPv6 address is put in brackets", () => {
  assert.equal(addressOf(parseConnection({ ...file, ip: "::1" }, "f"), "shell"), "tcp://[::1]:1");
});

test("a file that is missing, unreadable or no JSON is an error in one line that names it", () => {
  refused(() => readConnectionFile(join(folder, "none.json")), /none\.json: there is no such file/);
  refused(() => readConnectionFile(folder), /cannot read the connection file/);
  const broken = join(folder, "broken.json");
  writeFileSync(broken, "{");
  refused(() => readConnectionFile(broken), /broken\.json is not JSON/);
  if (process.getuid?.() !== 0) {
    chmodSync(broken, 0);
    refused(() => readConnectionFile(broken), /permission denied/);
  }
});

test("each field that is wrong is named, with what was expected and what came", () => {
  const read = (change: object) => () => parseConnection({ ...file, ...change }, "f");
  refused(() => parseConnection([], "f"), /does not hold a JSON object/);
  refused(read({ shell_port: undefined }), /shell_port should be a port number, not undefined/);
  refused(read({ hb_port: "five" }), /hb_port should be a port number, not "five"/);
  refused(read({ iopub_port: 70000 }), /iopub_port/);
  refused(read({ transport: "pigeon" }), /transport should be "tcp" or "ipc", not "pigeon"/);
  refused(read({ key: 7 }), /key should be a string, not 7/);
  refused(read({ curve_publickey: "a" }), /go together/);
  refused(read({ curve_publickey: "a", curve_secretkey: "b" }), /40 characters of Z85/);
});

test("a registration file leaves the ports to the kernel and says where to tell them", () => {
  const registration = {
    kernel_id: "k",
    transport: "tcp",
    registration_ip: "127.0.0.1",
    registration_port: 6000,
    key: "k",
    signature_scheme: "hmac-sha256",
  };
  const read = (change: object = {}) => parseConnection({ ...registration, ...change }, "f");
  assert.deepEqual(read().registration, { address: "tcp://127.0.0.1:6000", kernelId: "k" });
  assert.deepEqual(read().ports, { shell: 0, control: 0, iopub: 0, stdin: 0, hb: 0 });
  assert.equal(read().ip, "127.0.0.1");
  assert.deepEqual(read({ registration_port: "6000" }).registration, read().registration);
  assert.equal(
    read({ transport: "ipc", registration_ip: "/run/l" }).registration!.address,
    "ipc:///run/l-6000",
  );
  refused(() => read({ registration_port: "six" }), /registration_port should be a port number, not "six"/);
  refused(() => read({ registration_ip: 7 }), /registration_ip should be a string, not 7/);
});

test("where the launcher gives the ports, a registration socket is not asked for", () => {
  const connection = parseConnection({ ...file, registration_ip: "127.0.0.1", registration_port: 6000 }, "f");
  assert.equal(connection.registration, undefined);
  assert.equal(connection.ports.shell, 1);
});
