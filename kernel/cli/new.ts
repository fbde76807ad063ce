/** `cellgrad new`: makes a folder to begin a project in: a notebook, a module that it imports, data, and the settings of npm, TypeScript and VS Code. */
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { makeFolder } from "../folders.js";
import { VERSION } from "../installation.js";
import { Failure, UsageError, type Command } from "./command.js";
import { projectFiles } from "./project.js";

export const create: Command = {
  help: `cellgrad new FOLDER

  Makes FOLDER with a notebook that reads data, trains a network that a module of yours defines, and saves its weights, and
  with the package.json, tsconfig.json and settings that it takes. The folder must be empty or not there yet.`,

  async run(args) {
    const [given, ...more] = args;
    if (given === undefined || more.length > 0)
      throw new UsageError(`new takes one folder, not ${args.length}: cellgrad new my-project`);
    if (given.startsWith("-")) throw new UsageError(`new has no option ${given}`);
    const folder = resolve(given);
    checkEmpty(folder, given);
    for (const [path, content] of projectFiles(packageName(folder), VERSION)) {
      const file = join(folder, path);
      try {
        makeFolder(dirname(file));
        // Never over a file that has come there meanwhile.
        writeFileSync(file, content, { flag: "wx" });
      } catch (error) {
        throw new Failure(`${file} cannot be written: ${(error as Error).message}`, { cause: error });
      }
    }
    console.log(next(relative(process.cwd(), folder) || "."));
    return 0;
  },
};

function checkEmpty(folder: string, given: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory())
    throw new Failure(`${given} is a file; name a folder that is not there yet`);
  const [first] = readdirSync(folder);
  if (first !== undefined)
    throw new Failure(`${given} is not empty, it has ${first}; name a folder that is empty or not there yet`);
}

/** What npm takes as a name: of "My Project" that is "my-project". */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "");
  return name || "project";
}

function next(folder: string): string {
  const enter = folder === "." ? "" : `  cd ${/\s/.test(folder) ? JSON.stringify(folder) : folder}\n`;
  return `made ${folder}; next:

${enter}  npm install              cellgrad's types for your editor
  npx cellgrad install     the kernel, once for all projects
  jupyter lab              or open notebook.ipynb in VS Code`;
}
