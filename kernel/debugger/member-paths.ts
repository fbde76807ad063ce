/** How what a variable has is written in code, so that a client can ask for it by an expression. */

/** The field of a variable that says so. */
export function evaluateName(path: string | undefined): { evaluateName?: string } {
  return path === undefined ? {} : { evaluateName: path };
}

/** An expression for a member of what `path` means. */
export function member(path: string | undefined, name: string): string | undefined {
  if (path === undefined) return undefined;
  if (/^\d+$/.test(name)) return `${path}[${name}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
    ? `${path}.${name}`
    : `${path}[${JSON.stringify(name)}]`;
}
