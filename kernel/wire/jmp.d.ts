/** Types of the part of npm's `jmp` that the kernel uses: its message class, which is the codec. Its Socket needs zeromq 5 and is not used. */
declare module "jmp" {
  interface Properties {
    idents?: Buffer[];
    header?: object;
    parent_header?: object;
    metadata?: object;
    content?: object;
    buffers?: (Buffer | Uint8Array)[];
  }
  interface Message {
    idents: Buffer[];
    header: Record<string, unknown>;
    parent_header: Record<string, unknown>;
    metadata: Record<string, unknown>;
    content: Record<string, unknown>;
    buffers: Buffer[];
    /** Without a key the signature frame is empty. */
    _encode(scheme?: string, key?: string): (Buffer | string | Uint8Array)[];
  }
  const jmp: {
    Message: {
      new (properties?: Properties): Message;
      /** Without a key nothing is verified. Throws what JSON.parse throws; null when there are too few frames. */
      _decode(frames: readonly Buffer[], scheme?: string, key?: string): Message | null;
    };
  };
  export = jmp;
}
