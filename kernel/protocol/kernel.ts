/**
 * The kernel as messages see it: all state of the protocol, wired to a session and a language service. It does not know sockets:
 * messages come in through `receive…` and leave through `ports.send`.
 */
import { v4 as uuid } from "uuid";
import { Debugger } from "../debugger/debugger.js";
import { resetLocale } from "../locale/notebook.js";
import { localized } from "../locale/sentences.js";
import type { Language, StartLanguage } from "../language/language.js";
import type { Typecheck } from "../language/magics/parse.js";
import type { OutputEvent, Session, StartSession } from "../session/session.js";
import type { Message, OutgoingMessage } from "../wire/message.js";
import { Comms } from "./comms.js";
import type { KernelContext, RequestChannel } from "./context.js";
import { debugEvent } from "./handlers/debug.js";
import { Dispatcher } from "./dispatcher.js";
import type { HistoryFile } from "./history/history-file.js";
import { HistoryStore } from "./history/history-store.js";
import { InputRequests } from "./execution/input-requests.js";
import { Interruptions } from "./execution/interruption.js";
import { RecentCompletions } from "./handlers/recent-completions.js";
import { Outputs } from "./output/outputs.js";
import { Publisher, type Parent } from "./output/publisher.js";
import { Staleness } from "./execution/staleness.js";
import { Subshells } from "./execution/subshells.js";
import { Mutex } from "./execution/mutex.js";

export interface KernelOptions {
  readonly startSession: StartSession;
  readonly startLanguage: StartLanguage;
  /** The notebook's folder. */
  readonly cwd: string;
  /** Ports by channel, for connect_request. */
  readonly ports: Readonly<Record<string, number>>;
  /** Where cells are kept beyond this kernel's life. */
  readonly history: HistoryFile;
  send(channel: RequestChannel | "stdin", message: Message): void;
  publish(message: OutgoingMessage): void;
  log(line: string): void;
  /** A client asked the kernel to end; its reply has been sent. */
  onShutdown(restart: boolean): void;
}

export class Kernel implements KernelContext {
  /** Id of this kernel in the headers of its messages. */
  readonly id: string;
  readonly session: Session;
  readonly language: Language;
  readonly publisher: Publisher;
  readonly outputs: Outputs;
  readonly inputs: InputRequests;
  readonly recentCompletions = new RecentCompletions();
  readonly comms: Comms;
  readonly debugger: Debugger;
  debugParent: Parent = {};
  readonly interruptions: Interruptions;
  readonly subshells = new Subshells();
  readonly checks = new Mutex();
  readonly staleness = new Staleness();
  readonly history: HistoryStore;
  readonly ports: Readonly<Record<string, number>>;
  executionCount = 0;
  lastRun = 0;
  typecheck: Typecheck = "error";
  folder: string;
  readonly #options: KernelOptions;
  readonly #dispatcher: Dispatcher;

  constructor(options: KernelOptions, id: string = uuid()) {
    const { cwd, send, log } = options;
    this.#options = options;
    this.folder = cwd;
    this.id = id;
    this.ports = options.ports;
    this.publisher = new Publisher(id, options.publish);
    this.outputs = new Outputs(this.publisher);
    this.inputs = new InputRequests(id, (message) => send("stdin", message), log);
    this.comms = new Comms(this.publisher);
    this.history = new HistoryStore(id, options.history);
    this.#dispatcher = new Dispatcher(this, id, send);
    this.session = options.startSession({
      cwd,
      onOutput: (event) => {
        try {
          this.#onOutput(event);
        } catch (error) {
          // One output that cannot be sent must not hold up those behind it.
          this.log(`${event.type} of a cell was dropped: ${(error as Error).stack}`);
        }
      },
      onRestart: (why) => void this.#onRestart(why),
    });
    this.interruptions = new Interruptions(this.session);
    this.language = options.startLanguage({ cwd });
    this.language.onProcess((pid) => this.session.setCompanion(pid));
    this.debugger = new Debugger({
      session: this.session,
      language: this.language,
      event: (event, body) => debugEvent(this, event, body),
      interrupt: () => this.interruptions.interrupt(),
      log,
    });
  }

  receive(channel: RequestChannel, message: Message): void {
    this.#dispatcher.receive(channel, message);
  }

  receiveStdin(message: Message): void {
    this.inputs.receive(message, this.session);
  }

  log(line: string): void {
    this.#options.log(line);
  }

  async forgetCells(): Promise<void> {
    resetLocale();
    this.typecheck = "error";
    this.folder = this.#options.cwd;
    this.comms.closeAll();
    this.staleness.clear();
    await this.language
      .reset()
      .catch((error: Error) => this.log(`cells were not forgotten: ${error.message}`));
  }

  shutdown(restart: boolean): void {
    this.#options.onShutdown(restart);
  }

  /** Ends the session process and the language service. */
  async close(): Promise<void> {
    const { session, language } = this;
    await Promise.allSettled([session.close(), language.close(), this.#options.history.flushed()]);
  }

  #onOutput(event: OutputEvent): void {
    switch (event.type) {
      case "input":
        return this.inputs.ask(event, this.session);
      case "comm":
        return this.comms.fromSession(event.message, this.outputs.parentOf(event.run));
      case "folder":
        this.folder = event.folder;
        return void this.language.changeFolder(event.folder).catch((error: Error) => this.log(error.message));
      default:
        return this.outputs.handle(event);
    }
  }

  /** The session ended between cells: what it was is shown where its last output stands. */
  async #onRestart(why: string): Promise<void> {
    this.outputs.handle({ type: "stream", run: -1, name: "stderr", text: `${localized(why)}\n` });
    await this.forgetCells();
  }
}
