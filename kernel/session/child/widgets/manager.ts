/** Answers a page that has been loaded anew and asks, all at once, which widgets there are. */
import { setTarget, type Channel, type Received } from "../comm/channel.js";
import { separate } from "./buffers.js";
import { snapshots } from "./model.js";

const TARGET = "jupyter.widget.control";

export function installWidgetManager(): void {
  setTarget(TARGET, (channel) => {
    channel.listener = {
      message: (received) => answer(channel, received),
      closed: () => undefined,
    };
    return undefined;
  });
}

function answer(channel: Channel, { data, cause }: Received): undefined {
  if ((data as { method?: unknown }).method !== "request_states") return;
  const { json, paths, buffers } = separate(snapshots());
  channel.send({ method: "update_states", states: json, buffer_paths: paths }, { buffers }, cause);
}
