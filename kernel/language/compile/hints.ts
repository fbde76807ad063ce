/**
 * What to do about what TypeScript refuses: the name that was meant, where it can be imported from, or what is written here in place of what
 * people bring along from other languages and libraries (`habits/`).
 */
import { builtinModules } from "node:module";
import type TS from "typescript";
import { ts } from "../compiler.js";
import { aboutForeignName, type Known } from "./habits/foreign-names.js";
import { memberAdvice, memberHabit } from "./habits/members.js";
import { PYTHON_WORDS } from "./habits/names.js";
import { argumentAdvice, numbersAdvice, optionsAdvice, wrongOption } from "./habits/arguments.js";
import {
  callAt,
  callInPlaceOfCall,
  callInPlaceOfIndex,
  callInPlaceOfNew,
  callOfModule,
} from "./habits/objects.js";
import { openDeclaration } from "./habits/open-objects.js";
import { foreignSpecifier } from "./habits/specifiers.js";
import type { Unpacking } from "./habits/unpacking.js";
import type { Importable } from "../program/importable.js";
import { namesInside, resolved } from "../names/namespaces.js";
import type { NotebookSymbols } from "../names/symbols.js";
import { memberNames, text, textBeforeDot, tokenAt, type Place } from "../syntax/nodes.js";
import { callInPlaceOfOperator, changeInPlace, ofNegative } from "./operators.js";
import type { Registry } from "../names/registry.js";
import { aboutOutdated } from "../dataflow/outdated-types.js";
import { aboutShadowed } from "./shadowed-names.js";
import { nearest, sameLetters } from "./spelling.js";

/** A sentence about an object that begins empty, with the declaration to write. */
function openObject(declared: string | undefined): string | undefined {
  return declared && `An object that begins empty stays so for the types; say what it will hold: ${declared}`;
}

/** So many names of a namespace are told. */
const NAMES = 40;

export class Hints {
  readonly #registry: Registry;
  readonly #importable: Importable;
  readonly #symbols: () => NotebookSymbols;

  constructor(registry: Registry, importable: Importable, symbols: () => NotebookSymbols) {
    this.#registry = registry;
    this.#importable = importable;
    this.#symbols = symbols;
  }

  /** A sentence about a name that nobody declares. */
  aboutName(name: string, place: Place): string | undefined {
    const python = Object.hasOwn(PYTHON_WORDS, name) ? PYTHON_WORDS[name] : undefined;
    const known = python ?? this.#inside(name);
    if (known !== undefined) return meant(known);
    const foreign = aboutForeignName(place, this.#known());
    if (foreign !== undefined) return foreign;
    // The checker knows only those names of the notebook that the cell spells right.
    const near = nearest(name, this.#registry.names());
    if (near?.toLowerCase() === name.toLowerCase()) return meant(near);
    const imports = this.#importable.importsOf(name);
    if (imports.length > 0) return `Import it: ${imports.join("  or  ")}`;
    return near === undefined ? undefined : meant(near);
  }

  /** A sentence about a value that does not fit, where its type has been defined again since it was made. */
  aboutOutdated(place: Place): string | undefined {
    return aboutOutdated(place, this.#registry, this.#symbols());
  }

  /** A sentence about a name that a module does not export. */
  aboutExport(name: string): string | undefined {
    if (this.#registry.find(name).length > 0) return `'${name}' is there without an import.`;
    const path = this.#inside(name);
    return path === undefined ? undefined : `It is there without an import as '${path}'.`;
  }

  /** A sentence about a module that can not be found. */
  aboutModule(specifier: string): string | undefined {
    const isLocal = /^\.{0,2}\//u.test(specifier);
    if (isLocal) {
      const files = new Map(this.#importable.localFiles().map((path) => [withoutExtension(path), path]));
      const near = nearest(withoutExtension(specifier), files.keys());
      return near === undefined ? undefined : meant(files.get(near)!);
    }
    if (specifier.startsWith("file:")) return "There is no such file.";
    const packages = this.#importable.packages();
    const foreign = foreignSpecifier(specifier, (name) => packages.includes(name));
    if (foreign !== undefined) return foreign;
    const name = /^(?:@[\w.-]+\/)?[\w.-]+/u.exec(specifier)?.[0];
    if (name !== undefined && name !== specifier && packages.includes(name))
      return `Package '${name}' is installed and has no such file.`;
    const near = nearest(specifier, [...builtinModules, ...packages]);
    if (near !== undefined) return meant(near);
    return name === undefined ? undefined : `Is it installed beside the notebook? npm install ${name}`;
  }

  /** A sentence about an operation that its operands do not have. */
  aboutOperator(place: Place): string | undefined {
    const call = callInPlaceOfOperator(place, this.#symbols().checker, (type) => this.#factoryOf(type));
    return call === undefined ? undefined : `There are no operators on objects; write ${call}`;
  }

  /** A sentence about a call of what is no function. */
  aboutCall(place: Place): string | undefined {
    const shadowed = aboutShadowed(place, undefined, this.#symbols());
    if (shadowed !== undefined) return shadowed;
    const { checker } = this.#symbols();
    const call = callInPlaceOfCall(place, checker) ?? callOfModule(place, checker);
    return call === undefined ? undefined : `Write ${call}`;
  }

  /** A sentence about the value of a getter that is called. */
  aboutGetter({ file, start }: Place): string | undefined {
    const call = callAt(file, start);
    return call && `It is a value, no function; write ${text(call.expression, file)}`;
  }

  /** A sentence about an object in brackets, as a list. */
  aboutIndex(place: Place): string | undefined {
    const { checker } = this.#symbols();
    const call = callInPlaceOfIndex(place, checker);
    if (call !== undefined) return `Objects have no elements by number; write ${call}`;
    return openObject(openDeclaration(place, checker));
  }

  /** A sentence about `a, b = 1, 2`. @param declared whether the cell itself declares a name */
  aboutUnpacking({ statement, targets, write }: Unpacking, declared: { has(name: string): boolean }): string {
    // In a function they may be its own.
    const areNew =
      ts.isSourceFile(statement.parent) &&
      targets.every(
        (target) =>
          ts.isIdentifier(target) &&
          !declared.has(target.text) &&
          this.#registry.find(target.text).length === 0,
      );
    return `This is Python; write ${areNew ? "const " : ""}${write}`;
  }

  /** A sentence about `x += 1`, where x is a constant that can be changed itself. */
  aboutConstant(place: Place): string | undefined {
    return changeInPlace(place, this.#symbols().checker);
  }

  /** A sentence about a member that an object or a namespace does not have. */
  aboutMember(name: string, place: Place): string | undefined {
    const shadowed = aboutShadowed(place, name, this.#symbols());
    if (shadowed !== undefined) return shadowed;
    const { checker } = this.#symbols();
    const { file } = place;
    const access = tokenAt(file, place.start).parent;
    if (!ts.isPropertyAccessExpression(access)) return undefined;
    const { expression, parent } = access;
    const type = checker.getNonNullableType(checker.getTypeAtLocation(expression));
    const namespace = type.symbol;
    if (namespace && namespace.flags & ts.SymbolFlags.ValueModule)
      return this.#aboutNamespace(text(expression, file), name, namespace);
    if (expression.kind === ts.SyntaxKind.SuperKeyword || name === "__init__") return "Write super()";
    const negative = ofNegative(expression, checker, file);
    if (negative !== undefined) return negative;
    const row = memberHabit(name, (member) => type.getProperty(member) !== undefined);
    if (row) {
      const args = ts.isCallExpression(parent) && parent.expression === access ? parent.arguments : [];
      return memberAdvice(
        row,
        name,
        textBeforeDot(expression, file),
        args.map((each) => text(each, file)).join(", "),
      );
    }
    const same = sameLetters(name, memberNames(type, checker));
    if (same !== undefined) return meant(same);
    const declared = openDeclaration(place, checker);
    if (declared !== undefined) return openObject(declared);
    return expression.kind === ts.SyntaxKind.ThisKeyword
      ? `Declare it in the class, above its methods, as in ${name}: number; or let plain JavaScript run: begin the cell with %typecheck warn.`
      : undefined;
  }

  /** A sentence about an argument that a parameter does not take. */
  aboutArgument(place: Place): string | undefined {
    return (
      this.#aboutNumbers(place) ??
      argumentAdvice(place, this.#symbols().checker, (type) => this.#factoryOf(type)) ??
      this.aboutCallOptions(place)
    );
  }

  /** A sentence about options that none of a function's ways to be called takes. */
  aboutCallOptions(place: Place): string | undefined {
    return this.#aboutNumbers(place) ?? wrongOption(place, this.#symbols().checker);
  }

  #aboutNumbers(place: Place): string | undefined {
    return numbersAdvice(place, this.#symbols().checker, (type) => this.#factoryOf(type));
  }

  /** A sentence about arguments of a class whose objects a function makes. */
  aboutNew(place: Place): string | undefined {
    return callInPlaceOfNew(place, this.#symbols().checker, (type) => this.#factoryOf(type));
  }

  /** A sentence about an option that there is not, or something else where an object of options belongs. */
  aboutOptions(place: Place): string | undefined {
    const { checker } = this.#symbols();
    return optionsAdvice(place, checker) ?? wrongOption(place, checker);
  }

  #aboutNamespace(path: string, name: string, namespace: TS.Symbol): string | undefined {
    const { checker } = this.#symbols();
    const names = checker
      .getExportsOfModule(namespace)
      .filter((member) => resolved(member, checker).flags & ts.SymbolFlags.Value)
      .map((member) => member.name);
    const same = sameLetters(name, names);
    if (same !== undefined) return meant(same);
    const elsewhere = this.#inside(name) ?? this.#inside(name, sameLetters);
    if (elsewhere !== undefined) return meant(elsewhere);
    const near = nearest(name, names);
    if (near !== undefined) return meant(near);
    // Classes for a class, functions for a function.
    const isClass = /^[A-Z]/u.test(name);
    const alike = names.filter((other) => /^[A-Z]/u.test(other) === isClass).sort();
    const shown = (alike.length > 0 ? alike : names).slice(0, NAMES);
    return `There is ${shown.map((each) => `${path}.${each}`).join(", ")}${alike.length > NAMES ? " and more" : ""}.`;
  }

  /** A function of the prelude that makes objects of a class of the prelude's, and is called like it: `tensor` for Tensor. */
  #factoryOf(type: TS.Type): string | undefined {
    const { checker, prelude } = this.#symbols();
    const { symbol } = type;
    const made = symbol && prelude.get(symbol.name);
    if (!made || resolved(made, checker) !== symbol) return undefined;
    const name = symbol.name.toLowerCase();
    const factory = prelude.get(name);
    return factory && resolved(factory, checker).flags & ts.SymbolFlags.Function ? name : undefined;
  }

  #known(): Known {
    const { checker, prelude } = this.#symbols();
    return {
      checker,
      find: ([first = "", ...rest]) => {
        let symbol = prelude.get(first);
        for (const name of rest) {
          const namespace = symbol && resolved(symbol, checker);
          if (!namespace || !(namespace.flags & ts.SymbolFlags.ValueModule)) return undefined;
          symbol = checker.getExportsOfModule(namespace).find((member) => member.name === name);
        }
        return symbol && resolved(symbol, checker);
      },
    };
  }

  /** How a name inside of one of the notebook's namespaces is written. */
  #inside(
    name: string,
    choose = (wanted: string, [found]: readonly string[]): string | undefined =>
      wanted === found ? found : undefined,
  ): string | undefined {
    const { checker, symbolOf } = this.#symbols();
    const namespaces = new Map<string, TS.Symbol>();
    for (const known of this.#registry.names()) {
      const binding = this.#registry.find(known).find(({ kind }) => kind === "namespace");
      const symbol = binding && symbolOf(binding);
      if (symbol) namespaces.set(known, symbol);
    }
    for (const { path } of namesInside(namespaces, checker))
      if (choose(name, [path.slice(path.lastIndexOf(".") + 1)]) !== undefined) return path;
    return undefined;
  }
}

function withoutExtension(path: string): string {
  return path.replace(/\.[cm]?[jt]sx?$/u, "");
}

function meant(name: string): string {
  return `Did you mean '${name}'?`;
}
