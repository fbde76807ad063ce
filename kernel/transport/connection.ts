/**
 * The connection file: where the sockets are, and the keys. Every way in which it can be wrong ends in one line that says what to do.
 */
import { readFileSync } from "node:fs";

export type Channel = "shell" | "control" | "iopub" | "stdin" | "hb";

const CHANNELS: readonly Channel[] = ["shell", "control", "iopub", "stdin", "hb"];

export type Ports = Readonly<Record<Channel, number>>;

export interface Connection {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  /** 0 stands for any that is free. */
  readonly ports: Ports;
  readonly key: string;
  readonly signatureScheme: string;
  /** CURVE keys in Z85, when the client asks for encryption. */
  readonly curve?: { readonly publicKey: string; readonly secretKey: string };
  /** Whom to tell the ports, where the launcher left them to the kernel. */
  readonly registration?: Registration;
}

/** What the launcher listens with for kernels that choose their ports (JEP 66). */
export interface Registration {
  /** As ZeroMQ writes it. */
  readonly address: string;
  /** By which the launcher knows who registers. */
  readonly kernelId: string;
}

/** A mistake of whoever started the kernel: shown as one line, without a stack. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

/** Reads a connection file as Jupyter writes it, or a registration file. Throws {@link ConnectionError}. */
export function readConnectionFile(path: string): Connection {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is no such file" : (error as Error).message;
    throw new ConnectionError(`cannot read the connection file ${path}: ${why}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ConnectionError(`the connection file ${path} is not JSON: ${(error as Error).message}`);
  }
  return parseConnection(json, path);
}

/** Checks what a connection file holds. `origin` is how errors call it. */
export function parseConnection(json: unknown, origin: string): Connection {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new ConnectionError(`the connection file ${origin} does not hold a JSON object`);
  }
  const file: Fields = new Fields(json as Record<string, unknown>, origin);
  const transport = file.text("transport", "tcp");
  if (transport !== "tcp" && transport !== "ipc") {
    file.refuse("transport", '"tcp" or "ipc"', transport);
  }
  const registers = file.has("registration_port") && !CHANNELS.some((channel) => file.has(`${channel}_port`));
  const registrationIp = file.text("registration_ip", "127.0.0.1");
  const ports = CHANNELS.map((channel) => [channel, registers ? 0 : file.port(`${channel}_port`)]);
  const curve = curveKeys(file);
  return {
    transport,
    // Where no address is given, the kernel binds where only this machine reaches it.
    ip: file.text("ip", registers && transport === "ipc" ? registrationIp : "127.0.0.1"),
    ports: Object.fromEntries(ports) as Ports,
    key: file.text("key", ""),
    signatureScheme: file.text("signature_scheme", "hmac-sha256"),
    ...(curve && { curve }),
    ...(registers && {
      registration: {
        address: endpoint(transport, registrationIp, file.port("registration_port")),
        kernelId: file.text("kernel_id", ""),
      },
    }),
  };
}

/** Reads fields, and says what is wrong with one. */
class Fields {
  readonly #file: Readonly<Record<string, unknown>>;
  readonly #origin: string;

  constructor(file: Readonly<Record<string, unknown>>, origin: string) {
    this.#file = file;
    this.#origin = origin;
  }

  has(field: string): boolean {
    return field in this.#file;
  }

  text(field: string, fallback: string): string {
    const value = this.#file[field] ?? fallback;
    return typeof value === "string" ? value : this.refuse(field, "a string", value);
  }

  /** Launchers made with xeus write numbers of ports as strings. */
  port(field: string): number {
    const value = this.#file[field];
    const port = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
    if (typeof port === "number" && Number.isInteger(port) && port >= 0 && port <= 65535) return port;
    return this.refuse(field, "a port number", value);
  }

  refuse(field: string, expected: string, value: unknown): never {
    throw new ConnectionError(
      `the connection file ${this.#origin}: ${field} should be ${expected}, not ${JSON.stringify(value)}`,
    );
  }

  fail(why: string): never {
    throw new ConnectionError(`the connection file ${this.#origin}: ${why}`);
  }
}

function curveKeys(file: Fields): Connection["curve"] {
  const publicKey = file.text("curve_publickey", "");
  const secretKey = file.text("curve_secretkey", "");
  if ((publicKey === "") !== (secretKey === "")) file.fail("curve_publickey and curve_secretkey go together");
  for (const [field, key] of Object.entries({ curve_publickey: publicKey, curve_secretkey: secretKey })) {
    if (key !== "" && key.length !== 40) {
      file.fail(`${field} should be 40 characters of Z85, not ${key.length}`);
    }
  }
  return publicKey === "" ? undefined : { publicKey, secretKey };
}

/** ZeroMQ's address of a channel. */
export function addressOf(connection: Connection, channel: Channel): string {
  return endpoint(connection.transport, connection.ip, connection.ports[channel]);
}

/** With IPC, the place of an IP address is taken by the beginning of a path. */
export function endpoint(transport: Connection["transport"], ip: string, port: number): string {
  if (transport === "ipc") return `ipc://${ip}-${port}`;
  return `tcp://${ip.includes(":") ? `[${ip}]` : ip}:${port}`;
}

/** A connection as the file from which clients read it. */
export function connectionFile({ transport, ip, ports, key, signatureScheme, curve }: Connection): string {
  const json = {
    transport,
    ip,
    ...Object.fromEntries(CHANNELS.map((channel) => [`${channel}_port`, ports[channel]])),
    key,
    signature_scheme: signatureScheme,
    ...(curve && { curve_publickey: curve.publicKey, curve_secretkey: curve.secretKey }),
    kernel_name: "cellgrad",
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
