/**
 * autograd.Function: PyTorch's protocol for operations with a gradient of one's own.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { autograd, grad, gradcheck, gradgradcheck, noGrad, tensor, type Tensor } from "../../src/index.js";

type Context = autograd.FunctionContext;

class Cube extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return x.mul(x).mul(x);
  }
  static backward(ctx: Context, g: Tensor): Tensor {
    const [x] = ctx.savedTensors;
    return g.mul(x!.mul(x!).mul(3));
  }
}

class Exp extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    const y = x.exp();
    ctx.saveForBackward(y);
    return y;
  }
  static backward(ctx: Context, g: Tensor): Tensor {
    return g.mul(ctx.savedTensors[0]!);
  }
}

const point = (): Tensor => tensor([0.5, -1.5, 2], { dtype: "float64", requiresGrad: true });

test("the gradient is what backward gives, of any order", () => {
  assert.deepEqual(grad(Cube.apply(point()).sum(), point(), { allowUnused: true })[0], null);
  const x = point();
  assert.equal(Cube.apply(x).gradFn!.name, "CubeBackward");
  assert.deepEqual(grad(Cube.apply(x).sum(), x)[0]!.tolist(), [0.75, 6.75, 12]);
  assert.ok(gradcheck(Cube.apply.bind(Cube) as (x: Tensor) => Tensor, point()));
  assert.ok(gradgradcheck((t) => Cube.apply(t!), point()));
  assert.ok(
    gradgradcheck((t) => Exp.apply(t!), point()),
    "a saved result has its history",
  );
});

test("several results and arguments that are no tensors", () => {
  const seen: unknown[] = [];
  class Scaled extends autograd.Function {
    static forward(ctx: Context, x: Tensor, k: number, y: Tensor): [Tensor, Tensor, Tensor] {
      ctx.k = k;
      seen.push(ctx.needsInputGrad);
      const index = x.argmax();
      ctx.markNonDifferentiable(index);
      return [x.mul(k), x.add(y), index];
    }
    static backward(ctx: Context, a: Tensor, b: Tensor, c: Tensor): (Tensor | null)[] {
      seen.push(c.tolist());
      return [a.mul(ctx.k as number).add(b), null, b];
    }
  }
  const x = point();
  const y = tensor([1, 1, 1], { dtype: "float64" });
  const [a, b, index] = Scaled.apply(x, 10, y);
  assert.equal(index!.requiresGrad, false);
  assert.equal(index!.item(), 2);
  assert.deepEqual(seen, [[true, false, false]]);
  a!.sum().add(b!.mul(2).sum()).backward();
  assert.deepEqual(x.grad!.tolist(), [12, 12, 12]);
  assert.equal(seen.length, 2, "backward is called once, with the gradients of both results");
  x.grad = null;
  const [only] = Scaled.apply(x, 10, y);
  only!.sum().backward();
  assert.deepEqual(x.grad!.tolist(), [10, 10, 10], "a result without a gradient has zeros");
});

test("setMaterializeGrads(false) gives null, setupContext stands apart, markDirty gives the tensor itself", () => {
  class Both extends autograd.Function {
    static forward(x: Tensor): [Tensor, Tensor] {
      return [x.mul(2), x.mul(3)];
    }
    static setupContext(ctx: Context): void {
      ctx.setMaterializeGrads(false);
    }
    static backward(_ctx: Context, a: Tensor | null, b: Tensor | null): Tensor {
      assert.equal(a, null);
      return b!.mul(3);
    }
  }
  const x = point();
  Both.apply(x)[1].sum().backward();
  assert.deepEqual(x.grad!.tolist(), [3, 3, 3]);

  class Double extends autograd.Function {
    static forward(ctx: Context, x: Tensor): Tensor {
      ctx.markDirty(x);
      return x.mul_(2);
    }
    static backward(_ctx: Context, g: Tensor): Tensor {
      return g.mul(2);
    }
  }
  const w = point();
  const h = w.mul(1);
  const out = Double.apply(h);
  assert.equal(out, h);
  h.mul(h).sum().backward();
  assert.deepEqual(w.grad!.tolist(), [4, -12, 16], "d (2w)² = 8w");
});

test("what backward gives wrong is refused by name", () => {
  class Wrong extends autograd.Function {
    static forward(_ctx: Context, x: Tensor, y: Tensor): Tensor {
      return x.add(y);
    }
    static backward(_ctx: Context, g: Tensor): Tensor {
      return g;
    }
  }
  assert.throws(
    () => Wrong.apply(point(), point()).sum().backward(),
    /Wrong\.backward: expected a list of 2 gradients/,
  );
  class Misshapen extends autograd.Function {
    static forward(_ctx: Context, x: Tensor): Tensor {
      return x.sum();
    }
    static backward(): Tensor {
      return tensor([1, 2], { dtype: "float64" });
    }
  }
  assert.throws(
    () => Misshapen.apply(point()).backward(),
    /gradient 0 has shape \[2\], expected that of the argument, \[3\]/,
  );
});

test("a backward pass within backward leaves the outer one's gradients as they are", () => {
  const w = tensor([2], { dtype: "float64", requiresGrad: true });
  class Through extends autograd.Function {
    static forward(ctx: Context, x: Tensor): Tensor {
      ctx.saveForBackward(x);
      return noGrad(() => x.mul(w));
    }
    static backward(ctx: Context, g: Tensor): Tensor {
      const x = ctx.savedTensors[0]!.detach().requiresGrad_();
      const y = autograd.enableGrad(() => x.mul(w));
      return grad(y, x, { gradOutputs: g })[0]!;
    }
  }
  const x = tensor([3], { dtype: "float64", requiresGrad: true });
  Through.apply(x).add(w.mul(5)).sum().backward();
  assert.deepEqual(x.grad!.tolist(), [2]);
  assert.deepEqual(w.grad!.tolist(), [5]);
});
