/** A kernel whose log nobody reads any more, as after the death of the program that started it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Dealer } from "zeromq";
import { launchKernel } from "../../kernel/client/launch.js";

test("what cannot be logged ends nothing and repeats nothing: the kernel answers, and ends when it is told to", async () => {
  const kernel = await launchKernel({ cwd: import.meta.dirname });
  const ended = once(kernel.process, "exit");
  const stranger = new Dealer({ linger: 0 });
  try {
    const stderr = kernel.process.stderr!;
    stderr.destroy();
    await once(stderr, "close");
    const { transport, ip, ports } = kernel.connection;
    stranger.connect(`${transport}://${ip}${transport === "ipc" ? "-" : ":"}${ports.shell}`);
    // Refused, which is logged.
    for (let i = 0; i < 5; i++) await stranger.send(["no", "message"]);
    const { content } = await kernel.client.request("shell", "execute_request", { code: "1 + 1" });
    assert.equal(content["status"], "ok");
  } finally {
    stranger.close();
    await kernel.shutdown();
  }
  assert.deepEqual(await ended, [0, null]);
});
