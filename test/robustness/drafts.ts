/** Good messages of every type that a kernel takes, as fuzzing starts from them. What is done to them is in `mutations.ts`. */
import type { Json } from "../../kernel/wire/message.js";
import type { Chance } from "./chance.js";

export type FuzzChannel = "shell" | "control" | "stdin";

export interface Draft {
  channel: FuzzChannel;
  header: Json;
  parent: Json;
  metadata: Json;
  content: Json;
  buffers: Buffer[];
}

/** Text that a hasty reader takes wrong: halves of surrogate pairs, astral letters, controls, an open bracket a thousand times. */
export const ODD_TEXTS = [
  "",
  "\ud800",
  "a\udc00b",
  "𨭎🙂".repeat(50),
  "\u0000\u0001\u2028\u202e",
  "(".repeat(1_000),
  "`${".repeat(300),
  "//".repeat(50_000),
  "%typecheck",
  "%nosuchmagic x",
  "?",
  "kept??",
  "import x from 'nowhere'",
  "const = 1",
  "throw new Error('on purpose')",
  "await Promise.reject(null)",
  "__proto__",
];

const CODES = [
  "kept.",
  "Math.ma",
  "kept",
  "console.log(",
  "[1, 2].map((x) => x.",
  "'text'.toUpperC",
  ...ODD_TEXTS,
];

const cursor = (chance: Chance): Json => {
  const code = chance.of(CODES);
  return { code, cursor_pos: chance.below(code.length + 1) };
};
const comm = (chance: Chance): Json => ({
  comm_id: `comm-${chance.below(20)}`,
  data: { method: "update" },
});

interface Kind {
  readonly type: string;
  readonly channels: readonly FuzzChannel[];
  readonly content: (chance: Chance) => Json;
}

/** shutdown_request is not here: done to the word, it would end the kernel by right. `mutations.ts` sends it with bad signatures. */
const KINDS: readonly Kind[] = [
  { type: "kernel_info_request", channels: ["shell", "control"], content: () => ({}) },
  { type: "connect_request", channels: ["shell", "control"], content: () => ({}) },
  { type: "complete_request", channels: ["shell"], content: cursor },
  {
    type: "inspect_request",
    channels: ["shell"],
    content: (chance) => ({ ...cursor(chance), detail_level: chance.below(2) }),
  },
  { type: "is_complete_request", channels: ["shell"], content: (chance) => ({ code: chance.of(CODES) }) },
  {
    type: "history_request",
    channels: ["shell"],
    content: (chance) => ({
      hist_access_type: chance.of(["tail", "range", "search"]),
      output: chance.oneIn(2),
      raw: true,
      session: chance.below(3) - 1,
      start: chance.below(10),
      stop: chance.below(20),
      n: chance.below(20),
      pattern: chance.of(["*", "ran*", "[a-", "\\", "?(", "*".repeat(30) + "x"]),
      unique: chance.oneIn(2),
    }),
  },
  {
    type: "comm_info_request",
    channels: ["shell"],
    content: (chance) => (chance.oneIn(2) ? {} : { target_name: "nobody's" }),
  },
  {
    type: "comm_open",
    channels: ["shell"],
    content: (chance) => ({ ...comm(chance), target_name: chance.of(["nobody's", "jupyter.widget"]) }),
  },
  { type: "comm_msg", channels: ["shell"], content: comm },
  { type: "comm_close", channels: ["shell"], content: comm },
  { type: "usage_request", channels: ["control"], content: () => ({}) },
  { type: "interrupt_request", channels: ["control", "shell"], content: () => ({}) },
  { type: "create_subshell_request", channels: ["control"], content: () => ({}) },
  { type: "list_subshell_request", channels: ["control"], content: () => ({}) },
  {
    type: "delete_subshell_request",
    channels: ["control"],
    content: () => ({ subshell_id: "of nobody" }),
  },
  {
    type: "debug_request",
    channels: ["control"],
    content: (chance) => ({
      seq: chance.below(1_000),
      type: "request",
      command: chance.of(["debugInfo", "inspectVariables", "threads", "source", "noSuchCommand"]),
      arguments: {},
    }),
  },
  { type: "input_reply", channels: ["stdin"], content: () => ({ status: "ok", value: "unasked" }) },
];

/** Types that are answered wherever they go by right. */
const UNANSWERED = new Set(["comm_open", "comm_msg", "comm_close", "input_reply", "debug_request"]);
export const isAnswered = (type: unknown): boolean => !UNANSWERED.has(type as string);

/** A good message of some type. */
export function draft(chance: Chance, id: string): Draft {
  const { type, channels, content } = chance.of(KINDS);
  return around(chance.of(channels), type, id, content(chance));
}

/** A good execute request. */
export function executeDraft(chance: Chance, id: string, code: string): Draft {
  return around("shell", "execute_request", id, {
    code,
    silent: chance.oneIn(4),
    store_history: chance.oneIn(2),
    user_expressions: chance.oneIn(4) ? { value: "kept.answer" } : {},
    allow_stdin: chance.oneIn(2),
    stop_on_error: chance.oneIn(2),
  });
}

function around(channel: FuzzChannel, type: string, id: string, content: Json): Draft {
  const header = {
    msg_id: id,
    msg_type: type,
    session: "fuzz",
    username: "fuzz",
    date: "2026-01-01T00:00:00.000Z",
    version: "5.5",
  };
  return { channel, header, parent: {}, metadata: {}, content, buffers: [] };
}
