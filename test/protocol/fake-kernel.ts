/**
 * A kernel whose cells are functions of the test: no process, no TypeScript, no sockets. What it sends is kept, and `ask` returns what
 * belongs to one request.
 */
import { HistoryFile } from "../../kernel/protocol/history/history-file.js";
import { Kernel } from "../../kernel/protocol/kernel.js";
import type { CompileResult, Language } from "../../kernel/language/language.js";
import { EncodedBundle } from "../../kernel/session/encoded-bundle.js";
import type { CellOutcome, OutputEvent, Session, SessionOptions } from "../../kernel/session/session.js";
import { newHeader, type Json, type Message } from "../../kernel/wire/message.js";

/** What a cell of the test can do while it "runs". */
export interface CellIo {
  readonly run: number;
  emit(event: OutputEvent): void;
  print(text: string, name?: "stdout" | "stderr"): void;
  /** Resolves when the cell is interrupted. */
  readonly interrupted: Promise<void>;
  /** Asks the user; rejects when refused. */
  input(prompt: string, password?: boolean): Promise<string>;
}

/** The outcome is "ok" where a cell returns nothing. */
export type FakeCell = (io: CellIo) => CellOutcome | undefined | Promise<CellOutcome | undefined>;

export interface FakeOptions {
  /** Code → what it does; other code does nothing. */
  readonly cells?: Readonly<Record<string, FakeCell>>;
  /** Expression → its value, for user_expressions; others fail. */
  readonly values?: Readonly<Record<string, EncodedBundle>>;
  readonly language?: Partial<Language>;
  readonly session?: Partial<Session>;
}

export interface Sent {
  readonly channel: string;
  readonly message: Message;
}

export interface Answer {
  /** Undefined where the message type has none. */
  readonly reply: Message | undefined;
  /** Messages on IOPub with the request as parent, in order. */
  readonly iopub: readonly Message[];
}

export class FakeKernel {
  readonly sent: Sent[] = [];
  readonly logged: string[] = [];
  /** What was called on the session and the language service, in order. */
  readonly calls: string[] = [];
  readonly kernel: Kernel;
  /** The restart flags of shutdowns. */
  readonly shutdowns: boolean[] = [];
  session!: SessionOptions;
  readonly #options: FakeOptions;
  readonly #questions = new Map<number, { resolve: (value: string) => void; reject: (why: Error) => void }>();
  readonly #interrupts: (() => void)[] = [];

  constructor(options: FakeOptions = {}) {
    this.#options = options;
    this.kernel = new Kernel({
      cwd: "/nowhere",
      ports: { shell: 1, control: 2, iopub: 3, stdin: 4, hb: 5 },
      history: new HistoryFile(undefined, (line) => this.logged.push(line)),
      startSession: (session) => this.#startSession(session),
      startLanguage: () => this.#startLanguage(),
      send: (channel, message) => this.sent.push({ channel, message }),
      publish: ({ content, ...message }) =>
        this.sent.push({ channel: "iopub", message: { ...message, content: decoded(content) } }),
      log: (line) => this.logged.push(line),
      onShutdown: (restart) => this.shutdowns.push(restart),
    });
  }

  /** Sends a request and returns at once; `answer` waits for what comes back. */
  send(
    type: string,
    content: Json,
    options: {
      channel?: "shell" | "control";
      subshell?: unknown;
      metadata?: Json;
      buffers?: Uint8Array[];
    } = {},
  ): Message {
    const message: Message = {
      identities: [Buffer.from("client")],
      header: {
        ...newHeader(type, "client-session", "tester"),
        ...("subshell" in options && { subshell_id: options.subshell }),
      },
      parentHeader: {},
      metadata: options.metadata ?? {},
      content,
      buffers: options.buffers ?? [],
    };
    this.kernel.receive(options.channel ?? "shell", message);
    return message;
  }

  /** All that belongs to a request, once it is idle. */
  async answer(request: Message): Promise<Answer> {
    const of = (sent: Sent): boolean => sent.message.parentHeader["msg_id"] === request.header.msg_id;
    await this.until(() =>
      this.sent.some((sent) => of(sent) && sent.message.content["execution_state"] === "idle"),
    );
    const messages = this.sent.filter(of);
    return {
      reply: messages.find(({ channel }) => channel === "shell" || channel === "control")?.message,
      iopub: messages.filter(({ channel }) => channel === "iopub").map(({ message }) => message),
    };
  }

  async ask(...request: Parameters<FakeKernel["send"]>): Promise<Answer> {
    return this.answer(this.send(...request));
  }

  async execute(code: string, more: Json = {}): Promise<Answer> {
    return this.ask("execute_request", { code, ...more });
  }

  /** Waits until a condition holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise(setImmediate);
  }

  #startSession(session: SessionOptions): Session {
    this.session = session;
    return {
      pid: 1,
      inspector: { open: () => undefined, send: () => undefined, close: () => undefined },
      run: async (run, cell) => {
        this.calls.push(`run ${cell.source}`);
        const interrupted = new Promise<void>((resolve) => this.#interrupts.push(resolve));
        const outcome = await this.#options.cells?.[cell.source]?.(this.#io(run, interrupted));
        return outcome ?? { status: "ok" };
      },
      evaluate: async (_run, cell) => {
        const value = this.#options.values?.[cell.source];
        if (value) return value;
        throw { ename: "ReferenceError", evalue: `${cell.source} is not defined`, traceback: [] };
      },
      preview: async () => undefined,
      interrupt: async () => {
        this.calls.push("interrupt");
        for (const interrupt of this.#interrupts.splice(0)) interrupt();
      },
      setCompanion: () => undefined,
      inputReply: (id, value) => this.#questions.get(id)?.resolve(value),
      inputRefused: (id, why) => this.#questions.get(id)?.reject(new Error(why)),
      comm: ({ kind, commId }) => void this.calls.push(`comm ${kind} ${commId}`),
      restart: async () => undefined,
      close: async () => void this.calls.push("session closed"),
      ...this.#options.session,
    };
  }

  #io(run: number, interrupted: Promise<void>): CellIo {
    const emit = this.session.onOutput;
    return {
      run,
      emit,
      interrupted,
      print: (text, name = "stdout") => emit({ type: "stream", run, name, text }),
      input: (prompt, password = false) => {
        const id = this.#questions.size + 1;
        return new Promise((resolve, reject) => {
          this.#questions.set(id, { resolve, reject });
          emit({ type: "input", run, id, prompt, password });
        });
      },
    };
  }

  #startLanguage(): Language {
    return {
      onProcess: () => undefined,
      compile: async ({ source, number }) => compiled(source, `Cell [${number}]`),
      commit: async (cell) => {
        this.calls.push(`commit ${cell}`);
        return [];
      },
      discard: (cell) => void this.calls.push(`discard ${cell}`),
      ended: async () => undefined,
      compileFragment: async (code) => ({ ok: true, js: code, scope: "$", awaits: false }),
      breakPositions: async () => [],
      compileExpression: async (code) => compiled(code, "expression"),
      complete: async () => ({ matches: [], start: 0, end: 0 }),
      inspect: async () => undefined,
      isComplete: async () => ({ status: "complete", indent: "" }),
      variables: async () => [],
      setLocale: async (locale) => void this.calls.push(`language ${locale}`),
      changeFolder: async (folder) => void this.calls.push(`folder ${folder}`),
      reset: async () => void this.calls.push("language reset"),
      close: async () => void this.calls.push("language closed"),
      ...this.#options.language,
    };
  }
}

export function compiled(source: string, name: string): CompileResult {
  return {
    ok: true,
    cell: { js: source, map: "{}", name },
    names: { reads: [], declares: [], assigns: [], later: {} },
    warnings: [],
  };
}

/** A message's content as clients read it. */
const decoded = (content: Json | Buffer): Json =>
  Buffer.isBuffer(content) ? (JSON.parse(content.toString()) as Json) : content;

export const text = (value: string): EncodedBundle =>
  EncodedBundle.of({ data: { "text/plain": value }, metadata: {} });

export const types = (messages: readonly Message[]): string[] =>
  messages.map(({ header, content }) =>
    header.msg_type === "status" ? String(content["execution_state"]) : header.msg_type,
  );
