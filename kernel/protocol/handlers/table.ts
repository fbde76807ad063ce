/** Message type → handler. What is not here is logged and has no reply. */
import type { Handler, RequestChannel } from "../context.js";
import { commClose, commInfo, commMessage, commOpen } from "./comm.js";
import { complete } from "./complete.js";
import { connect } from "./connect.js";
import { debug } from "./debug.js";
import { execute } from "./execute.js";
import { history } from "./history.js";
import { inspect } from "./inspect.js";
import { interrupt } from "./interrupt.js";
import { isComplete } from "./is-complete.js";
import { kernelInfo } from "./kernel-info.js";
import { shutdown } from "./shutdown.js";
import { createSubshell, deleteSubshell, listSubshells } from "./subshells.js";
import { usage } from "./usage.js";

export interface Row {
  readonly on: readonly RequestChannel[];
  readonly handle: Handler;
  /** Waits for its turn behind other queued requests of its shell; everything else is answered at once, also while a cell runs. */
  readonly queued?: true;
  /**
   * Taken whatever subshell it names. A comm message has no reply to carry an error, and JupyterLab deletes a comm's subshell while the
   * comm's last message is on its way.
   */
  readonly anyShell?: true;
}

export const handlers: Readonly<Record<string, Row>> = {
  execute_request: { on: ["shell"], handle: execute, queued: true },
  kernel_info_request: { on: ["shell", "control"], handle: kernelInfo },
  connect_request: { on: ["shell", "control"], handle: connect },
  complete_request: { on: ["shell"], handle: complete },
  inspect_request: { on: ["shell"], handle: inspect },
  is_complete_request: { on: ["shell"], handle: isComplete },
  history_request: { on: ["shell"], handle: history },
  comm_info_request: { on: ["shell"], handle: commInfo },
  comm_open: { on: ["shell"], handle: commOpen, anyShell: true },
  comm_msg: { on: ["shell"], handle: commMessage, anyShell: true },
  comm_close: { on: ["shell"], handle: commClose, anyShell: true },
  debug_request: { on: ["control"], handle: debug },
  interrupt_request: { on: ["control", "shell"], handle: interrupt },
  create_subshell_request: { on: ["control"], handle: createSubshell },
  delete_subshell_request: { on: ["control"], handle: deleteSubshell },
  list_subshell_request: { on: ["control"], handle: listSubshells },
  usage_request: { on: ["control"], handle: usage },
  shutdown_request: { on: ["control", "shell"], handle: shutdown },
};
