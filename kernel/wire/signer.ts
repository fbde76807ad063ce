/**
 * HMAC signatures of messages, and the memory that refuses a signature seen before. jmp compares signatures with `!==`, whose time
 * depends on the secret; here the comparison is constant-time.
 */
import { createHmac, getHashes, timingSafeEqual } from "node:crypto";
import { WireError, type RawMessage } from "./raw-message.js";

/** How many signatures are remembered at least; the bound that jupyter_client uses. */
const REMEMBERED = 65_536;
/** Characters of each: 128 bits tell them apart. */
const REMEMBERED_LENGTH = 32;

export class Signer {
  readonly #key: string;
  readonly #algorithm: string;
  #recent = new Set<string>();
  #older = new Set<string>();

  /**
   * @param key from the connection file; empty turns signing off, as the protocol says
   * @param scheme such as "hmac-sha256"; throws when this Node does not have the hash
   */
  constructor(key: string, scheme = "hmac-sha256") {
    const algorithm = /^hmac-(.+)$/.exec(scheme)?.[1] ?? "";
    if (key !== "" && !getHashes().includes(algorithm)) {
      throw new Error(
        `unknown signature_scheme ${JSON.stringify(scheme)}: expected "hmac-" and a hash of this Node, such as "hmac-sha256"`,
      );
    }
    this.#key = key;
    this.#algorithm = algorithm;
  }

  /** Signature frame for the JSON frames of a message; empty without a key. */
  sign(signed: readonly Buffer[]): Buffer {
    if (this.#key === "") return Buffer.alloc(0);
    const hmac = createHmac(this.#algorithm, this.#key);
    for (const frame of signed) hmac.update(frame);
    return Buffer.from(hmac.digest("hex"));
  }

  /** Throws {@link WireError} when the message is unsigned, wrongly signed, or was accepted before. */
  verify({ signature, signed }: RawMessage): void {
    if (this.#key === "") return;
    this.check(signature, signed);
    this.#refuseReplay(signature.toString("latin1", 0, REMEMBERED_LENGTH));
  }

  /** Throws {@link WireError} when frames are unsigned or wrongly signed. */
  check(signature: Buffer, signed: readonly Buffer[]): void {
    if (this.#key === "") return;
    if (signature.length === 0) throw new WireError("message is not signed, though the connection has a key");
    const expected = this.sign(signed);
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new WireError("signature does not match");
    }
  }

  /** Two generations of signatures bound the memory: when the recent one is full, the older one is forgotten. */
  #refuseReplay(signature: string): void {
    if (this.#recent.has(signature) || this.#older.has(signature)) {
      throw new WireError("signature was used before: a replayed message");
    }
    if (this.#recent.size >= REMEMBERED) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(signature);
  }
}
