/** Shapes that do not fit refuse a cell before anything runs, in words that name both sizes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Notebook, OWN_RUNTIME } from "../notebook.js";

const notebook = new Notebook({}, OWN_RUNTIME);

test("a product of matrices whose inner sizes differ is refused", () => {
  const [error] = notebook.refused("randn([64, 2]).matmul(randn([3, 1]))");
  assert.match(error!.message, /2 and 3 differ/);
  assert.equal(error!.line, 1);
});

test("shapes are known from cell to cell", () => {
  notebook.compile("const x = randn([64, 2]), w = randn([2, 3]);\nconst y = x.matmul(w);");
  notebook.compile("const shape: [64, 3] = y.shape;");
  assert.match(notebook.refused("y.matmul(randn([2, 1]))")[0]!.message, /3 and 2 differ/);
});

test("a model, its optimizer and its loss are checked across cells", () => {
  notebook.compile("const model = nn.sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));");
  notebook.compile("const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });");
  notebook.compile(
    "class Net extends nn.Module { layer = new nn.Linear(2, 3); forward(x: Tensor) { return this.layer.forward(x); } }",
  );
  notebook.compile("const loss = new Net().forward(randn([4, 2])).sum(); loss.backward(); optimizer.step();");
  assert.match(
    notebook.refused("new optim.SGD(model.parametres(), { lr: 0.1 })")[0]!.message,
    /Did you mean 'parameters'/,
  );
});

test("imports from cellgrad are the same as what is there without an import", () => {
  notebook.compile(
    "import { Tensor as T, zeros } from 'cellgrad';\nconst z: T = zeros([2, 2]); const same: Tensor = z;",
  );
});

test("what an error advises is accepted: backward({ retainGraph: true })", () => {
  notebook.compile(
    "const q = tensor([2], { requiresGrad: true }), s = q.square(); s.backward({ retainGraph: true }); s.backward(null, { createGraph: true }); s.backward(tensor([1]), true);",
  );
});
