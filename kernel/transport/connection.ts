/**
 * The connection file: where the sockets are, and the keys. Every way in which it can be wrong ends in one line that says what to do.
 */
import { readFileSync } from "node:fs";

export type Channel = "shell" | "control" | "iopub" | "stdin" | "hb";

const CHANNELS: readonly Channel[] = ["shell", "control", "iopub", "stdin", "hb"];

export interface Connection {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  readonly ports: Readonly<Record<Channel, number>>;
  readonly key: string;
  readonly signatureScheme: string;
  /** CURVE keys in Z85, when the client asks for encryption. */
  readonly curve?: { readonly publicKey: string; readonly secretKey: string };
}

/** A mistake of whoever started the kernel: shown as one line, without a stack. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}

/** Reads a connection file as Jupyter writes it. Throws {@link ConnectionError}. */
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
  const file = json as Record<string, unknown>;
  const text = (field: string, fallback: string): string => {
    const value = file[field] ?? fallback;
    if (typeof value === "string") return value;
    throw new ConnectionError(
      `the connection file ${origin}: ${field} should be a string, not ${JSON.stringify(value)}`,
    );
  };
  const transport = text("transport", "tcp");
  if (transport !== "tcp" && transport !== "ipc") {
    throw new ConnectionError(
      `the connection file ${origin}: transport should be "tcp" or "ipc", not ${JSON.stringify(transport)}`,
    );
  }
  const ports = Object.fromEntries(
    CHANNELS.map((channel) => {
      const port = file[`${channel}_port`];
      if (typeof port === "number" && Number.isInteger(port) && port >= 0 && port <= 65535)
        return [channel, port];
      throw new ConnectionError(
        `the connection file ${origin}: ${channel}_port should be a port number, not ${JSON.stringify(port)}`,
      );
    }),
  ) as Record<Channel, number>;
  const publicKey = text("curve_publickey", "");
  const secretKey = text("curve_secretkey", "");
  if ((publicKey === "") !== (secretKey === "")) {
    throw new ConnectionError(
      `the connection file ${origin}: curve_publickey and curve_secretkey go together`,
    );
  }
  for (const [field, key] of Object.entries({ curve_publickey: publicKey, curve_secretkey: secretKey })) {
    if (key !== "" && key.length !== 40) {
      throw new ConnectionError(
        `the connection file ${origin}: ${field} should be 40 characters of Z85, not ${key.length}`,
      );
    }
  }
  return {
    transport,
    ip: text("ip", "127.0.0.1"),
    ports,
    key: text("key", ""),
    signatureScheme: text("signature_scheme", "hmac-sha256"),
    ...(publicKey !== "" && { curve: { publicKey, secretKey } }),
  };
}

/** ZeroMQ's address of a channel. */
export function addressOf(connection: Connection, channel: Channel): string {
  const port = connection.ports[channel];
  if (connection.transport === "ipc") return `ipc://${connection.ip}-${port}`;
  const host = connection.ip.includes(":") ? `[${connection.ip}]` : connection.ip;
  return `tcp://${host}:${port}`;
}
