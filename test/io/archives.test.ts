/** Archives and files that are damaged, hostile, or written in trouble. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { io, randn, tensor } from "../../src/index.js";
import { openInput } from "../../src/io/input.js";
import { ZipArchive } from "../../src/io/zip/read.js";
import { zipParts } from "../../src/io/zip/write.js";
import { goldenBytes, temporary } from "./files.js";

const path = temporary();

const archiveOf = (bytes: Uint8Array): ZipArchive => new ZipArchive("load", openInput("load", bytes));
const zip = async (...args: Parameters<typeof zipParts>): Promise<Uint8Array> =>
  new Uint8Array(Buffer.concat(await zipParts(...args)));
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

describe("zip archives", () => {
  for (const compressed of [false, true])
    test(`go there and back ${compressed ? "deflated" : "stored"}`, async () => {
      const contents = [
        { name: "a", bytes: text("hello") },
        { name: "ünï/b", bytes: new Uint8Array(100_000).map((_, i) => i >> 4) },
        { name: "empty", bytes: new Uint8Array(0) },
      ];
      const archive = archiveOf(await zip(contents, { compressed }));
      assert.deepEqual(
        archive.entries().map(({ name, size }) => [name, size]),
        [
          ["a", 5],
          ["ünï/b", 100_000],
          ["empty", 0],
        ],
      );
      for (const { name, bytes } of contents) assert.deepEqual(await archive.read(name), bytes);
      await assert.rejects(archive.read("c"), /it has no "c"/);
    });

  test("stored files begin where they are asked to", async () => {
    const contents = Array.from({ length: 70 }, (_, i) => ({ name: "x".repeat(i + 1), bytes: text("data") }));
    const bytes = Buffer.from(await zip(contents, { alignment: 64 }));
    for (let at = bytes.indexOf("data"); at >= 0; at = bytes.indexOf("data", at + 1))
      assert.equal(at % 64, 0);
    assert.deepEqual(await archiveOf(bytes).read("xxx"), text("data"));
  });

  test("any byte that is changed is noticed", async () => {
    const bytes = await zip([{ name: "a", bytes: text("hello") }]);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 0x10;
      try {
        assert.deepEqual(await archiveOf(changed).read("a"), text("hello"));
      } catch (error) {
        assert.match((error as Error).message, /^load: the bytes /);
      }
    }
    for (let length = 0; length < bytes.length; length++)
      assert.throws(() => archiveOf(bytes.subarray(0, length)), /is no whole zip archive/);
  });

  test("a file that claims more than deflating can hold is refused before it is inflated", async () => {
    const bytes = Buffer.from(
      await zip([{ name: "bomb", bytes: new Uint8Array(1_000_000) }], { compressed: true }),
    );
    const central = bytes.indexOf("PK\u0001\u0002", 0, "latin1");
    bytes.writeUInt32LE(4_000_000_000, central + 24);
    assert.throws(() => archiveOf(bytes), /says that its \d+ bytes hold 4000000000, which cannot be/);
    bytes.writeUInt32LE(500_000, central + 24);
    await assert.rejects(archiveOf(bytes).read("bomb"), /bomb is damaged/);
    bytes.writeUInt32LE(1_010_000, central + 24);
    await assert.rejects(archiveOf(bytes).read("bomb"), /bomb has 1000000 bytes where 1010000 are said/);
  });

  test("what is packed or encrypted in another way is named", async () => {
    const bytes = Buffer.from(await zip([{ name: "a", bytes: deflateRawSync("hello") }]));
    const central = bytes.indexOf("PK\u0001\u0002", 0, "latin1");
    bytes.writeUInt16LE(12, central + 10);
    assert.throws(() => archiveOf(bytes), /a is packed by method 12/);
    bytes.writeUInt16LE(1, central + 8);
    assert.throws(() => archiveOf(bytes), /a is encrypted/);
  });

  test("an archive of PyTorch's with any byte changed is read or refused, never with other numbers in a tensor", async () => {
    const bytes = goldenBytes("values.pt");
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = bytes.slice();
      changed[at]! ^= 0xff;
      try {
        const { epoch } = await io.load<{ epoch: number }>(changed);
        assert.equal(epoch, 3);
      } catch (error) {
        assert.match((error as Error).message, /^load: the bytes/);
      }
    }
  });
});

describe("a file is written whole or not at all", () => {
  test("a link is followed, and who may read the file stays the same", async () => {
    await io.saveNpy(path("x.npy"), tensor([1]));
    chmodSync(path("x.npy"), 0o640);
    symlinkSync(path("x.npy"), path("link.npy"));
    await io.saveNpy(path("link.npy"), tensor([2]));
    assert.equal((await io.loadNpy(path("x.npy"))).item(), 2);
    assert.equal(statSync(path("x.npy")).mode & 0o777, 0o640);
  });

  test(
    "where there is no room for it the old one stays, and the error says so",
    { skip: process.platform === "win32" },
    () => {
      writeFileSync(path("full.npy"), "old");
      const program = `
      import { io, zeros } from ${JSON.stringify(new URL("../../src/index.js", import.meta.url).href)};
      process.on("SIGXFSZ", () => {});
      try { await io.saveNpy(process.argv[2], zeros([1_000_000])); console.log("written"); } catch (error) { console.log(error.message); }
    `;
      writeFileSync(path("full.mts"), program);
      // Files of this process have 64 KiB at most.
      const command = `ulimit -f 64; exec "$0" --import tsx "$1" "$2"`;
      const { stdout, stderr } = spawnSync(
        "bash",
        ["-c", command, process.execPath, path("full.mts"), path("full.npy")],
        { encoding: "utf8" },
      );
      assert.match(
        stdout,
        /saveNpy: .*full\.npy: the file would be larger than this process may write; what was there before is unchanged/,
        stderr,
      );
      assert.equal(readFileSync(path("full.npy"), "utf8"), "old");
      assert.ok(!readdirSync(dirname(path("x"))).some((name) => name.endsWith(".tmp")));
    },
  );

  test("values that change while the file is written are those of the call", async () => {
    const x = randn([100]);
    const before = x.tolist();
    const saving = io.saveNpz(path("live.npz"), { x });
    x.add_(1);
    await saving;
    assert.deepEqual((await io.loadNpz(path("live.npz")))["x"]!.tolist(), before);
  });
});
