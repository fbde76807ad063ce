/**
 * A signature as its reader wants it. Where parameters may be given by position or by an object of options, TypeScript writes the type of that
 * object at each of them, and that what may be left out may be `undefined`; where types follow shapes, it writes how.
 */
export function readableSignature(signature: string): string {
  // Where a type is declared that the cell cannot name is of no use to anybody.
  const text = withConstraints(withoutChecks(signature.replace(/import\("[^"]*"\)\./gu, "")));
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

/** Types of shapes that are computed: `Checked<Result, Tensor<S>>` is a tensor that fits, `Tensor<Ok<Result>>` what comes of it. */
function withoutChecks(signature: string): string {
  const checked = exchanged(signature, "Checked<", ([, parameter = "Tensor"]) => parameter);
  return exchanged(checked, "Tensor<Ok<", () => "Tensor");
}

/** Exchanges each type that begins with `start`, by what is made of its arguments. */
function exchanged(signature: string, start: string, by: (list: readonly string[]) => string): string {
  const name = start.slice(0, start.indexOf("<") + 1);
  const place = new RegExp(`\\b${start}`, "u");
  let text = signature;
  let at = text.search(place);
  while (at >= 0) {
    const found = argumentsFrom(text, at + name.length);
    if (!found) return text;
    text = text.slice(0, at) + by(found.list) + text.slice(found.end);
    at = text.search(place);
  }
  return text;
}

/** `f<S extends Sizes = Sizes>(stride: S)`: what a parameter takes is what its type extends. */
function withConstraints(signature: string): string {
  const [start] = /^(?:new )?[\w$.]+</u.exec(signature) ?? [];
  const parameters = start === undefined ? undefined : argumentsFrom(signature, start.length);
  if (!parameters) return signature;
  let text = signature.slice(parameters.end);
  for (const parameter of parameters.list) {
    const [, name, constraint] = /^(?:const )?(\w+) extends ([^=]*[^=\s])/u.exec(parameter) ?? [];
    if (name === undefined || constraint === undefined) continue;
    text = text.replace(new RegExp(`(?<=: )${name}(?=,|\\)| \\|)`, "gu"), () => constraint);
  }
  return signature.slice(0, parameters.end) + text;
}

/** The arguments of a type, read from behind its opening bracket, and the offset behind the closing one. */
function argumentsFrom(text: string, offset: number): { list: string[]; end: number } | undefined {
  const list: string[] = [];
  let [depth, from] = [0, offset];
  for (let i = offset; i < text.length; i++) {
    const character = text[i]!;
    if (/[<([{]/u.test(character)) depth++;
    else if (/[)\]}]/u.test(character) || (character === ">" && text[i - 1] !== "=")) {
      if (depth-- > 0) continue;
      list.push(text.slice(from, i).trim());
      return { list, end: i + 1 };
    } else if (character === "," && depth === 0) {
      list.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  return undefined;
}
