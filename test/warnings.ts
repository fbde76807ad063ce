/** What was written to the error output by `console.warn` while something ran. */
export async function warningsOf(work: () => unknown): Promise<string[]> {
  const said: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void said.push(text);
  try {
    await work();
  } finally {
    console.warn = warn;
  }
  return said;
}
