/** `%env`: the environment of the session, which what it starts inherits. */
import { magicError, type MagicCall } from "./magic.js";

/** Values that nobody wants to find in a notebook that is passed on; asked for by name they are shown. */
const SECRET = /key|token|secret|password|passwd|credential/i;

export function environment({ argument }: MagicCall): void {
  if (argument === "") return void process.stdout.write(list());
  const at = argument.indexOf("=");
  if (at < 0) {
    const value = process.env[argument];
    if (value === undefined)
      throw magicError("EnvError", `${argument} is not set; set it with: %env ${argument}=value`);
    return void process.stdout.write(`${value}\n`);
  }
  process.env[argument.slice(0, at)] = unquoted(argument.slice(at + 1));
}

function list(): string {
  const names = Object.keys(process.env).sort();
  return names.map((name) => `${name}=${SECRET.test(name) ? "<hidden>" : process.env[name]!}\n`).join("");
}

function unquoted(value: string): string {
  const text = value.trim();
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
