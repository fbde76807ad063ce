"""Random programs of views and in-place changes with what PyTorch makes of them, for test/autograd/views.test.ts and `npm run fuzz:views`.

Run with PyTorch 2.13:

    python test/golden/make_views.py [SEED] [COUNT]      prints COUNT programs as JSON
    python test/golden/make_views.py > test/golden/views.json

A program is a list of steps on numbered tensors; a step that PyTorch refuses is marked and changes nothing. Operations get clones and
changes are copies into the tensor, so that PyTorch saves nothing that a later change could spoil: it gives the gradients of the values
that were there when an operation was recorded, also where the plain form refuses.
"""

import json
import math
import random
import sys

import torch


def fresh(x):
    """A copy in row-major order, as results of operations are there."""
    return x.clone(memory_format=torch.contiguous_format)


def leaf_values(rng, shape):
    return [rng.randint(-6, 6) / 2 for _ in range(math.prod(shape))]


def reaches_leaf(x):
    """Whether a gradient can go from x to an input; a view made within noGrad says it requires grad, but leads nowhere."""
    if x.is_leaf:
        return x.requires_grad and not x._is_view()
    waiting, seen = [x.grad_fn], set()
    while waiting:
        step = waiting.pop()
        if step is None or step in seen:
            continue
        if step.name().endswith("AccumulateGrad"):
            return True
        seen.add(step)
        waiting += [following for following, _ in step.next_functions]
    return False


def overlaps(x):
    """Whether two elements of x are one in memory (without counting expanded dims, which PyTorch refuses itself)."""
    seen = set()
    indices = [[]]
    for n in x.shape:
        indices = [i + [k] for i in indices for k in range(n)]
    for i in indices:
        at = sum(k * s for k, s in zip(i, x.stride()))
        if at in seen:
            return True
        seen.add(at)
    return False


# How each view is made: name -> function of the tensor and the arguments that stand in the program.
def slice_of(x, *parts):
    index = []
    for part in parts:
        if part == "new":
            index.append(None)
        elif part is None or part == "...":
            index.append(slice(None) if part is None else Ellipsis)
        elif isinstance(part, list):
            index.append(slice(*part))
        else:
            index.append(part)
    return x[tuple(index)]


VIEWS = {
    "slice": slice_of,
    "select": lambda x, d, i: x.select(d, i),
    "narrow": lambda x, d, s, n: x.narrow(d, s, n),
    "reshape": lambda x, shape: x.reshape(shape),
    "view": lambda x, shape: x.view(shape),
    "flatten": lambda x, *d: x.flatten(*d),
    "unflatten": lambda x, d, sizes: x.unflatten(d, sizes),
    "permute": lambda x, order: x.permute(order),
    "transpose": lambda x, a, b: x.transpose(a, b),
    "t": lambda x: x.t(),
    "T": lambda x: x.T if x.ndim == 2 else x.permute(list(range(x.ndim - 1, -1, -1))),
    "mT": lambda x: x.mT,
    "movedim": lambda x, a, b: x.movedim(a, b),
    "squeeze": lambda x, *d: x.squeeze(*d),
    "unsqueeze": lambda x, d: x.unsqueeze(d),
    "expand": lambda x, shape: x.expand(shape),
    "diagonal": lambda x, k: x.diagonal(k, -2, -1),
    "unfold": lambda x, d, n, s: x.unfold(d, n, s),
    # PyTorch refuses changes of what chunk, split and unbind give; narrow and select give the same elements.
    "chunk": lambda x, n, d, i: part(x, math.ceil(x.shape[d] / n), d, i),
    "split": lambda x, n, d, i: part(x, n, d, i),
    "unbind": lambda x, d, i: x.select(d, i),
    "contiguous": lambda x: x.contiguous(),
    "detach": lambda x: x.detach(),
}


def part(x, size, d, i):
    return x.narrow(d, i * size, min(size, x.shape[d] - i * size))


# Changes: name -> the new value from the old one and the arguments; an argument ["t", n] in a program is tensor n.
CHANGES = {
    "add_": lambda x, y: x + y,
    "sub_": lambda x, y: x - y,
    "mul_": lambda x, y: x * y,
    "neg_": lambda x: -x,
    "square_": lambda x: x * x,
    "sin_": lambda x: x.sin(),
    "tanh_": lambda x: x.tanh(),
    "relu_": lambda x: x.relu(),
    "clamp_": lambda x, a, b: x.clamp(a, b),
    "zero_": lambda x: torch.zeros_like(x),
    "fill_": lambda x, v: torch.full_like(x, v),
    "copy_": lambda x, y: y.expand(x.shape),
    "cumsum_": lambda x, d: x.cumsum(d),
    "lerp_": lambda x, y, w: torch.lerp(x, y.expand(x.shape), w),
}

OPERATIONS = {
    "mul": lambda x, y: x * y,
    "add": lambda x, y: x + y,
    "sin": lambda x: x.sin(),
    "square": lambda x: x * x,
    "exp": lambda x: (x * 0.25).exp(),
    "sum": lambda x, d: x.sum(d, keepdim=True),
    "clone": lambda x: x + 0,
}


class Program:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.tensors = []
        self.inputs = []
        self.steps = []
        self.watched = []

    def input(self):
        rng = self.rng
        shape = rng.choice([[4], [6], [2, 3], [4, 4], [3, 4], [2, 3, 4], [2, 2, 3], [1, 5], [12], []])
        grad = rng.random() < 0.5
        values = leaf_values(rng, shape)
        self.inputs.append({"shape": shape, "values": values, "requiresGrad": grad})
        x = torch.tensor(values, dtype=torch.float64).reshape(shape).clone()
        self.tensors.append(x.requires_grad_() if grad else x)

    def dim(self, x):
        return self.rng.randrange(-x.ndim, x.ndim) if x.ndim else 0

    def factors(self, n):
        """A random shape of n elements."""
        if n == 0:
            return [0]
        sizes = []
        while n > 1:
            f = self.rng.choice([k for k in range(2, n + 1) if n % k == 0])
            sizes.append(f)
            n //= f
        if self.rng.random() < 0.3:
            sizes.insert(self.rng.randint(0, len(sizes)), 1)
        return sizes

    def view_arguments(self, name, x):
        rng = self.rng
        if name == "slice":
            parts = []
            for n in x.shape:
                kind = rng.random()
                if kind < 0.15:
                    parts.append("new")
                if kind < 0.3 and n:
                    parts.append(rng.randrange(-n, n))
                elif kind < 0.8:
                    a = rng.randint(0, max(0, n - 1))
                    parts.append([a, rng.randint(a, n), rng.choice([1, 1, 1, 2, 3])])
                elif kind < 0.9:
                    parts.append(None)
                else:
                    break
            return parts
        if name == "select" or name == "unbind":
            d = self.dim(x)
            return [d, rng.randrange(x.shape[d])] if x.ndim and x.shape[d] else None
        if name == "narrow":
            if not x.ndim:
                return None
            d = self.dim(x)
            a = rng.randint(0, x.shape[d])
            return [d, a, rng.randint(0, x.shape[d] - a)]
        if name in ("reshape", "view"):
            return [self.factors(x.numel())]
        if name == "flatten":
            if x.ndim < 2 or rng.random() < 0.5:
                return []
            a = rng.randrange(x.ndim)
            return [a, rng.randrange(a, x.ndim)]
        if name == "unflatten":
            if not x.ndim:
                return None
            d = self.dim(x)
            return [d, self.factors(x.shape[d])] if x.shape[d] > 1 else None
        if name == "permute":
            order = list(range(x.ndim))
            rng.shuffle(order)
            return [order]
        if name in ("transpose", "movedim"):
            return [self.dim(x), self.dim(x)] if x.ndim else None
        if name == "t":
            return [] if x.ndim <= 2 else None
        if name == "T":
            return []
        if name == "mT":
            return [] if x.ndim >= 2 else None
        if name == "squeeze":
            return [] if not x.ndim or rng.random() < 0.5 else [self.dim(x)]
        if name == "unsqueeze":
            return [rng.randint(-x.ndim - 1, x.ndim)]
        if name == "expand":
            shape = [rng.choice([1, 2, 3]) if n == 1 else n for n in x.shape]
            return [([2] if rng.random() < 0.3 else []) + shape] if x.numel() * 6 < 100 else None
        if name == "diagonal":
            return [rng.choice([0, 0, 1, -1])] if x.ndim >= 2 else None
        if name == "unfold":
            if not x.ndim:
                return None
            d = self.dim(x)
            size = rng.randint(1, max(1, x.shape[d]))
            return [d, size, rng.randint(1, 3)] if size <= x.shape[d] else None
        if name in ("chunk", "split"):
            if not x.ndim:
                return None
            d = self.dim(x)
            n = x.shape[d]
            if n == 0:
                return None
            k = rng.randint(1, n)
            size = math.ceil(n / k) if name == "chunk" else k
            return [k, d, rng.randrange(math.ceil(n / size))]
        return []

    def view(self):
        source = self.rng.randrange(len(self.tensors))
        x = self.tensors[source]
        name = self.rng.choice(list(VIEWS))
        arguments = self.view_arguments(name, x)
        if arguments is None:
            return
        no_grad = self.rng.random() < 0.08
        step = {"do": name, "on": source, "with": arguments, **({"noGrad": True} if no_grad else {})}
        try:
            with torch.set_grad_enabled(not no_grad):
                y = VIEWS[name](x, *arguments)
        except RuntimeError as error:
            if "no_grad mode" in str(error):
                raise
            self.steps.append({**step, "refused": True})
            return
        if y.numel() > 100:
            return
        self.steps.append(step)
        self.tensors.append(y)

    def operand(self, shape):
        """A tensor that broadcasts to the shape, or a number."""
        fitting = [i for i, t in enumerate(self.tensors) if broadcasts(list(t.shape), shape)]
        if not fitting or self.rng.random() < 0.3:
            return self.rng.choice([-2, -1, 0.5, 2, 3])
        return ["t", self.rng.choice(fitting)]

    def value(self, argument):
        return fresh(self.tensors[argument[1]]) if isinstance(argument, list) else argument

    def operation(self):
        source = self.rng.randrange(len(self.tensors))
        x = self.tensors[source]
        name = self.rng.choice(list(OPERATIONS))
        arguments = []
        if name in ("mul", "add"):
            arguments = [self.operand(list(x.shape))]
        if name == "sum":
            if not x.ndim:
                return
            arguments = [self.dim(x)]
        self.steps.append({"do": name, "on": source, "with": arguments})
        self.tensors.append(fresh(OPERATIONS[name](fresh(x), *map(self.value, arguments))))

    def change(self):
        target = self.rng.randrange(len(self.tensors))
        x = self.tensors[target]
        expanded = any(n > 1 and stride == 0 for n, stride in zip(x.shape, x.stride()))
        if overlaps(x) and not expanded:
            return
        name = self.rng.choice(list(CHANGES))
        arguments = []
        if name in ("add_", "sub_", "mul_"):
            arguments = [self.operand(list(x.shape))]
        if name in ("copy_", "lerp_"):
            operand = self.operand(list(x.shape))
            if not isinstance(operand, list):
                return
            arguments = [operand] if name == "copy_" else [operand, 0.25]
        if name == "clamp_":
            arguments = [-1.25, 1.75]
        if name == "fill_":
            arguments = [self.rng.choice([-1, 0.5, 2])]
        if name == "cumsum_":
            if not x.ndim:
                return
            arguments = [self.dim(x)]
        # PyTorch takes a view that was made before its base had a history for a leaf until somebody asks.
        _ = x.grad_fn
        no_grad = self.rng.random() < 0.25
        step = {"do": name, "on": target, "with": arguments, **({"noGrad": True} if no_grad else {})}
        try:
            with torch.set_grad_enabled(not no_grad):
                if name in ("zero_", "fill_"):
                    getattr(x, name)(*arguments)
                else:
                    x.copy_(CHANGES[name](fresh(x), *map(self.value, arguments)))
        except RuntimeError as error:
            if "no_grad mode" in str(error):
                raise
            self.steps.append({**step, "refused": True})
            return
        self.steps.append(step)

    def run(self):
        rng = self.rng
        for _ in range(rng.randint(1, 3)):
            self.input()
        for _ in range(rng.randint(4, 22)):
            rng.choices([self.view, self.operation, self.change], [5, 2, 5])[0]()
        loss = None
        for i, x in enumerate(self.tensors):
            if rng.random() < 0.6 and reaches_leaf(x):
                self.watched.append(i)
                weights = torch.arange(1, x.numel() + 1, dtype=torch.float64).reshape(x.shape)
                term = (fresh(x) * weights).sum()
                loss = term if loss is None else loss + term
        leaves = self.tensors[: len(self.inputs)]
        if loss is not None:
            loss.backward()
        return {
            "inputs": self.inputs,
            "steps": self.steps,
            "values": [x.detach().flatten().tolist() for x in self.tensors],
            "watched": self.watched,
            "grads": [None if not x.is_leaf or x.grad is None else x.grad.flatten().tolist() for x in leaves],
        }


def broadcasts(shape, to):
    if len(shape) > len(to):
        return False
    return all(n in (1, m) for n, m in zip(reversed(shape), reversed(to)))


def finite(program):
    numbers = [v for values in program["values"] for v in values]
    numbers += [v for g in program["grads"] if g is not None for v in g]
    return all(math.isfinite(v) and abs(v) < 1e9 for v in numbers)


def attempt(seed):
    try:
        return Program(seed).run()
    except RuntimeError as error:
        # Reading a view made within noGrad, once its base was changed outside, and differentiating the fill of an expanded tensor:
        # PyTorch knows no value for these.
        if "no_grad mode" in str(error) or "more than one element" in str(error):
            return None
        raise


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    programs = []
    while len(programs) < count:
        program = attempt(seed)
        if program is not None and finite(program):
            programs.append({"seed": seed, **program})
        seed += 1
    print("[" + ",\n".join(json.dumps(p, separators=(",", ":")) for p in programs) + "]")


main()
