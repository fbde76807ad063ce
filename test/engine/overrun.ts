/**
 * Reads behind the end of a buffer on purpose: `npm run test:sanitize` expects this process to be ended by the address sanitizer, and
 * takes no test for passed otherwise.
 */
import { loadNative } from "../../src/engine/cpu/native.js";
import { load, view } from "./programs.js";

const f32 = "float32" as const;
const count = 4096;
const bytes = 4 * count;
const engine = loadNative();
engine.numThreads = 1;
const buffer = engine.allocate(bytes / 2);
const executable = engine.compile({
  externals: [
    { bytes, access: "in" },
    { bytes, access: "out" },
  ],
  scalars: 0,
  arenaBytes: 0,
  kernels: [
    {
      kind: "map",
      dims: [count],
      body: {
        loads: [view(0, f32, [1])],
        code: [load(0, f32), { kind: "unary", op: "tanh", a: 0, dtype: f32 }],
      },
      stores: [{ view: view(1, f32, [1]), value: 1 }],
    },
  ],
  commit: 1,
});
executable.run([engine.part(buffer, 0, bytes), engine.allocate(bytes)]);
console.error("a read behind the end of a buffer was not noticed");
