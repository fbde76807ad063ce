/**
 * Entry of the session process: prepares the world that cells see, tells that it is ready, and takes requests.
 */
import { extname } from "node:path";
import { shutInspectorPort } from "../../inspector-port.js";
import { resetLocale } from "../../locale/notebook.js";
import type { ChildOptions } from "../child-process.js";
import type { Request } from "../messages.js";
import { installAdvice } from "./run/advice.js";
import { acceptComm } from "./comm/channel.js";
import { DebugHost } from "./debug/debug-host.js";
import { installDisplayHost } from "./output/display-host.js";
import { emit, emitStream, REQUESTS_FD } from "./output/event-pipe.js";
import { Evaluator } from "./run/evaluator.js";
import type { Work } from "./run/work.js";
import { currentTask, startAttribution } from "./run/attribution.js";
import { afterInterrupt, installInterruptHost } from "./interrupt/interrupt-host.js";
import { startWatchdog, terminate } from "./interrupt/interrupt.js";
import { preview } from "./run/value-preview.js";
import { Modules } from "./modules/modules.js";
import { installOutput } from "./output/streams.js";
import { clearOutput, answer, createScope } from "./prelude.js";
import { cellError } from "./run/errors.js";
import { Requests } from "./requests.js";
import { installStackTraces } from "./run/stack.js";
import { installInput } from "./output/stdin.js";
import { installTimers } from "./output/timers.js";
import { installRequire } from "./modules/commonjs.js";
import { installPrograms } from "./modules/programs.js";
import { isOurs } from "./warnings.js";
import { endWithKernel } from "./interrupt/watchdog.js";
import { installWidgetManager } from "./widgets/manager.js";

/** The one place where the kernel reaches the runtime. */
const RUNTIME = new URL(`../../../src/index${extname(import.meta.url)}`, import.meta.url).href;

const WATCHDOG_FIRST_MS = 2_000;

shutInspectorPort();
resetLocale();
const options = JSON.parse(process.argv[2] ?? "{}") as ChildOptions;
// User code sees a process that was started for the notebook, not the kernel's command line.
process.argv.length = 1;

installStackTraces(RUNTIME);
startAttribution(terminate);
installOutput();
installInput();
installTimers();
console.clear = () => clearOutput();
installDisplayHost();
installInterruptHost();
installWidgetManager();

let runtime: Record<string, unknown> = {};
try {
  runtime = (await import(options.runtime ?? RUNTIME)) as Record<string, unknown>;
} catch (error) {
  emitStream(
    0,
    "stderr",
    `The runtime could not be loaded, so its names are missing in cells:\n${cellError(error).traceback.join("\n")}\n`,
  );
}

installRequire(() => runtime);
const modules = new Modules(process.cwd(), () => runtime);
const { scope, history } = createScope(runtime);
installAdvice(scope);
const evaluator = new Evaluator(scope, history, modules, new DebugHost(scope, modules));

process.on("uncaughtException", (error) => evaluator.uncaught(error));
process.on("unhandledRejection", (error, promise) => evaluator.uncaught(error, promise));
// Node calls this at the very end of process.exit. Its own version would wait for the watchdog's inspector to leave, and says so even of a
// process that kills itself: the kernel process ends this one.
(process as unknown as { reallyExit: (code?: number) => void }).reallyExit = (code) => {
  emit({ type: "exiting", code: code ?? 0 });
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
// VS Code interrupts with SIGINT to all children of the kernel; the kernel tells the watchdog instead.
process.on("SIGINT", () => undefined);
// Node's own listener writes to file descriptor 2, past the cell that caused the warning.
process.removeAllListeners("warning");
process.on("warning", ({ name, message }) => {
  const text = `${name}: ${message}`;
  if (isOurs(text)) return;
  // What an interrupted cell had open is closed when it is collected, and its code is not to blame.
  if (evaluator.interrupted && /^Closing (?:file descriptor|a FileHandle)/.test(message)) return;
  console.error(text);
});

/** Takes a request; user code that it runs is left to the returned work. */
function accept(request: Request): Work | undefined {
  switch (request.type) {
    case "run":
      return evaluator.run(request.run, request.cell, request);
    case "evaluate":
      return evaluator.evaluate(request.id, request.run, request.cell);
    case "input_reply":
      return answer(request.id, request.value, request.cancelled);
    case "comm":
      return acceptComm(request.message);
    default:
      return request satisfies never;
  }
}

emit({ type: "ready", pid: process.pid });
// The watchdog's thread sees the kernel's end too, knows what else is to end, and may just be starting: it goes first.
const requests = new Requests(REQUESTS_FD, accept, () => setTimeout(endWithKernel, WATCHDOG_FIRST_MS));
startWatchdog(
  {
    mayInterrupt: (through, press) => evaluator.mayInterrupt(through, press),
    interrupt(through, press, hit) {
      evaluator.interrupt(through, press, hit);
      // The interrupt may have taken the loop of `serve` with it.
      requests.serveLater();
    },
  },
  () => requests.pump(),
  (id, path, prefix) => emit({ type: "preview", id, value: preview(scope, path, prefix) }),
);
// The watchdog's own thread is none of these.
installPrograms((end) => (currentTask() ? afterInterrupt(end) : () => undefined));
