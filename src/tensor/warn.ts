/** Warnings: what is allowed but hardly ever meant. Each is said once, as Python says its warnings. */

const said = new Set<string>();

/** Writes the message to the error output, the first time that it is given. */
export function warn(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  console.warn(`Warning: ${message}`);
}
