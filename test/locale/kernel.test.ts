/** A whole kernel that speaks Chinese because its environment does, and English when it is told to. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchKernel, type LaunchedKernel } from "../../kernel/client/launch.js";
import type { Json, Message } from "../../kernel/wire/message.js";

let kernel: LaunchedKernel;
const published: Message[] = [];

before(async () => {
  process.env["LC_ALL"] = "zh_CN.UTF-8";
  kernel = await launchKernel({ cwd: import.meta.dirname });
  kernel.client.onIopub = (message) => published.push(message);
});
after(() => kernel.shutdown());

async function execute(code: string): Promise<{ readonly reply: Json; readonly printed: string }> {
  let id = "";
  const { content } = await kernel.client.request(
    "shell",
    "execute_request",
    { code },
    (sent) => (id = sent),
  );
  const printed = published
    .filter(({ header, parentHeader }) => header.msg_type === "stream" && parentHeader["msg_id"] === id)
    .map(({ content: { text } }) => text);
  return { reply: content, printed: printed.join("") };
}

/** Prints the texts of a figure. */
const FIGURE = String.raw`console.log(String(viz.lossPlot({ loss: [3, 2, 1] }).toSVG().match(/>[^<]+(?=<\/text>)/g)))`;

test("type errors, figures, and errors of running code are Chinese", async () => {
  const { reply } = await execute('const wrong: number = "x";');
  assert.equal(reply["evalue"], "不能将类型“string”分配给类型“number”。");
  assert.match((await execute(FIGURE)).printed, />损失/);
  const early = await execute("const callEarly = () => notYet;\ncallEarly()");
  assert.equal(early.reply["evalue"], "notYet 没有定义：请先运行定义它的单元格");
  assert.equal((await execute("%locale")).printed, "zh\n");
});

test("magics print and refuse in Chinese", async () => {
  assert.match((await execute("%time 1 + 1")).printed, /^实际时间 .*，CPU .*，内存 /m);
  assert.match((await execute("%timeit -n 5 -r 2 1 + 1")).printed, /（2 轮、每轮 5 次循环的均值 ± 标准差）/);
  const { reply } = await execute("%env NO_SUCH_NAME");
  assert.equal(reply["evalue"], "NO_SUCH_NAME 没有设置；请这样设置：%env NO_SUCH_NAME=value");
  assert.match(String((await execute("%help tim")).reply["evalue"]), /^没有魔法命令 %tim；/);
});

test("%locale holds for its own cell and those that follow, %reset forgets it", async () => {
  const { reply } = await execute('%locale en\nconst wrong: number = "x";');
  assert.equal(reply["evalue"], "Type 'string' is not assignable to type 'number'.");
  assert.match((await execute(FIGURE)).printed, />loss/);
  assert.equal((await execute("%locale")).printed, "en\n");
  await execute("%reset");
  assert.equal((await execute("%locale")).printed, "zh\n");
  const again = await execute('const wrong: number = "x";');
  assert.equal(again.reply["evalue"], "不能将类型“string”分配给类型“number”。");
});

test("the end of a session is told in the language that it spoke", async () => {
  const { reply } = await execute("process.exit(3)");
  assert.equal(reply["ename"], "SessionDied");
  assert.match(String(reply["evalue"]), /^代码调用了 process\.exit\(3\)。新的会话已经开始/);
});
