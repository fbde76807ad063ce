/**
 * A signature as its reader wants it. Where parameters may be given by position or by an object of options, TypeScript writes the type of that
 * object at each of them, and that what may be left out may be `undefined`.
 */
export function readableSignature(signature: string): string {
  // Where a type is declared that the cell cannot name is of no use to anybody.
  const text = signature.replace(/import\("[^"]*"\)\./gu, "");
  const options = optionsType(text);
  const once =
    options === undefined
      ? text
      : text
          .replaceAll(`: ${options} | `, ": ")
          .replaceAll(` | ${options} | `, " | ")
          .replaceAll(` | ${options},`, ",")
          .replaceAll(`options?: undefined`, `options?: ${options} | undefined`);
  return once.replace(/(\?: [^?]*?) \| undefined(?=, [\w$]+\??: |, \.\.\.|\))/gu, "$1");
}

/** What the last parameter, `options`, is. */
function optionsType(signature: string): string | undefined {
  const [, type] = /, options\?: (Readonly<(?:(?!, options\?: )[^])*>) \| undefined\)/u.exec(signature) ?? [];
  return type;
}
