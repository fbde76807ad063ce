/** A cell that leaves processes behind, and answers with their pids. */

/**
 * A child that shares the session's pipes, a child with one of its own, one in a group of its own, and a daemon: a process in a session of
 * its own, whose parent has ended.
 */
export const START_CHILDREN = `
  const { execSync, spawn } = require("node:child_process");
  const children = [
    spawn("sleep", ["300"], { stdio: "inherit" }),
    spawn("sh", ["-c", "sleep 300 & wait"]),
    spawn("sleep", ["300"], { detached: true, stdio: "ignore" }),
  ];
  const daemon = execSync("setsid sleep 300 > /dev/null 2>&1 & echo $!", { encoding: "utf8" }).trim();
  return { value: [...children.map(({ pid }) => pid), daemon].join() }`;
