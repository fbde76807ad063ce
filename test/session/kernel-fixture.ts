/** Stands for a kernel process that is killed: starts a session, brings it into a state, and tells its pid. */
import { Notebook } from "./notebook.js";

const notebook = new Notebook();
await notebook.run("$.x = 1");
if (process.argv[2] === "busy") {
  notebook.onEvent = () => process.send?.(notebook.session.pid);
  await notebook.run('console.log("busy"); while (true);');
}
process.send?.(notebook.session.pid);
