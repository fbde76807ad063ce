/**
 * An engine tells of values out of range, at the line that recorded the operation, as soon as it has the one kernel that looks for them.
 */
process.env["CELLGRAD_KERNELS"] = "positions";
for (const suite of ["check", "errors", "special-values"]) await import(`./${suite}.test.js`);

export {};
