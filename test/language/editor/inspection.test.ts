/** What is told of the runtime's own functions and layers, whose parameters are taken by position and by name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Notebook, OWN_RUNTIME } from "../notebook.js";

const notebook = new Notebook({}, OWN_RUNTIME);
notebook.compile(
  "type Step = (x: number) => number; const twice: Step = (x) => 2 * x; const half = (x: number) => x / 2;",
);

/** `|` marks the cursor. */
function inspect(text: string): string {
  return notebook.cells.inspect(text.replace("|", ""), text.indexOf("|"), 0)!.data["text/plain"]!;
}

const CONV2D =
  "(inChannels: 1, outChannels: 2, kernelSize: 3, stride?: SizesOrDefault, padding?: PaddingOrDefault, dilation?: SizesOrDefault, groups?: number";

test("a layer shows its parameters by name, each with its own type", () => {
  const text = inspect("nn.Conv2|d");
  assert.match(text, /^class Conv2d</);
  assert.match(
    text,
    /\nnew Conv2d<[^(]*>\(inChannels: number, outChannels: number, kernelSize: Sizes, stride\?: SizesOrDefault, padding\?: PaddingOrDefault, /,
  );
  assert.match(text, /, options\?: Readonly<ConvOptions<[^)]*>>\): Conv2d</);
  assert.ok(
    inspect("new nn.Conv2|d(1, 2, 3)").startsWith(
      `new Conv2d<1, 2, 3, SizesOrDefault, PaddingOrDefault, SizesOrDefault>${CONV2D}`,
    ),
  );
  assert.ok(inspect("new nn.Conv2d(1, 2, 3, |)").startsWith(`Conv2d${CONV2D}`));
});

test("inside of a call its options are listed, with what each is", () => {
  const text = inspect("new nn.Conv2d(1, 2, 3, |)");
  assert.match(
    text,
    /\n\noptions:\n\n- `stride\?: SizesOrDefault` Steps from window to window; 1 if not given\.\n- `padding\?: /,
  );
  assert.match(inspect("new optim.SGD([], |)"), /\n- `momentum\?: number` /);
});

test("a function that is a value of a type shows how it is called", () => {
  assert.match(
    inspect("nn.functional.leakyRel|u"),
    /^const leakyRelu: SameShapeFunction<…>\nleakyRelu<S extends Shape>\(input: Tensor<S>, negativeSlope\?: number, inplace\?: boolean, options\?: /,
  );
  assert.match(
    inspect("nn.functional.conv2|d"),
    /^const conv2d: Convolve<2>\nconv2d<[^(]*>\(input: Tensor<A>, weight: Tensor<W>, bias\?: /,
  );
  assert.equal(inspect("twic|e"), "const twice: Step\ntwice(x: number): number");
  assert.equal(inspect("hal|f"), "const half: (x: number) => number");
});

test("an optimizer shows its options by name", () => {
  assert.match(
    inspect("optim.Ada|m"),
    /new Adam\(params: [^)]*, lr\?: number, betas\?: readonly \[number, number\], eps\?: number, /,
  );
});
