/** kernel_info_request: who this kernel is and which language its cells are in. Answered before anything else has started. */
import { PROTOCOL_VERSION } from "../../wire/message.js";
import { TYPESCRIPT_VERSION, VERSION } from "../../installation.js";
import type { Reply } from "../context.js";

export function kernelInfo(): Reply {
  return {
    content: {
      status: "ok",
      protocol_version: PROTOCOL_VERSION,
      implementation: "cellgrad",
      implementation_version: VERSION,
      language_info: LANGUAGE_INFO,
      banner: `cellgrad ${VERSION}: TypeScript ${TYPESCRIPT_VERSION} on Node ${process.versions.node}, with a deep-learning runtime`,
      debugger: true,
      supported_features: ["debugger", "kernel subshells"],
      help_links: [
        { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
        { text: "Node.js", url: "https://nodejs.org/api/" },
      ],
    },
  };
}

/** As notebooks keep it in their metadata. */
export const LANGUAGE_INFO = {
  name: "typescript",
  version: TYPESCRIPT_VERSION,
  mimetype: "application/typescript",
  file_extension: ".ts",
  pygments_lexer: "typescript",
  // By name: JupyterLab takes an object's name alone, and `{ name: "javascript", typescript: true }` for JavaScript.
  codemirror_mode: "typescript",
  nbconvert_exporter: "script",
} as const;
