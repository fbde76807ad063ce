/** The magics that run in the session, by name; `language/magics/table.ts` says how each is written. */
import { keepCaptured } from "../output/captured.js";
import { bash } from "./bash.js";
import { changeFolder } from "./folder.js";
import { environment } from "./environment.js";
import { html } from "./html.js";
import { changeLocale } from "./locale.js";
import type { MagicCall, MagicHost, SessionMagic } from "./magic.js";
import { who } from "./who.js";
import { writeFile } from "./write-file.js";

const magics: Readonly<Record<string, SessionMagic>> = {
  bash,
  captured: keepCaptured,
  cd: changeFolder,
  env: environment,
  html,
  locale: changeLocale,
  who,
  writefile: writeFile,
};

/** What a cell that stands for a magic calls as `__meta.magic`. */
export function magicCaller(host: MagicHost): (name: string, call: MagicCall) => unknown {
  return (name, call) => magics[name]!(call, host);
}
