/**
 * What other runtimes import in their ways: npm and JSR packages by a prefix, modules of the web by their address, built-in modules of
 * theirs. Cells import as Node does; this says how.
 */
import { builtinModules } from "node:module";
import { nearest } from "../spelling.js";

/** Where packages of npm are served from, with how their names stand in the address. */
const MIRRORS: readonly RegExp[] = [
  /^https?:\/\/esm\.sh\/(?:v\d+\/|stable\/)?(?<name>(?:@[\w.-]+\/)?[\w.-]+)(?:@(?<version>[^/?#]+))?/u,
  /^https?:\/\/(?:cdn\.skypack\.dev|unpkg\.com|ga\.jspm\.io\/npm:|esm\.run)\/?(?<name>(?:@[\w.-]+\/)?[\w.-]+)(?:@(?<version>[^/?#]+))?/u,
  /^https?:\/\/cdn\.jsdelivr\.net\/npm\/(?<name>(?:@[\w.-]+\/)?[\w.-]+)(?:@(?<version>[^/?#]+))?/u,
];

/** Whether Node loads a module by such a specifier without a file: its content is in it. */
export function isDataUrl(specifier: string): boolean {
  return /^data:/iu.test(specifier);
}

/** What to write for a specifier of another runtime; undefined for one that may be a package of the usual kind. */
export function foreignSpecifier(
  specifier: string,
  isInstalled: (name: string) => boolean = () => false,
): string | undefined {
  if (/^(?:torch|torchvision|pytorch|numpy)(?:\/|$)/u.test(specifier))
    return "It is a library of Python's. Leave the import out: tensor, nn, optim, data, train and viz are there without one.";
  const npm = /^npm:\/?(?<name>(?:@[\w.-]+\/)?[\w.-]+)(?:@(?<version>[^/]+))?(?<path>\/.*)?$/u.exec(
    specifier,
  )?.groups;
  if (npm) return fromNpm(npm["name"]!, npm["version"], npm["path"] ?? "", isInstalled);
  const jsr = /^jsr:\/?(?<name>@[\w.-]+\/[\w.-]+)(?:@[^/]+)?(?<path>\/.*)?$/u.exec(specifier)?.groups;
  if (jsr)
    return `Packages of JSR are not loaded by this name: run npx jsr add ${jsr["name"]!}, then import "${jsr["name"]!}${jsr["path"] ?? ""}".`;
  if (/^https?:/iu.test(specifier)) {
    const found = MIRRORS.map((mirror) => mirror.exec(specifier)?.groups).find((groups) => groups);
    const instead = found
      ? fromNpm(found["name"]!, found["version"], "", isInstalled)
      : "Install a package that has it from npm, or download the file beside the notebook and import its path.";
    return `Modules are not loaded from the web. ${instead}`;
  }
  if (specifier.startsWith("node:")) {
    const near = nearest(
      specifier.slice(5),
      builtinModules.filter((name) => !name.startsWith("_")),
    );
    return (
      `Node ${process.versions.node} has no such module.` +
      (near === undefined ? "" : ` Did you mean 'node:${near.replace(/^node:/u, "")}'?`)
    );
  }
  const other = /^(bun|deno|cloudflare|workerd|ext):/u.exec(specifier)?.[1];
  if (other !== undefined) return `Only ${TITLES[other] ?? other} has this module; cells run in Node.js.`;
  const scheme = /^([a-z][\w+.-]+):/iu.exec(specifier)?.[1];
  return scheme === undefined || scheme === "file" || scheme === "data"
    ? undefined
    : `Cells import packages by their names, files by their paths; nothing is loaded by "${scheme}:".`;
}

const TITLES: Readonly<Record<string, string>> = {
  bun: "Bun",
  deno: "Deno",
  ext: "Deno",
  cloudflare: "Cloudflare",
  workerd: "Cloudflare",
};

function fromNpm(
  name: string,
  version: string | undefined,
  path: string,
  isInstalled: (name: string) => boolean,
): string {
  const plain = `import "${name}${path}"`;
  if (isInstalled(name)) return `The package is installed; write ${plain}.`;
  return `Run npm install ${name}${version === undefined ? "" : `@${version}`} beside the notebook, then ${plain}.`;
}
