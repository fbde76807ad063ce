/**
 * Operations give PyTorch's numbers, have their gradients and make their views also on an engine that has no kernels but maps, reductions and
 * products: what others do in one call is composed there.
 */
process.env["CELLGRAD_KERNELS"] = "none";
for (const suite of ["golden", "gradients", "slice", "alias", "arguments"])
  await import(`./${suite}.test.js`);

export {};
