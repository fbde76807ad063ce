/** Stands for the runtime in tests of the session: small, so that a session starts at once. */
export const answer = 42;

export class Shape {
  constructor(readonly name: string) {}

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": `Shape(${this.name})`, "text/html": `<b>${this.name}</b>` };
  }
}
