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
  let text = signature;
  for (;;) {
    const start = /\bChecked</u.exec(text);
    if (!start) break;
    const [, parameter, end] = argumentsFrom(text, start.index + start[0].length) ?? [];
    if (parameter === undefined || end === undefined) break;
    text = text.slice(0, start.index) + parameter + text.slice(Number(end));
  }
  for (;;) {
    const start = /\bTensor<Ok</u.exec(text);
    const [, end] = (start && argumentsFrom(text, start.index + "Tensor<".length)) ?? [];
    if (!start || end === undefined) break;
    text = `${text.slice(0, start.index)}Tensor${text.slice(Number(end))}`;
  }
  return text;
}

/** `f<S extends Sizes = Sizes>(stride: S)`: what a parameter takes is what its type extends. */
function withConstraints(signature: string): string {
  const [start] = /^(?:new )?[\w$.]+</u.exec(signature) ?? [];
  const parameters = start === undefined ? undefined : argumentsFrom(signature, start.length);
  if (!parameters) return signature;
  const end = Number(parameters.pop());
  let text = signature.slice(end);
  for (const parameter of parameters) {
    const [, name, constraint] = /^(?:const )?([\w$]+) extends ([^=]*[^=\s])/u.exec(parameter) ?? [];
    if (name === undefined || constraint === undefined) continue;
    text = text.replace(
      new RegExp(`(?<=: )${name.replaceAll("$", "\\$")}(?=,|\\)| \\|)`, "gu"),
      () => constraint,
    );
  }
  return signature.slice(0, end) + text;
}

/** The arguments of a type from an offset behind its bracket on, and the offset behind the bracket that closes them. */
function argumentsFrom(text: string, offset: number): string[] | undefined {
  const found: string[] = [];
  let [depth, from] = [0, offset];
  for (let i = offset; i < text.length; i++) {
    const character = text[i]!;
    if (/[<([{]/u.test(character)) depth++;
    else if (/[)\]}]/u.test(character) || (character === ">" && text[i - 1] !== "=")) {
      if (depth-- > 0) continue;
      return [...found, text.slice(from, i).trim(), String(i + 1)];
    } else if (character === "," && depth === 0) {
      found.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  return undefined;
}
