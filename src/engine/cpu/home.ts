/** The place of a home, for who does not keep the home alive. */
export interface Listing {
  readonly home: WeakRef<Home>;
  readonly bytes: number;
  /** Where the value's place in linear memory begins; 0 where it has none. */
  address: number;
}

/**
 * A buffer of JavaScript's as the WebAssembly engine sees it: the value's home, beside which its bytes may lie in linear memory too. Only
 * residents.ts and those it calls change what is said here.
 */
export class Home {
  private listing: Listing | undefined;
  /** The place holds a newer value than the home. */
  stale = false;
  /** Nobody needs the value any more. */
  discarded = false;
  /** How many runs have read or written it. */
  uses = 0;

  /** The run that the fields below are about; those of an earlier run mean nothing. */
  run = 0;
  /** Bytes of it that the run reads or writes, counted once for each external. */
  wanted = 0;
  /** The run reads it, or leaves some of it as it is. */
  usesOld = false;
  /** Where the run writes the new value, which is the place once the run has ended well; 0 where it does not. */
  spare = 0;

  private view: Uint8Array | undefined;

  /** @param source the buffer, which begins where the value does, or what makes it when it is needed */
  constructor(
    readonly byteLength: number,
    private source: ArrayBuffer | (() => ArrayBuffer),
  ) {}

  get address(): number {
    return this.listing?.address ?? 0;
  }

  listed(): Listing {
    return (this.listing ??= { home: new WeakRef(this), bytes: this.byteLength, address: 0 });
  }

  /** Whether there is a buffer already, for large results come without one. */
  get hasBuffer(): boolean {
    return typeof this.source !== "function";
  }

  /** @throws OutOfMemory where it had not been needed before. */
  get buffer(): ArrayBuffer {
    if (typeof this.source === "function") this.source = this.source();
    return this.source;
  }

  bytes(): Uint8Array {
    return (this.view ??= new Uint8Array(this.buffer, 0, this.byteLength));
  }
}
