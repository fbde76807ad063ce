/** Magics of IPython that there are not here, and what is written in their place. */

const SHELL = "begin a cell with %%bash";
const PACKAGES = `${SHELL} and write npm install …`;

export const IPYTHON_MAGICS: Readonly<Record<string, string>> = {
  matplotlib: "leave it out, figures are shown without it",
  pip: `packages come from npm: ${PACKAGES}`,
  conda: `packages come from npm: ${PACKAGES}`,
  load_ext: "leave it out, nothing is loaded into the kernel",
  reload_ext: "leave it out, nothing is loaded into the kernel",
  autoreload: "leave it out, edited local files are taken anew by the next import",
  sh: SHELL,
  script: SHELL,
  system: SHELL,
  ls: SHELL,
  mkdir: SHELL,
  rm: SHELL,
  cat: SHELL,
  pwd: "write process.cwd()",
  latex: "write display.latex(`…`)",
  markdown: "write display.markdown(`…`)",
  svg: "write display.svg(`…`)",
  javascript: "write display.html(`<script>…</script>`)",
  js: "write display.html(`<script>…</script>`)",
  tensorboard: "write viz.plot, or train.fit with plot: true",
  prun: "write %timeit",
};
