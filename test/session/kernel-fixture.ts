/** Stands for a kernel process that is killed: starts a session, brings it into a state, and tells the pids of what is to end with it. */
import { START_CHILDREN } from "./children.js";
import { Notebook } from "./notebook.js";

const notebook = new Notebook();
const { result } = await notebook.run(START_CHILDREN);
const children = String(result?.data["text/plain"]).replaceAll("'", "").split(",").map(Number);
const tell = () => process.send?.([notebook.session.pid, ...children]);
if (process.argv[2] === "busy") {
  notebook.onEvent = tell;
  await notebook.run('console.log("busy"); while (true);');
}
tell();
