/**
 * A user at JupyterLab: writes a notebook, opens it in headless Chromium, uses menus, keys and cells, and sees what is shown.
 * JupyterLab and the browser start once for a test file. What a user cannot see at once (is the kernel idle, is the cell done)
 * is asked of JupyterLab's own application object, never waited for by the clock.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before } from "node:test";
import { chromium as browserType, type Browser, type Locator, type Page } from "playwright-core";
import { chromium, jupyterEnvironment, missing, root, startJupyterLab } from "./environment.js";

export const skip = missing("python", "chromium");
/** After this long something that a test waits for will not come, on however slow a machine, in milliseconds. */
const PATIENCE_MS = 400_000;
/** Screenshots stay here for a person to look at. */
const screenshots = join(root, "out", "screenshots");

export interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | readonly string[];
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A cell as JupyterLab holds it, as far as tests read it. */
export interface Cell {
  readonly cell_type: string;
  readonly source: string;
  readonly execution_count: number | null;
  readonly outputs: readonly Output[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What the cell's outputs say, without colours: streams, plain text of results, and tracebacks. */
export function textOf(cell: Cell): string {
  return cell.outputs
    .map((output) => [output.text ?? output.data?.["text/plain"] ?? output.traceback ?? ""].flat().join(""))
    .join("")
    .replace(/\x1b\[[\d;]*m/g, "");
}

/** What a user has changed in the settings editor, by plugin: `{ "completer-extension/manager": { … } }`. */
export type Settings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Starts JupyterLab and Chromium before the tests of the file that calls it, and ends them afterwards. */
export function useLab(settings: Settings = {}): Lab {
  const lab = new Lab(settings);
  before(() => (skip ? undefined : lab.start()), { timeout: 600_000 });
  after(() => lab.stop());
  return lab;
}

const NOTEBOOK = `const widget = app.shell.currentWidget, notebook = widget.content;`;

export class Lab {
  /** The folder that JupyterLab serves. */
  readonly folder = mkdtempSync(join(tmpdir(), "cellgrad-lab-"));
  /** Errors on the page's console since the start. */
  readonly errors: string[] = [];
  readonly #settings: Settings;
  #server: Awaited<ReturnType<typeof startJupyterLab>> | undefined;
  #browser: Browser | undefined;
  #page: Page | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get page(): Page {
    assert.ok(this.#page, "JupyterLab has not been started");
    return this.#page;
  }

  async start(): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    const environment = jupyterEnvironment();
    for (const [plugin, values] of Object.entries(this.#settings)) {
      const file = join(environment.JUPYTERLAB_SETTINGS_DIR!, "@jupyterlab", `${plugin}.jupyterlab-settings`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(values));
    }
    [this.#server, this.#browser] = await Promise.all([
      startJupyterLab(this.folder, environment),
      browserType.launch({
        executablePath: chromium!,
        args: [
          ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
          ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
        ],
      }),
    ]);
    this.#page = await this.#browser.newPage({ viewport: { width: 1400, height: 1000 } });
    this.#page.setDefaultTimeout(PATIENCE_MS);
    this.#page.on("pageerror", (error) => this.errors.push(String(error)));
    this.#page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(`${message.text()} (${message.location().url})`);
    });
    await this.load("/lab?reset");
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.#server?.stop();
  }

  /** Loads the page anew, as a user who reloads it or comes back later; kernels go on running. */
  async load(path: string): Promise<void> {
    const { url, token } = this.#server!;
    await this.page.goto(`${url}${path}${path.includes("?") ? "&" : "?"}token=${token}`);
    await this.page.waitForFunction(
      `window.jupyterapp && (window.opened ??= new Promise((resolve) => {
         window.jupyterapp.commands.commandExecuted.connect((_, { id, result }) => {
           if (id === "filebrowser:open-path") void result.then(resolve, resolve);
         });
       })) && window.jupyterapp.restored.then(() => true)`,
      undefined,
      { timeout: PATIENCE_MS },
    );
    // What the address names is brought to the front a while after all else is there, and over what has been opened meanwhile.
    if (path.includes("/tree/")) await this.page.evaluate("window.opened");
  }

  /** Runs `body` in the page; there `app` is JupyterLab's application and `args` what is given. */
  evaluate<T>(body: string, args: unknown = null): Promise<T> {
    return this.page.evaluate(
      `(async (app, args) => { ${body} })(window.jupyterapp, ${JSON.stringify(args)})`,
    );
  }

  /** Waits until `body`, which runs as in `evaluate`, returns something true. */
  async until(what: string, body: string, args: unknown = null): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await this.evaluate(body, args))) {
      if (Date.now() > end) {
        await this.screenshot("timeout.png");
        assert.fail(`waited ${PATIENCE_MS / 1000} s in vain until ${what}; see ${screenshots}/timeout.png`);
      }
      await this.page.waitForTimeout(25);
    }
  }

  /** Writes a notebook of code cells. */
  write(name: string, sources: readonly string[]): void {
    const cells = sources.map((source, index) => ({
      ...{ cell_type: "code", id: `cell-${index}`, metadata: {}, execution_count: null, outputs: [], source },
    }));
    const kernelspec = { name: "cellgrad", display_name: "TypeScript (cellgrad)", language: "typescript" };
    const content = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
    writeFileSync(join(this.folder, name), JSON.stringify(content));
  }

  /** Opens a notebook of the folder, or brings it to the front, and waits for its kernel. */
  async open(name: string): Promise<void> {
    await this.evaluate(`await app.commands.execute("docmanager:open", { path: args })`, name);
    await this.untilKernel("idle");
  }

  /** Writes a notebook of these cells and opens it. */
  async notebook(name: string, sources: readonly string[] = [""]): Promise<void> {
    this.write(name, sources);
    await this.open(name);
  }

  /** Opens a Console with a kernel of its own. */
  async console(): Promise<void> {
    await this.evaluate(
      `await app.commands.execute("console:create", { kernelPreference: { name: "cellgrad" }, activate: true })`,
    );
    await this.untilKernel("idle");
  }

  /** The kernel of the notebook or console in front is connected and in this state. */
  untilKernel(status: "idle" | "busy"): Promise<void> {
    return this.until(
      `the kernel is ${status}`,
      // The indicator says "idle" before there is a kernel; what is run then is dropped.
      `const kernel = app.shell.currentWidget?.sessionContext?.session?.kernel;
       return kernel?.connectionStatus === "connected" && kernel.status === args;`,
      status,
    );
  }

  /** Chooses an item of the menu bar: `menu("Run", "Run All Cells")`. */
  async menu(name: string, item: string): Promise<void> {
    await this.page.locator(".lm-MenuBar-itemLabel", { hasText: new RegExp(`^${escape(name)}$`) }).click();
    await this.page
      .locator(".lm-Menu-itemLabel", { hasText: new RegExp(`^${escape(item)}$`) })
      .last()
      .click();
  }

  /** Presses a button of the dialog that is open: `accept("Restart")`. */
  async accept(button: string): Promise<void> {
    await this.page.locator(".jp-Dialog button", { hasText: new RegExp(`^${escape(button)}$`) }).click();
  }

  /** Restarts the kernel as a user does, by the menu, and waits until it is there again. */
  async restart(): Promise<void> {
    await this.evaluate(
      `const { session } = app.shell.currentWidget.sessionContext;
       window.kernelRestarted = false;
       session.statusChanged.connect((_, status) => { if (status.includes("restarting")) window.kernelRestarted = true; });`,
    );
    await this.menu("Kernel", "Restart Kernel…");
    await this.accept("Restart");
    await this.until("the kernel restarts", "return window.kernelRestarted");
    await this.untilKernel("idle");
  }

  /** The cells of the notebook in front; one of Markdown has no outputs. */
  cells(): Promise<Cell[]> {
    return this.evaluate(
      `${NOTEBOOK} return notebook.model.toJSON().cells.map((cell) => ({ outputs: [], ...cell }));`,
    );
  }

  /** Makes a cell the active one in command mode, in view: JupyterLab keeps in the page only what is near the view. */
  async select(index: number): Promise<Locator> {
    await this.evaluate(
      `${NOTEBOOK}
       notebook.activeCellIndex = args;
       notebook.deselectAll();
       await notebook.scrollToItem(args, "smart").catch(() => undefined);
       notebook.mode = "command";
       notebook.activate();`,
      index,
    );
    return this.cell(index);
  }

  /** The cell in the page; only one near the view is there, see `select`. */
  cell(index: number): Locator {
    return this.page.locator(
      `.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell[data-windowed-list-index="${index}"]`,
    );
  }

  /** Appends a code cell and makes it active; its index. */
  async append(source = ""): Promise<number> {
    const index = await this.evaluate<number>(
      `${NOTEBOOK}
       const { sharedModel } = notebook.model, index = sharedModel.cells.length;
       sharedModel.insertCell(index, { cell_type: "code", source: args });
       return index;`,
      source,
    );
    await this.select(index);
    return index;
  }

  /** Appends a cell and runs it by Ctrl+Enter; its index, at once, for a cell that is to be watched. */
  async launch(source: string): Promise<number> {
    const index = await this.append(source);
    await this.page.keyboard.press("Control+Enter");
    return index;
  }

  /** Appends a cell, runs it, and answers with it when it is done. */
  async run(source: string): Promise<Cell> {
    return this.done(await this.launch(source));
  }

  /** Waits until the cell has run. */
  async done(index: number): Promise<Cell> {
    await this.until(
      `cell ${index} has run`,
      `${NOTEBOOK}
       const { model } = notebook.widgets[args];
       return model.executionCount !== null && model.executionState === "idle";`,
      index,
    );
    return (await this.cells())[index]!;
  }

  /** Waits until every code cell has run, and fails with the first error that one of them shows. */
  async allDone(): Promise<Cell[]> {
    await this.until(
      "all cells have run or one failed",
      `${NOTEBOOK}
       const code = notebook.widgets.map((cell) => cell.model).filter((model) => model.type === "code");
       return code.some((model) => model.outputs.toJSON().some((output) => output.output_type === "error"))
         || code.every((model) => model.executionCount !== null && model.executionState === "idle");`,
    );
    const cells = await this.cells();
    const failed = cells.flatMap((cell) => cell.outputs).find(({ output_type }) => output_type === "error");
    assert.equal(failed, undefined, `a cell failed: ${JSON.stringify(failed)}`);
    return cells;
  }

  /** Puts the cursor at the end of a cell's source, as after a click there. */
  async edit(index: number): Promise<void> {
    await this.select(index);
    await this.page.keyboard.press("Enter");
    await this.page.keyboard.press("Control+End");
  }

  /** A picture of the page for a person to look at. */
  async screenshot(file: string): Promise<void> {
    await this.page.screenshot({ path: join(screenshots, file) });
  }

  /** Brings a cell's output into the middle of the view and takes a picture. */
  async look(index: number, file: string): Promise<void> {
    const cell = await this.select(index);
    await cell
      .locator(".jp-Cell-outputArea")
      .evaluate((area: Scrollable) => area.scrollIntoView({ block: "center" }));
    // Two frames: one that lays the cell out, one that draws it.
    await this.page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))",
    );
    await this.screenshot(file);
  }
}

/** An element of the page; the browser's types are not part of this project. */
interface Scrollable {
  scrollIntoView(options: { block: "center" }): void;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
