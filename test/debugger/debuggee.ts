/**
 * A kernel with a real session and a real language service, and a client that debugs it: the messages are those of the protocol, only the
 * sockets are left out.
 */
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Breakpoint, Scope, SourceBreakpoint, StackFrame, Variable } from "../../kernel/debugger/dap.js";
import { startLanguage } from "../../kernel/language/start.js";
import type { RequestChannel } from "../../kernel/protocol/context.js";
import { HistoryFile } from "../../kernel/protocol/history/history-file.js";
import { Kernel } from "../../kernel/protocol/kernel.js";
import { startSession } from "../../kernel/session/start.js";
import { newHeader, type Json, type Message, type OutgoingMessage } from "../../kernel/wire/message.js";

const SMALL_RUNTIME = {
  session: new URL("../session/runtime-fixture.ts", import.meta.url).href,
  types: new URL("../session/runtime-fixture.ts", import.meta.url).pathname,
};

export interface Event {
  readonly event: string;
  readonly body: Json;
}

export interface Frame {
  readonly name: string;
  readonly line: number;
}

export class Debuggee {
  /** The notebook's folder. */
  readonly folder = mkdtempSync(join(tmpdir(), "cellgrad-debugger-"));
  readonly kernel: Kernel;
  readonly events: Event[] = [];
  /** What cells have printed. */
  printed = "";
  readonly #replies = new Map<string, (message: Message) => void>();
  readonly #waiting = new Set<() => void>();
  #seen = 0;
  #seq = 0;

  /** @param runtime the real runtime, in place of a small one that starts faster */
  constructor({ runtime = false } = {}) {
    this.kernel = new Kernel({
      cwd: this.folder,
      ports: {},
      history: new HistoryFile(undefined, () => undefined),
      publish: (message) => this.#hearAll(message),
      startSession: (options) =>
        startSession({ ...options, ...(!runtime && { runtime: SMALL_RUNTIME.session }) }),
      startLanguage: (options) =>
        startLanguage({ ...options, ...(!runtime && { runtime: SMALL_RUNTIME.types }) }),
      send: (_channel, message) => this.#replies.get(String(message.parentHeader["msg_id"]))?.(message),
      log: (line) => (this.printed += `${line}\n`),
      onShutdown: () => undefined,
    });
  }

  /** Sends a request and answers the content of its reply. */
  ask(channel: RequestChannel, type: string, content: Json): Promise<Json> {
    const header = newHeader(type, "client", "tester");
    const reply = new Promise<Json>((resolve) => {
      this.#replies.set(header.msg_id, (message) => resolve(message.content));
    });
    this.kernel.receive(channel, {
      ...{ identities: [], header, parentHeader: {}, metadata: {}, content, buffers: [] },
    });
    return reply;
  }

  /** Runs a cell; answers the content of its reply. */
  run(code: string): Promise<Json> {
    return this.ask("shell", "execute_request", { code });
  }

  /** Sends a request to the debugger; answers its response. */
  request(command: string, args: Json = {}): Promise<Json> {
    return this.ask("control", "debug_request", {
      ...{ type: "request", seq: ++this.#seq, command, arguments: args },
    });
  }

  /** The body of a response that says success. */
  async body<T = Json>(command: string, args: Json = {}): Promise<T> {
    const response = await this.request(command, args);
    assert.equal(response["success"], true, `${command}: ${String(response["message"])}`);
    return response["body"] as T;
  }

  async attach(client = "test"): Promise<void> {
    await this.body("initialize", { clientID: client });
    await this.body("attach");
  }

  /** Sets breakpoints in a cell, by lines or in full. */
  async breakCell(code: string, ...points: (number | SourceBreakpoint)[]): Promise<Breakpoint[]> {
    const { sourcePath } = await this.body<{ sourcePath: string }>("dumpCell", { code });
    return this.breakFile(sourcePath, ...points);
  }

  async breakFile(path: string, ...points: (number | SourceBreakpoint)[]): Promise<Breakpoint[]> {
    const breakpoints = points.map((point) => (typeof point === "number" ? { line: point } : point));
    const body = await this.body<{ breakpoints: Breakpoint[] }>("setBreakpoints", {
      source: { path },
      breakpoints,
    });
    return body.breakpoints;
  }

  /** The next event of this name that has not been waited for. */
  async event(name: string): Promise<Json> {
    for (;;) {
      while (this.#seen < this.events.length) {
        const { event, body } = this.events[this.#seen++]!;
        if (event === name) return body;
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Waits until the program stops; answers where: the innermost frame first. */
  async stops(): Promise<Frame[]> {
    await this.event("stopped");
    return (await this.frames()).map(({ name, line }) => ({ name, line }));
  }

  async frames(): Promise<StackFrame[]> {
    return (await this.body<{ stackFrames: StackFrame[] }>("stackTrace", { threadId: 1 })).stackFrames;
  }

  /** The variables of a scope of a frame, by name. */
  async scope(name: string, frame = 0): Promise<Record<string, Variable>> {
    const frameId = (await this.frames())[frame]!.id;
    const { scopes } = await this.body<{ scopes: Scope[] }>("scopes", { frameId });
    const scope = scopes.find((scope) => scope.name === name);
    return scope ? this.children(scope.variablesReference) : {};
  }

  async children(variablesReference: number): Promise<Record<string, Variable>> {
    const { variables } = await this.body<{ variables: Variable[] }>("variables", { variablesReference });
    return Object.fromEntries(variables.map((variable) => [variable.name, variable]));
  }

  /** Evaluates in the innermost frame. */
  async evaluate(expression: string, context = "repl"): Promise<string> {
    const frameId = this.kernel.debugger.stopped ? (await this.frames())[0]!.id : undefined;
    const { result } = await this.body<{ result: string }>("evaluate", { expression, frameId, context });
    return result;
  }

  file(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  close(): Promise<void> {
    return this.kernel.close();
  }

  #hearAll({ header, content }: OutgoingMessage): void {
    if (Buffer.isBuffer(content)) return;
    if (header.msg_type === "debug_event") {
      this.events.push(content as unknown as Event);
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    } else if (header.msg_type === "stream") this.printed += String(content["text"]);
  }
}
