/** Which of Node's warnings are about what the kernel does, and no concern of the user's. */

const OURS = [
  /^ExperimentalWarning: (?:VM Modules|vm\.)/,
  // Such a module is loaded all the same, or its error says it.
  /^Warning: To load an ES module, set "type": "module"/,
];

/** @param text `Name: message` */
export function isOurs(text: string): boolean {
  return OURS.some((pattern) => pattern.test(text));
}
