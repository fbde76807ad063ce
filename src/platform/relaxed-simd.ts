/** Whether WebAssembly knows relaxed SIMD here, of which the engine uses that it multiplies and adds at once. */

/** The part of WebAssembly's JavaScript interface used here; TypeScript declares it only together with the whole DOM. */
declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

/** A module of one function: (x: v128) => f32x4.relaxed_madd(x, x, x). */
const probe = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x06, 0x01, 0x60, 0x01, 0x7b, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x00, 0x20, 0x00, 0xfd, 0x85, 0x02, 0x0b],
);

export const knowsRelaxedSIMD = (): boolean => WebAssembly.validate(probe);
