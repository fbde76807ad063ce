/**
 * Which layer an error comes from, where the library calls it: a model of the user's own names the layer in its own line, `this.head.forward(x)`, but
 * nn.Sequential has one line for all of its layers.
 */

/** The path of the layer that threw, from the outermost container so far. */
const paths = new WeakMap<Error, { path: string; message: string }>();

/**
 * The error with the layer's name in the container behind its message: "… (in layer 1.0)".
 * @param error what the layer threw; what is no Error stays as it is
 */
export function inLayer(error: unknown, name: string): unknown {
  if (!(error instanceof Error)) return error;
  const known = paths.get(error);
  const { message } = known ?? error;
  const path = known === undefined ? name : `${name}.${known.path}`;
  paths.set(error, { path, message });
  const before = error.message;
  const after = `${message} (in layer ${path})`;
  // A stack begins with the message that the error was made with.
  const { stack } = error;
  error.message = after;
  if (stack !== undefined) error.stack = stack.replace(before, () => after);
  return error;
}
