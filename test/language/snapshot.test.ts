/** A language process that starts from a snapshot knows what one knows that starts without, in every folder. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import type { Answer, Calls, Checked } from "../../kernel/language/requests.js";
import {
  BUNDLE,
  ensureSnapshot,
  findSnapshot,
  FLAGS,
  snapshotProblem,
} from "../../kernel/language/snapshot.js";

process.env["XDG_CACHE_HOME"] = mkdtempSync(join(tmpdir(), "cellgrad-cache-"));

const skip = existsSync(BUNDLE) ? false : "not built: npm run build";
let snapshot: string;

before(async () => {
  if (skip) return;
  assert.equal(findSnapshot(), undefined);
  const umask = process.umask(0);
  snapshot = (await ensureSnapshot())!;
  process.umask(umask);
});

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "cellgrad-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

/** Compiles cells one after another in a process of their own. */
async function compiled(cwd: string, what: readonly string[], cells: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [...FLAGS, ...what, JSON.stringify({ cwd })], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const answers = answersOf(child);
  const call = async (name: keyof Calls, ...args: unknown[]): Promise<unknown> => {
    child.send({ id: 0, name, args });
    const answer = (await answers.next()).value as Answer;
    assert.equal(answer.type, "answer", JSON.stringify(answer));
    return answer.type === "answer" ? answer.value : undefined;
  };
  try {
    assert.equal(((await answers.next()).value as Answer).type, "ready");
    const results: string[] = [];
    for (const [n, code] of cells.entries()) {
      const number = n + 1;
      const { result } = (await call("compile", { source: code, number }, number)) as Checked;
      if (result.ok) await call("commit", number);
      results.push(result.ok ? result.cell.js : result.diagnostics.map(({ message }) => message).join());
    }
    return results;
  } finally {
    child.kill("SIGKILL");
  }
}

async function* answersOf(child: ChildProcess): AsyncGenerator<Answer> {
  const waiting: Answer[] = [];
  let wake: () => void = () => undefined;
  child.on("message", (answer: Answer) => {
    waiting.push(answer);
    wake();
  });
  for (;;) {
    while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    yield waiting.shift()!;
  }
}

const FOLDERS: readonly {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly cells: readonly string[];
  /** What the last cell is answered. */
  readonly last: RegExp;
}[] = [
  {
    name: "an empty folder",
    files: {},
    cells: ["const x = randn([2, 3]);", "const y: string = x"],
    last: /'Tensor<\[2, 3\]>' is not assignable to type 'string'/,
  },
  {
    name: "a folder with a local module",
    files: { "model.ts": "export const width: number = 3;" },
    cells: ['import { width } from "./model";', "const text: string = width"],
    last: /Type 'number' is not assignable to type 'string'/,
  },
  {
    name: "a folder whose files have what is missing",
    files: { "model.ts": "export const width: number = 3;" },
    cells: ["width + 1"],
    last: /Import it: import \{ width \} from "\.\/model\.ts";/,
  },
  {
    name: "a folder with a tsconfig.json",
    files: { "tsconfig.json": '{ "compilerOptions": { "strict": false } }' },
    cells: ["let text: string = null; text", "text = 1"],
    last: /Type 'number' is not assignable to type 'string'/,
  },
  {
    name: "a folder with types of Node of its own",
    files: {
      "node_modules/@types/node/package.json":
        '{ "name": "@types/node", "version": "1.0.0", "types": "index.d.ts" }',
      "node_modules/@types/node/index.d.ts": "declare const onlyHere: 1;",
    },
    cells: ["onlyHere.toFixed()", "const text: string = onlyHere"],
    last: /Type '?(number|1)'? is not assignable to type 'string'/,
  },
];

for (const { name, files, cells, last } of FOLDERS)
  test(`in ${name} cells are checked alike with and without a snapshot`, { skip }, async () => {
    const cwd = folder(files);
    const without = await compiled(cwd, [BUNDLE], cells);
    const withSnapshot = await compiled(cwd, ["--snapshot-blob", snapshot, "service"], cells);
    assert.deepEqual(withSnapshot, without);
    assert.match(withSnapshot.at(-1)!, last);
  });

test("a snapshot is made once, and found from then on", { skip }, async () => {
  assert.equal(await ensureSnapshot(), snapshot);
  assert.equal(findSnapshot(), snapshot);
  assert.deepEqual(readdirSync(dirname(snapshot)).length, 1);
});

const posix = skip || process.platform === "win32" ? skip || "Windows" : false;

test(
  "a snapshot and its folder are this user's alone, also where the umask leaves others all rights",
  { skip: posix },
  () => {
    assert.equal(statSync(snapshot).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(snapshot)).mode & 0o777, 0o700);
  },
);

test("a snapshot that others could have written is not started from", { skip: posix }, () => {
  for (const [path, open, closed] of [
    [dirname(snapshot), 0o777, 0o700],
    [dirname(snapshot), 0o770, 0o700],
    [snapshot, 0o666, 0o600],
    [snapshot, 0o620, 0o600],
  ] as const) {
    chmodSync(path, open);
    assert.equal(findSnapshot(), undefined);
    assert.ok(snapshotProblem()?.startsWith(`${path} belongs to another user, or others can write to it`));
    chmodSync(path, closed);
    assert.equal(findSnapshot(), snapshot);
    assert.equal(snapshotProblem(), undefined);
  }
});

test(
  "another user's snapshot is not started from, and nothing is written beside it",
  { skip: posix || process.getuid?.() !== 0 },
  async () => {
    for (const path of [dirname(snapshot), snapshot]) {
      chownSync(path, 12_345, 12_345);
      assert.equal(findSnapshot(), undefined);
      if (path !== snapshot) {
        assert.equal(await ensureSnapshot(), undefined);
        assert.deepEqual(readdirSync(path).length, 1);
      }
      chownSync(path, 0, 0);
      assert.equal(findSnapshot(), snapshot);
    }
  },
);
