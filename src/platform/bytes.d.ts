/** Files that the bundles for browsers hold as bytes (scripts/build.mjs). */
declare module "*.wasm" {
  const bytes: Uint8Array;
  export { bytes as default };
}
declare module "*.bin" {
  const bytes: Uint8Array;
  export { bytes as default };
}
