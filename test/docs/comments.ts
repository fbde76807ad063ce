/** Public names of the runtime without a doc comment. */
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Names as users write them (`nn.Linear`, `Tensor.sum`) that src/index.ts exports, or that an exported class or namespace has, without a comment. */
export function withoutComment(entry: string): string[] {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([`${root}${entry}`], options);
  const checker = program.getTypeChecker();
  const missing: string[] = [];

  const visit = (symbol: ts.Symbol, name: string): void => {
    const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (meant.flags & ts.SymbolFlags.ValueModule) {
      for (const each of checker.getExportsOfModule(meant)) visit(each, `${name}.${each.name}`);
      return;
    }
    if (!isDescribed(meant)) missing.push(name);
    if (!(meant.flags & ts.SymbolFlags.Class)) return;
    const members = [...(meant.members?.values() ?? []), ...(meant.exports?.values() ?? [])];
    for (const member of members)
      if (isPublicMethod(member) && !isDescribed(member)) missing.push(`${name}.${member.name}`);
  };

  const source = program.getSourceFile(`${root}${entry}`)!;
  for (const each of checker.getExportsOfModule(checker.getSymbolAtLocation(source)!)) visit(each, each.name);
  return missing.sort();

  function isDescribed(symbol: ts.Symbol): boolean {
    return symbol.getDocumentationComment(checker).length > 0;
  }
}

/** A method of a class or of an interface that is merged with it; not what is private, inner or another library's custom. */
function isPublicMethod(member: ts.Symbol): boolean {
  if (!(member.flags & (ts.SymbolFlags.Method | ts.SymbolFlags.Accessor)) || /^(?:_|#)/.test(member.name))
    return false;
  const declaration = member.valueDeclaration ?? member.declarations?.[0];
  if (!declaration || ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === "internal"))
    return false;
  return (
    (ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Override)) === 0
  );
}
