/**
 * A buffer of JavaScript's as the WebAssembly engine sees it: the value's home, beside which its bytes may lie in linear memory too. Only
 * residents.ts and those it calls change what is said here.
 */
export class Home {
  /** Where the value's place in linear memory begins; 0 where it has none. */
  address = 0;
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

  constructor(
    private readonly buffer: ArrayBuffer,
    readonly byteOffset: number,
    readonly byteLength: number,
  ) {}

  bytes(): Uint8Array {
    return (this.view ??= new Uint8Array(this.buffer, this.byteOffset, this.byteLength));
  }
}
