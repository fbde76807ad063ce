/** The parts of a zip archive (PKWARE's APPNOTE): signatures and sizes. Numbers lie with their lowest byte first. */

/** Before each file: the same as in the directory, which is what counts. */
export const LOCAL = { signature: 0x04034b50, size: 30 } as const;
/** Of each file in the directory at the end of the archive. */
export const CENTRAL = { signature: 0x02014b50, size: 46 } as const;
/** At the very end: where the directory is. */
export const END = { signature: 0x06054b50, size: 22 } as const;
/** The same in 64 bits, and where that is. */
export const END64 = { signature: 0x06064b50, size: 56 } as const;
export const LOCATOR64 = { signature: 0x07064b50, size: 20 } as const;

/** The field of 32 bits that says "see the 64 bits elsewhere". */
export const IN_64_BITS = 0xffffffff;
/** The extra field that holds them. */
export const EXTRA_64 = 0x0001;

/** How a file lies in the archive: as it is, or deflated. */
export const STORED = 0;
export const DEFLATED = 8;
