/** Starts a session: the one function of this folder that the kernel calls. */
import type { StartSession } from "./session.js";
import { SessionSupervisor } from "./supervisor.js";

export const startSession: StartSession = (options) => new SessionSupervisor(options);
