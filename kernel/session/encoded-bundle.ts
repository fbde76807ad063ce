/**
 * A MIME bundle on its way from the session to the sockets: the JSON of Jupyter's display messages, written where the value is shown and
 * passed on as bytes. Who needs what is in it decodes it.
 */
import type { MimeBundle } from "./mime-bundle.js";

export class EncodedBundle {
  /** JSON of the contents by MIME type. */
  readonly data: Buffer;
  readonly metadata: Buffer;
  /** Its text/plain, where it was encoded in this process. */
  readonly plainText: string | undefined;

  constructor(data: Buffer, metadata: Buffer, plainText?: string) {
    this.data = data;
    this.metadata = metadata;
    this.plainText = plainText;
  }

  static of({ data, metadata }: MimeBundle): EncodedBundle {
    const plain = data["text/plain"];
    return new EncodedBundle(
      Buffer.from(JSON.stringify(data)),
      Buffer.from(JSON.stringify(metadata)),
      typeof plain === "string" ? plain : undefined,
    );
  }

  /** An object that has shown itself already answers with an empty bundle. */
  get isEmpty(): boolean {
    return this.data.length === EMPTY_LENGTH;
  }

  decode(): MimeBundle {
    const parse = (json: Buffer) => JSON.parse(json.toString()) as Record<string, unknown>;
    return { data: parse(this.data), metadata: parse(this.metadata) };
  }
}

const EMPTY_LENGTH = "{}".length;
