/**
 * V8's inspector of the main thread for the kernel process, on the watchdog's thread: the main thread stands still at a breakpoint.
 * It only passes on messages of the inspector's protocol, one JSON object a line. The inspector is switched on by the first message
 * and off when the kernel says so, which resumes the program: without a debugger, cells pay nothing.
 */
import type * as InspectorModule from "node:inspector";
import type * as NetModule from "node:net";

interface Line {
  readonly id?: number;
  readonly method: string;
  readonly params?: object;
}

/**
 * Body of the relay. It is passed on as text, so it must not refer to anything outside of itself nor hold functions with names.
 * @param fd the debugger's pipe
 * @returns how an interrupt wakes a program that stands at a breakpoint
 */
export function debugRelay(fd: number): { resume(): void } {
  const { Session } = process.getBuiltinModule("node:inspector") as typeof InspectorModule;
  const { Socket } = process.getBuiltinModule("node:net") as typeof NetModule;
  const pipe = new Socket({ fd });
  let inspector: InspectorModule.Session | undefined;
  let rest = "";
  pipe.setEncoding("utf8");
  pipe.on("error", () => undefined);
  pipe.on("data", (chunk: string | Buffer) => {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const { id, method, params } = JSON.parse(line) as Line;
      if (method === "close") {
        inspector?.disconnect();
        inspector = undefined;
        continue;
      }
      if (inspector === undefined) {
        inspector = new Session();
        inspector.connectToMainThread();
        inspector.on("inspectorNotification", (event) => pipe.write(`${JSON.stringify(event)}\n`));
      }
      inspector.post(method, params, (error: Error | null, result?: object) => {
        pipe.write(`${JSON.stringify(error ? { id, error } : { id, result })}\n`);
      });
    }
  });
  return {
    resume() {
      inspector?.post("Debugger.resume");
    },
  };
}
