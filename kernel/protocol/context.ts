/**
 * What a handler may use, and what it is: one function from a request to the content of its reply. Busy, idle, headers and routing
 * are the dispatcher's work.
 */
import type { Debugger } from "../debugger/debugger.js";
import type { Language } from "../language/language.js";
import type { Typecheck } from "../language/magics/parse.js";
import type { Session } from "../session/session.js";
import type { Json, Message } from "../wire/message.js";
import type { Comms } from "./comms.js";
import type { HistoryStore } from "./history/history-store.js";
import type { InputRequests } from "./execution/input-requests.js";
import type { Interruptions } from "./execution/interruption.js";
import type { RecentCompletions } from "./handlers/recent-completions.js";
import type { Outputs } from "./output/outputs.js";
import type { Parent, Publisher } from "./output/publisher.js";
import type { Staleness } from "./execution/staleness.js";
import type { Subshells } from "./execution/subshells.js";
import type { Mutex } from "./execution/mutex.js";

export type RequestChannel = "shell" | "control";

export interface Reply {
  readonly content: Json;
  readonly metadata?: Json;
  /** The cells that wait behind this one in its shell are not to run. */
  readonly abortsWaiting?: boolean;
}

/** An answer of undefined means that the message type has no reply. What is thrown becomes an error reply. */
export type Handler = (
  request: Message,
  kernel: KernelContext,
) => Reply | undefined | Promise<Reply | undefined>;

export interface KernelContext {
  readonly session: Session;
  readonly language: Language;
  readonly publisher: Publisher;
  readonly outputs: Outputs;
  readonly subshells: Subshells;
  readonly inputs: InputRequests;
  readonly recentCompletions: RecentCompletions;
  readonly interruptions: Interruptions;
  /** Cells are checked and committed in turn: each sees what those that began before it declare, whichever shell they are in. */
  readonly checks: Mutex;
  readonly history: HistoryStore;
  readonly comms: Comms;
  readonly staleness: Staleness;
  readonly debugger: Debugger;
  /** What `%typecheck` has said last. */
  typecheck: Typecheck;
  /** Where cells read files from: the notebook's folder, or where `%cd` has gone. */
  readonly folder: string;
  /** The last request to the debugger, which its events are about. */
  debugParent: Parent;
  /** Ports by channel, for connect_request. */
  readonly ports: Readonly<Record<string, number>>;
  /** Execution count of the last cell that stored history. */
  executionCount: number;
  /** Number of the last execute request: unlike the count it is each request's own. */
  lastRun: number;
  log(line: string): void;
  /** The session process was replaced: its variables, the types of its cells and its comms are gone. */
  forgetCells(): Promise<void>;
  /** Ends the kernel once the reply is on its way. */
  shutdown(restart: boolean): void;
}
