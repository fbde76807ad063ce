/** `%%html`: the cell as HTML. */
import { EncodedBundle } from "../../encoded-bundle.js";
import { emit } from "../output/event-pipe.js";
import { currentRun } from "../output/streams.js";
import type { MagicCall } from "./magic.js";

export function html({ body }: MagicCall): void {
  const bundle = EncodedBundle.of({ data: { "text/html": body, "text/plain": body.trim() }, metadata: {} });
  emit({ type: "display", run: currentRun(), bundle, update: false });
}
