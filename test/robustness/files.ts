/**
 * Files that are damaged at random: each is read, or refused with a sentence of the function's own, and nothing else happens. Begins with what other
 * programs have written (test/golden/io). `npm run fuzz:files [runs] [seed]`.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { io } from "../../src/index.js";
import { openInput } from "../../src/io/input.js";
import { ZipArchive } from "../../src/io/zip/read.js";
import { zipParts } from "../../src/io/zip/write.js";
import { golden } from "../io/files.js";
import { Chance } from "./chance.js";

type Reader = (file: Uint8Array) => Promise<unknown>;

const readers: Readonly<Record<string, Reader>> = {
  safetensors: io.loadSafetensors,
  npy: io.loadNpy,
  npz: io.loadNpz,
  pt: io.load,
};

/** Numbers at which sizes and offsets go wrong. */
const edges = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x7fffffff, 0xffffffff];

/** The bytes with some of them changed, left out, repeated or made to numbers at an edge. */
function damaged(bytes: Uint8Array, chance: Chance): Uint8Array {
  let out = bytes.slice();
  for (let changes = 1 + chance.below(4); changes > 0; changes--) {
    const at = chance.below(out.length);
    switch (chance.below(5)) {
      case 0:
        out[at] = chance.below(256);
        break;
      case 1:
        out[at]! ^= 1 << chance.below(8);
        break;
      case 2:
        out = out.slice(0, at);
        break;
      case 3: {
        const part = out.slice(at, at + 1 + chance.below(40));
        out = new Uint8Array([...out.subarray(0, at), ...part, ...out.subarray(at)]);
        break;
      }
      default:
        if (at + 4 <= out.length) new DataView(out.buffer).setUint32(at, chance.of(edges), true);
    }
    if (out.length === 0) break;
  }
  return out;
}

/** An archive in which one file is damaged and the checksums are right, so that what reads the file sees it. */
async function damagedWithin(bytes: Uint8Array, chance: Chance): Promise<Uint8Array> {
  const archive = new ZipArchive("fuzz", openInput("fuzz", bytes));
  const entries = archive.entries();
  const chosen = entries.find(({ name }) => name.endsWith(".pkl")) ?? chance.of(entries);
  const contents = entries.map(async ({ name }) => {
    const content = await archive.read(name);
    return { name, bytes: name === chosen.name ? damaged(content, chance) : content };
  });
  return new Uint8Array(Buffer.concat(await zipParts(await Promise.all(contents))));
}

/** @returns how many of the files were still read, and how many refused */
export async function fuzzFiles(runs: number, seed: number): Promise<{ read: number; refused: number }> {
  const chance = new Chance(seed);
  const names = readdirSync(golden("."));
  const files = names.map((name) => ({ name, bytes: new Uint8Array(readFileSync(golden(name))) }));
  const counts = { read: 0, refused: 0 };
  for (let run = 0; run < runs; run++) {
    const { name, bytes } = chance.of(files);
    const read = readers[name.slice(name.lastIndexOf(".") + 1)]!;
    const isArchive = name.endsWith(".npz") || name.endsWith(".pt");
    const isWithin = isArchive && name !== "old.pt" && chance.oneIn(2);
    const file = isWithin ? await damagedWithin(bytes, chance) : damaged(bytes, chance);
    try {
      await read(file);
      counts.read++;
    } catch (error) {
      const { message } = error as Error;
      assert.match(
        message,
        /^(loadSafetensors|loadNpy|loadNpz|load): the bytes/,
        `run ${run} of seed ${seed}, ${name}`,
      );
      counts.refused++;
    }
  }
  return counts;
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const [runs = 100_000, seed = Date.now() % 1e6] = process.argv.slice(2).map(Number);
  console.log(`${runs} files, seed ${seed}`);
  console.log(await fuzzFiles(runs, seed));
}
