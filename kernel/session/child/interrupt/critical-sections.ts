/**
 * Critical sections: pieces of work that an interrupt must not cut in half. What the watchdog asks for in the middle of one is done at its
 * end. Sections are short; they may be nested.
 *
 * Termination takes effect a call or a loop after it was asked for. Code that enters a section in that time has not begun its work yet and
 * stays where it is, so that the termination finds it there and not in the midst of the section.
 */

/**
 * For so many milliseconds it stays there at most. Termination may have been used up: a time limit of the user's own, of node:vm, that was
 * over at the same moment makes an error of it, which the user's code may catch.
 */
const LIMIT_MS = 20;

let depth = 0;
let terminating = false;
let deferred: (() => void)[] = [];

export function enterSection(): void {
  depth++;
  if (terminating) awaitTermination();
}

function awaitTermination(): void {
  const since = performance.now();
  while (terminating && performance.now() - since < LIMIT_MS);
  terminating = false;
}

export function leaveSection(): void {
  depth--;
  if (depth === 0 && deferred.length > 0) runDeferred();
}

/** Runs `action` so that nothing the watchdog asks for comes in the middle of it. */
export function critical<T>(action: () => T): T {
  enterSection();
  try {
    return action();
  } finally {
    // Not by a call, for which the stack may have no room left.
    depth--;
    if (depth === 0 && deferred.length > 0) runDeferred();
  }
}

/** Runs `action` now, or at the end of the critical section that is being run. */
export function whenUncritical(action: () => void): void {
  if (depth > 0) deferred.push(action);
  else action();
}

export function inSection(): boolean {
  return depth > 0;
}

/** Termination was asked for: from now on no section begins. */
export function expectTermination(): void {
  terminating = true;
}

/** No section is open any more: user code was terminated, past its `finally` blocks, and the stack is gone. */
export function leaveSections(): void {
  terminating = false;
  depth = 0;
  runDeferred();
}

function runDeferred(): void {
  const late = deferred;
  deferred = [];
  for (const action of late) action();
}
