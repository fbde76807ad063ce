/** What registering a hook gives: how to take it away again. */

/** Takes a hook away again, by `handle.remove()` as in PyTorch or by calling it (`torch.utils.hooks.RemovableHandle`). */
export interface RemovableHandle {
  (): void;
  remove(): void;
}

/** Adds `hook` to the list, in front of all others where `prepend` says so. */
export function addHook<Hook>(hooks: Hook[], hook: Hook, prepend = false): RemovableHandle {
  if (prepend) hooks.unshift(hook);
  else hooks.push(hook);
  let registered = true;
  const remove = (): void => {
    const at = hooks.indexOf(hook);
    if (registered && at >= 0) hooks.splice(at, 1);
    registered = false;
  };
  return Object.assign(remove, { remove });
}

/** @throws TypeError for what cannot be called */
export function checkHook(name: string, hook: unknown): void {
  if (typeof hook !== "function")
    throw new TypeError(`${name}: expected a function, got ${hook === null ? "null" : typeof hook}`);
}
