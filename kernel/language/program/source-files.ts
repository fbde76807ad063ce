/**
 * Parsed files by path and version: all that a program needs of a document registry, without the bookkeeping for many services that
 * TypeScript's own does for each of some 200 files whenever a cell is checked.
 */
import type TS from "typescript";
import { formatOf, isLocalFile } from "../../session/child/modules/resolve.js";
import { TARGET, ts } from "../compiler.js";
import { isUndocumented } from "./library-docs.js";

interface Entry {
  readonly file: TS.SourceFile;
  readonly version: string;
  readonly kind: TS.ScriptKind | undefined;
}

/** Parsed files that do not change; each is parsed once in a process, and those of the libraries are in the start snapshot. */
const settledEntries = new Map<string, Entry>();

export class SourceFiles implements TS.DocumentRegistry {
  readonly #own = new Map<string, Entry>();
  readonly #isSettled: (path: string) => boolean;

  /** @param isSettled whether a file stays as it is */
  constructor(isSettled: (path: string) => boolean) {
    this.#isSettled = isSettled;
  }

  acquireDocumentWithKey(
    fileName: string,
    path: TS.Path,
    _host: unknown,
    _key: TS.DocumentRegistryBucketKey,
    snapshot: TS.IScriptSnapshot,
    version: string,
    kind?: TS.ScriptKind,
    options?: TS.CreateSourceFileOptions | TS.ScriptTarget,
  ): TS.SourceFile {
    const entries = this.#isSettled(path) ? settledEntries : this.#own;
    const known = entries.get(path);
    if (known?.version === version && known.kind === kind) return known.file;
    const file = ts.createLanguageServiceSourceFile(
      fileName,
      snapshot,
      parsing(path, snapshot, options),
      version,
      false,
      kind,
    );
    entries.set(path, { file, version, kind });
    return file;
  }

  updateDocumentWithKey = this.acquireDocumentWithKey.bind(this);

  acquireDocument(
    fileName: string,
    host: TS.CompilerOptions | TS.MinimalResolutionCacheHost,
    snapshot: TS.IScriptSnapshot,
    version: string,
    kind?: TS.ScriptKind,
    options?: TS.CreateSourceFileOptions | TS.ScriptTarget,
  ): TS.SourceFile {
    const key = this.getKeyForCompilationSettings();
    return this.acquireDocumentWithKey(
      fileName,
      fileName as TS.Path,
      host,
      key,
      snapshot,
      version,
      kind,
      options,
    );
  }

  updateDocument = this.acquireDocument.bind(this);

  getKeyForCompilationSettings(): TS.DocumentRegistryBucketKey {
    return "cells" as TS.DocumentRegistryBucketKey;
  }

  /** Files are kept: a library that one program leaves out is in the next again. */
  releaseDocument(): void {
    return;
  }

  releaseDocumentWithKey(): void {
    return;
  }

  reportStats(): string {
    return `${String(settledEntries.size + this.#own.size)} files`;
  }
}

function parsing(
  path: string,
  snapshot: TS.IScriptSnapshot,
  given: TS.CreateSourceFileOptions | TS.ScriptTarget = TARGET,
): TS.CreateSourceFileOptions {
  const options = typeof given === "object" ? given : { languageVersion: given };
  if (isUndocumented(path)) return { ...options, jsDocParsingMode: ts.JSDocParsingMode.ParseNone };
  return isModule(path, snapshot, options)
    ? { ...options, impliedNodeFormat: ts.ModuleKind.ESNext }
    : options;
}

/** A local file is the kind of module as which the session runs it, whatever its package.json lets TypeScript think. */
function isModule(path: string, snapshot: TS.IScriptSnapshot, options: TS.CreateSourceFileOptions): boolean {
  if (options.impliedNodeFormat !== ts.ModuleKind.CommonJS) return false;
  if (!isLocalFile(path) || /\.d\.[cm]?ts$/u.test(path)) return false;
  return formatOf(path, () => snapshot.getText(0, snapshot.getLength())) === "module";
}
