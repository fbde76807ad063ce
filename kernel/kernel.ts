/**
 * A kernel on its sockets: binds, then starts the session, and answers clients meanwhile. Ends with its client's wish, a signal, or its parent.
 */
import type { Language } from "./language/language.js";
import { removeOldFloodFiles } from "./protocol/output/flood-files.js";
import { HistoryFile, historyPath } from "./protocol/history/history-file.js";
import { Kernel } from "./protocol/kernel.js";
import { startSession } from "./session/start.js";
import type { Connection } from "./transport/connection.js";
import { publishConnection } from "./transport/connection-file.js";
import { Sockets } from "./transport/sockets.js";

export interface KernelProcess {
  /** Resolves when the kernel has ended and its sockets are closed. */
  readonly ended: Promise<void>;
  /** Interrupts the running cells. */
  interrupt(): void;
  /** Ends the kernel as a shutdown_request does. */
  stop(): void;
}

export interface Surroundings {
  /** The notebook's folder. */
  readonly cwd: string;
  /** Already on its way: of all that a kernel needs it takes longest to start. */
  readonly language: Language;
  log(line: string): void;
}

/** Starts a kernel. Throws ConnectionError when it cannot have its sockets. */
export async function startKernel(
  connection: Connection,
  { cwd, language, log }: Surroundings,
): Promise<KernelProcess> {
  const sockets = new Sockets(connection, log);
  const ports = await sockets.bind();
  // Whoever registered the kernel knows its ports; others learn them from a file, as of every kernel.
  const retract = connection.registration && publishConnection({ ...connection, ports }, log);
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await kernel.close();
    await sockets.close();
    retract?.();
    end();
  };
  const kernel = new Kernel(
    {
      startSession,
      startLanguage: () => language,
      cwd,
      ports,
      history: new HistoryFile(historyPath(), log),
      send: (channel, message) => sockets.send(channel, message),
      publish: (message) => sockets.publish(message),
      log,
      onShutdown: () => void stop(),
    },
    sockets.id,
  );
  kernel.publisher.status("starting", {});
  sockets.listen({
    shell: (message) => kernel.receive("shell", message),
    control: (message) => kernel.receive("control", message),
    stdin: (message) => kernel.receiveStdin(message),
  });
  // The first cells go first.
  setTimeout(removeOldFloodFiles, 2_000).unref();
  return {
    ended,
    interrupt: () => void kernel.interruptions.interrupt(),
    stop: () => void stop(),
  };
}
