/**
 * What the kernel itself says, in Chinese. A text is read sentence by sentence against templates; what has none stays English as a whole.
 * TypeScript's own messages are not here (language/compile/chinese.ts).
 */
import { isChinese } from "./notebook.js";
import { filled, reader } from "./templates.js";

/** The first that fits counts, so that those with more words stand before those with fewer. */
export const SENTENCES: Readonly<Record<string, string>> = {
  // Names (rewording.ts, hints.ts)
  "Did you mean '{0}'?": "你是否指的是“{0}”？",
  "Cannot find name '{0}'.": "找不到名称“{0}”。",
  "Cannot find module '{0}'.": "找不到模块“{0}”。",
  "'{0}' does not export '{1}'.": "“{0}”没有导出“{1}”。",
  "'{0}' has no default export; write {1}, or {2}": "“{0}”没有默认导出；请写 {1}，或 {2}",
  "'{0}' has no default export; write {1}": "“{0}”没有默认导出；请写 {1}",
  "'{0}' is there without an import.": "“{0}”无需导入即可使用。",
  "It is there without an import as '{0}'.": "它无需导入即可使用，写作“{0}”。",
  "Import it: {0}  or  {1}  or  {2}": "请导入：{0}  或  {1}  或  {2}",
  "Import it: {0}  or  {1}": "请导入：{0}  或  {1}",
  "Import it: {0}": "请导入：{0}",
  "Declare it: {0}": "请声明：{0}",
  "There are no named arguments in TypeScript: give '{0}' by its place, or in an object of options, { {1}: … }.":
    "TypeScript 没有命名参数：请按位置给出“{0}”，或者放进选项对象：{ {1}: … }。",
  "'{0}' is your own here and hides the one that every cell has; give yours another name and run %reset":
    "这里的“{0}”是你自己定义的，遮住了每个单元格都有的那一个；请给它换个名字，然后运行 %reset",
  "'{0}' is your own here and hides the one that every cell has; {1} brings that back, as {2}":
    "这里的“{0}”是你自己定义的，遮住了每个单元格都有的那一个；{1} 可以取回它，写作 {2}",
  "'{0}' is your own here and hides the one that every cell has; {1} brings that back.":
    "这里的“{0}”是你自己定义的，遮住了每个单元格都有的那一个；{1} 可以取回它。",
  "'{0}' is of '{1}' as it was before it was defined again: run Cell [{2}] again.":
    "“{0}”属于重新定义之前的“{1}”：请重新运行 Cell [{2}]。",
  "'{0}' does not fit what this cell defines:": "“{0}”与这个单元格的定义不符：",
  "A later cell may define it before this is called.": "后面的单元格可以在调用之前定义它。",
  "Cells run in Node.js, which has no page.": "单元格在 Node.js 中运行，那里没有网页。",
  "Node {0} does not have it; a newer one may.": "Node {0} 没有它；更新的版本可能有。",
  "{0} is not here, nor is anything called {1}.": "这里没有 {0}，也没有叫 {1} 的东西。",
  "{0} is not here; for tables there is arquero: npm install arquero":
    "这里没有 {0}；处理表格可以用 arquero：npm install arquero",
  "{0} is not here; write {1}": "这里没有 {0}；请写 {1}",

  // Modules (hints.ts, habits/specifiers.ts)
  "There is no such file.": "没有这个文件。",
  "Package '{0}' is installed and has no such file.": "软件包“{0}”已经安装，但没有这个文件。",
  "Is it installed beside the notebook? npm install {0}": "笔记本旁边安装了它吗？npm install {0}",
  "Packages of JSR are not loaded by this name: run {0}, then {1}.":
    "JSR 的软件包不能按这个名称加载：请运行 {0}，然后写 {1}。",
  'Cells import packages by their names, files by their paths; nothing is loaded by "{0}".':
    "单元格按名称导入软件包，按路径导入文件；不能通过 “{0}” 加载。",
  "Modules are not loaded from the web.": "不能从网络加载模块。",
  "Install a package that has it from npm, or download the file beside the notebook and import its path.":
    "请用 npm 安装含有它的软件包，或者把文件下载到笔记本旁边，再按路径导入。",
  "The package is installed; write {0}.": "这个软件包已经安装；请写 {0}。",
  "Run npm install {0} beside the notebook, then {1}.": "请在笔记本旁边运行 npm install {0}，然后写 {1}。",
  "Node {0} has no such module.": "Node {0} 没有这个模块。",
  "Only {0} has this module; cells run in Node.js.": "只有 {0} 有这个模块；单元格在 Node.js 中运行。",
  "It is a library of Python's.": "这是 Python 的库。",
  "Leave the import out: tensor, nn, optim, data, train and viz are there without one.":
    "请去掉这个导入：tensor、nn、optim、data、train 和 viz 无需导入即可使用。",
  "Elements need a library that makes them: npm install react beside the notebook, or name a function of your own with /** @jsx h */ at the head of the cell.":
    "元素需要一个生成它们的库：请在笔记本旁边运行 npm install react，或者在单元格开头用 /** @jsx h */ 指定你自己的函数。",

  // Python and shells (diagnostics.ts, habits/python.ts)
  "This is Python; write {0}, or {1} where it is a list or a text":
    "这是 Python；请写 {0}，如果是列表或文本则写 {1}",
  "This is Python; write {0}": "这是 Python；请写 {0}",
  "This is Python.": "这是 Python。",
  "Leave the line out: nothing is needed in its place.": "请去掉这一行：不需要别的来代替。",
  "Leave the line out: tensor, nn, optim, data, train and viz are there without an import, as are Math, JSON and Date.":
    "请去掉这一行：tensor、nn、optim、data、train 和 viz 无需导入即可使用，Math、JSON 和 Date 也是。",
  "A shell command?": "这是 shell 命令吗？",
  "Begin the cell with %%bash.": "请让单元格以 %%bash 开头。",

  // Members, operators, arguments (hints.ts, operators.ts, habits/)
  "There are no operators on objects; write {0}": "对象没有运算符；请写 {0}",
  "An object that begins empty stays so for the types; say what it will hold: {0}":
    "以空对象开始的对象，类型也一直是空的；请说明它将存放什么：{0}",
  "Objects have no elements by number; write {0}": "对象没有按编号的元素；请写 {0}",
  "It is a value, no function; write {0}": "它是值，不是函数；请写 {0}",
  "-{0} is a number; write {1}": "-{0} 是一个数；请写 {1}",
  'Everything is computed on the "cpu"; write {0}': "一切都在 “cpu” 上计算；请写 {0}",
  "Math computes with numbers; write {0}": "Math 只计算数；请写 {0}",
  "{0} computes with tensors here; of numbers write {1}": "{0} 在这里计算张量；要计算数，请写 {1}",
  "There is no option '{0}', but {1}.": "没有选项“{0}”，只有 {1}。",
  "There is no option '{0}'.": "没有选项“{0}”。",
  'There is no {0} "{1}", but {2}.': "没有 {0} “{1}”，只有 {2}。",
  "Leave device out: everything is computed on the CPU.": "请去掉 device：一切都在 CPU 上计算。",
  "It has no exported member named '{0}'.": "它没有导出名为“{0}”的成员。",
  "Options have names; write {0}": "选项有名称；请写 {0}",
  "Options have names: {0}; write {1}": "选项有名称：{0}；请写 {1}",
  "Options have names: {0}": "选项有名称：{0}",
  "Declare it in the class, above its methods, as in {0}: number; or let plain JavaScript run: begin the cell with %typecheck warn.":
    "请在类中、方法之前声明它，例如 {0}: number；或者允许运行普通 JavaScript：让单元格以 %typecheck warn 开头。",
  'Write its type, as in x: number. To let plain JavaScript run, begin the cell with %typecheck warn, or write { "compilerOptions": { "strict": false } } into tsconfig.json beside the notebook.':
    '请写出类型，例如 x: number。要运行普通 JavaScript，请让单元格以 %typecheck warn 开头，或者在笔记本旁边的 tsconfig.json 中写入 { "compilerOptions": { "strict": false } }。',
  "Where it is not, write {0}!": "如果它不会缺失，请写 {0}!",
  "Leave .{0}() out and write {1}: everything is computed on the CPU, so there is nothing to move":
    "请去掉 .{0}()，写 {1}：一切都在 CPU 上计算，不需要移动",
  "Write {0} (its numbers as nested arrays; dataSync() gives them as one typed array)":
    "请写 {0}（得到嵌套数组；dataSync() 得到一个类型化数组）",
  "Write {0} (int32 is the type of whole numbers)": "请写 {0}（整数的类型是 int32）",
  "Write {0} to change it in place, or declare it with let and write {1}":
    "请写 {0} 来就地修改，或者用 let 声明它，然后写 {1}",
  "Write {0}": "请写 {0}",

  // Objects as conditions (misused-objects.ts)
  "A {0} is always true as a condition; write {1} for one element, {2} or {3} for several":
    "{0} 作为条件总是真；只有一个元素时请写 {1}，有多个元素时请写 {2} 或 {3}",
  "A {0} is always true as a condition; write {1}": "{0} 作为条件总是真；请写 {1}",
  "{0} asks whether two {1}s are one and the same; write {2} to compare their elements, {3} if that was meant":
    "{0} 比较两个 {1} 是否是同一个对象；要比较元素请写 {2}，如果本意如此请写 {3}",
  "{0}() without a function orders {1}s by their texts; write {2}":
    "不带函数的 {0}() 按文本给 {1} 排序；请写 {2}",

  // What the runtime's types say of shapes (src/tensor/broadcast-types.ts, src/nn/linear.ts)
  "matmul: inner sizes {0} and {1} differ: {2}": "matmul：内侧大小 {0} 和 {1} 不同：{2}",
  "matmul: batch sizes {0} and {1} differ: {2}": "matmul：批的大小 {0} 和 {1} 不同：{2}",
  "matmul: a 0-dimensional tensor has no inner size: {0}": "matmul：0 维张量没有内侧大小：{0}",
  "{0}: sizes {1} and {2} differ: {3} and {4}": "{0}：大小 {1} 和 {2} 不同：{3} 与 {4}",
  "Linear({0}): input {1} has last size {2}": "Linear({0})：输入 {1} 的最后一维大小是 {2}",
  "Linear({0}): input has no dimensions": "Linear({0})：输入没有维度",

  // Cells and magics
  "Expected one expression.": "应为一个表达式。",
  "Code that is run in a loop has no imports and exports: they belong into a cell of their own.":
    "循环运行的代码不能有导入和导出：请把它们放进单独的单元格。",
  "There is no magic {0}; did you mean {1}? %help lists those there are.":
    "没有魔法命令 {0}；你是否指的是 {1}？%help 会列出所有命令。",
  "There is no magic {0}; leave it out, figures are shown without it.":
    "没有魔法命令 {0}；请去掉它，图无需它就会显示。",
  "There is no magic {0}; leave it out, nothing is loaded into the kernel.":
    "没有魔法命令 {0}；请去掉它，不需要往内核里加载什么。",
  "There is no magic {0}; leave it out, edited local files are taken anew by the next import.":
    "没有魔法命令 {0}；请去掉它，改过的本地文件在下次导入时会重新读取。",
  "There is no magic {0}; packages come from npm: begin a cell with %%bash and write npm install ….":
    "没有魔法命令 {0}；软件包来自 npm：请让单元格以 %%bash 开头，写 npm install …。",
  "There is no magic {0}; begin a cell with %%bash.": "没有魔法命令 {0}；请让单元格以 %%bash 开头。",
  "There is no magic {0}; write {1}.": "没有魔法命令 {0}；请写 {1}。",
  "There is no magic {0}; %help lists those there are.": "没有魔法命令 {0}；%help 会列出所有命令。",
  "{0} is a line of its own and has one %: {1}": "{0} 独占一行，只有一个 %：{1}",
  "{0} takes the whole cell below it and has two %: {1}": "{0} 作用于下面的整个单元格，有两个 %：{1}",
  "{0} is followed by code, on its line or below it: {1}": "{0} 后面要有代码，在同一行或在下面：{1}",
  "Expected {0}, got {1}.": "应为 {0}，得到的是 {1}。",
  "the cell does not compile": "单元格不能编译",

  // What magics print and refuse (protocol/execution/magics/, session/child/magics/)
  "there is no magic {0}; did you mean {1}?": "没有魔法命令 {0}；你是否指的是 {1}？",
  "there is no magic {0}; %help lists those there are": "没有魔法命令 {0}；%help 会列出所有命令",
  "{0}: nothing of this name is known": "{0}：没有这个名称的信息",
  "%run {0}: there is no file {1}": "%run {0}：没有文件 {1}",
  "%run {0}: files run each other {1} levels deep": "%run {0}：文件互相运行，已达 {1} 层",
  "{0} is not set; set it with: {1}": "{0} 没有设置；请这样设置：{1}",
  "There is no folder {0}; cells stay in {1}": "没有文件夹 {0}；单元格留在 {1}",
  "%cd - goes back to the folder before, and there was none yet":
    "%cd - 回到之前的文件夹，但还没有这样的文件夹",
  "the script ended with exit code {0}": "脚本以退出码 {0} 结束",
  "the script was ended by {0}": "脚本被 {0} 终止了",
  "bash was not found; it has to be in PATH": "找不到 bash；它必须在 PATH 中",
  "Nothing was written to {0}: there is no folder {1}": "没有写入 {0}：没有文件夹 {1}",
  "{0}: appended {1} bytes": "{0}：追加了 {1} 字节",
  "{0}: wrote anew {1} bytes": "{0}：重新写入了 {1} 字节",
  "{0}: wrote {1} bytes": "{0}：写入了 {1} 字节",
  "Ended after: wall {0}, CPU {1} (user {2}, system {3}), memory {4}":
    "结束时已用：实际时间 {0}，CPU {1}（用户 {2}，系统 {3}），内存 {4}",
  "wall {0}, CPU {1} (user {2}, system {3}), memory {4}":
    "实际时间 {0}，CPU {1}（用户 {2}，系统 {3}），内存 {4}",
  "{0} ± {1} per loop (mean ± std. dev. of {2} runs, {3} loops each), best {4}":
    "每次循环 {0} ± {1}（{2} 轮、每轮 {3} 次循环的均值 ± 标准差），最快 {4}",
  "{0} ± {1} per loop (mean ± std. dev. of {2} runs, 1 loop each), best {3}":
    "每次循环 {0} ± {1}（{2} 轮、每轮 1 次循环的均值 ± 标准差），最快 {3}",
  "{0} ± {1} per loop (mean ± std. dev. of 1 run of {2} loops), best {3}":
    "每次循环 {0} ± {1}（1 轮、{2} 次循环的均值 ± 标准差），最快 {3}",
  "{0} ± {1} per loop (mean ± std. dev. of 1 run of 1 loop), best {2}":
    "每次循环 {0} ± {1}（1 轮、1 次循环的均值 ± 标准差），最快 {2}",
  "No variables yet.": "还没有变量。",
  Name: "名称",
  Type: "类型",
  Value: "值",
  Size: "大小",
  Cell: "单元格",
  old: "旧",
  "Run {0} again: {1}.": "请重新运行 {0}：{1}。",
  "it used `{0}` of {1}, which has run again as {2}": "它用了 {1} 的 `{0}`，而 {1} 已重新运行为 {2}",
  "it used `{0}` of {1}, which has run again": "它用了 {1} 的 `{0}`，而 {1} 已重新运行",
  "it used `{0}` of {1}, which itself used old values": "它用了 {1} 的 `{0}`，而 {1} 本身用了旧值",

  // Output and errors beside a cell's own (protocol/output/flood.ts, session/child/run/evaluator.ts)
  "… more output than a notebook can show: only its end follows, when the cell ends; {0} …":
    "… 输出超过了笔记本能显示的量：单元格结束时只显示末尾；{0} …",
  "… {0} characters left out; {1} …": "… 省略了 {0} 个字符；{1} …",
  "no file could be written ({0})": "不能写入文件（{0}）",
  "the first {0} bytes are in {1}": "前 {0} 字节在 {1}",
  "all is in {0}": "全部在 {0}",
  "Unhandled rejection": "未处理的 Promise 拒绝",
  "Uncaught exception": "未捕获的异常",

  // What would fit some of those above
  "There is {0} and more.": "有 {0} 等。",
  "There is {0}.": "有 {0}。",

  // How a cell or the session ended (run-cell.ts, session/death.ts)
  "the cell was stopped; variables keep their values": "单元格已停止；变量保留原来的值",
  "The code called process.exit({0}).": "代码调用了 process.exit({0})。",
  "The session ran out of memory: JavaScript's heap reached its limit.":
    "会话的内存用尽了：JavaScript 的堆到了上限。",
  "Keep less alive at once, or raise the limit with {0} (in MB).":
    "请减少同时保留的数据，或者用 {0}（单位 MB）提高上限。",
  "The session crashed in native code ({0}).": "会话在原生代码中崩溃了（{0}）。",
  "The session was aborted by native code (SIGABRT).": "会话被原生代码中止了（SIGABRT）。",
  "The session was killed from outside (SIGKILL); where memory is short, the system does this.":
    "会话从外部被终止了（SIGKILL）；内存不足时系统会这样做。",
  "The session ended with exit code {0}.": "会话以退出码 {0} 结束。",
  "The session was ended by {0}.": "会话被 {0} 终止了。",
  "The session was restarted.": "会话重新启动了。",
  "A new session has started; variables of earlier cells are gone.":
    "新的会话已经开始；之前单元格的变量都没有了。",

  // Errors of running code (session/child/run/errors.ts)
  "({0} times)": "（{0} 次）",
  "… {0} more frames": "… 还有 {0} 个调用",
  "… {0} more errors": "… 还有 {0} 个错误",
  "Caused by": "原因：",
  "{0} is not defined: run the cell that defines it first": "{0} 没有定义：请先运行定义它的单元格",
};

/** What the text says, in the language of this process. */
export function localized(text: string): string {
  return isChinese() ? inChinese(text) : text;
}

/** The text in Chinese, as far as its sentences are known. */
export function inChinese(text: string): string {
  return text.split("\n").map(lineInChinese).join("\n");
}

/** Texts one behind the other: a space parts them unless a full-width sign does. */
export function joined(parts: readonly string[]): string {
  return parts.reduce((before, part) =>
    before === "" ||
    part === "" ||
    /(?:\n *|[\p{sc=Han}。？！：；”）])$/u.test(before) ||
    part.startsWith("\n")
      ? before + part
      : `${before} ${part}`,
  );
}

/** A line may begin with a place in a file. */
function lineInChinese(line: string): string {
  const [, indent = "", text = ""] = /^(\s*(?:\S+:\d+:\d+: )?)([^]*?)\s*$/u.exec(line) ?? [];
  const whole = sentenceInChinese(text);
  if (whole !== undefined) return indent + whole;
  for (const { index } of text.matchAll(/(?<=[.?]) /gu)) {
    const first = sentenceInChinese(text.slice(0, index));
    if (first !== undefined) return indent + joined([first, lineInChinese(text.slice(index + 1))]);
  }
  return line;
}

/** Made at the first use: a process that speaks English has no need of them. */
let readers: readonly (readonly [(text: string) => string[] | undefined, string])[] | undefined;

function sentenceInChinese(text: string): string | undefined {
  readers ??= Object.entries(SENTENCES).map(([english, chinese]) => [reader(english), chinese] as const);
  for (const [read, chinese] of readers) {
    const values = read(text);
    if (values) return filled(chinese, values);
  }
  return undefined;
}
