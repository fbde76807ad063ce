/**
 * Parsed files by path and version: all that a program needs of a document registry, without the bookkeeping for many services that
 * TypeScript's own does for each of some 200 files whenever a cell is checked.
 */
import ts from "typescript";

interface Entry {
  readonly file: ts.SourceFile;
  readonly version: string;
  readonly kind: ts.ScriptKind | undefined;
}

export class SourceFiles implements ts.DocumentRegistry {
  readonly #entries = new Map<string, Entry>();

  acquireDocumentWithKey(
    fileName: string,
    path: ts.Path,
    _host: unknown,
    _key: ts.DocumentRegistryBucketKey,
    snapshot: ts.IScriptSnapshot,
    version: string,
    kind?: ts.ScriptKind,
    options?: ts.CreateSourceFileOptions | ts.ScriptTarget,
  ): ts.SourceFile {
    const known = this.#entries.get(path);
    if (known?.version === version && known.kind === kind) return known.file;
    const file = ts.createLanguageServiceSourceFile(
      fileName,
      snapshot,
      options ?? ts.ScriptTarget.ES2022,
      version,
      false,
      kind,
    );
    this.#entries.set(path, { file, version, kind });
    return file;
  }

  updateDocumentWithKey = this.acquireDocumentWithKey.bind(this);

  acquireDocument(
    fileName: string,
    host: ts.CompilerOptions | ts.MinimalResolutionCacheHost,
    snapshot: ts.IScriptSnapshot,
    version: string,
    kind?: ts.ScriptKind,
    options?: ts.CreateSourceFileOptions | ts.ScriptTarget,
  ): ts.SourceFile {
    const key = this.getKeyForCompilationSettings();
    return this.acquireDocumentWithKey(
      fileName,
      fileName as ts.Path,
      host,
      key,
      snapshot,
      version,
      kind,
      options,
    );
  }

  updateDocument = this.acquireDocument.bind(this);

  getKeyForCompilationSettings(): ts.DocumentRegistryBucketKey {
    return "cells" as ts.DocumentRegistryBucketKey;
  }

  /** Files are kept: a library that one program leaves out is in the next again. */
  releaseDocument(): void {
    return;
  }

  releaseDocumentWithKey(): void {
    return;
  }

  reportStats(): string {
    return `${String(this.#entries.size)} files`;
  }
}
