"""The loops of bench/loops.ts in PyTorch: with a value read in each repetition and without. One JSON line each.

Usage: python loops_torch.py ROUNDS
"""

import json
import math
import sys
import time

import torch

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5


def line(each):
    x = torch.linspace(-math.pi, math.pi, 2000)
    y = x.sin()
    a, b = torch.randn([]), torch.randn([])
    for _ in range(1000):
        g = 2 * (a + b * x - y)
        a = a - g.sum() * 1e-6
        b = b - (g * x).sum() * 1e-6
        each(a)
    return a


def chain(each):
    x = torch.randn(1000)
    for _ in range(1000):
        for _ in range(5):
            x = x * 0.99 + 0.01
        each(x[0])
    return x.sum()


def stencil(each):
    u = torch.randn(1000)
    for _ in range(500):
        middle = u[1:999]
        u = torch.cat([u[:1], middle + (u[:998] + u[2:] - 2 * middle) * 0.1, u[999:]])
        each(u[0])
    return u.sum()


def recurrence(each):
    wx, wh, bias = (torch.randn(shape, requires_grad=True) for shape in ([8, 16], [16, 16], [16]))
    rows = torch.randn(1000, 4, 8)
    h, loss = torch.zeros(4, 16), torch.tensor(0.0)
    for t in range(1000):
        h = (rows[t] @ wx + h @ wh + bias).tanh()
        loss = loss + h.square().mean()
        each(loss)
    loss.backward()
    return wh.grad.sum()


def gradients(each):
    x = torch.randn(64, 16)
    w = torch.randn(16, requires_grad=True)
    for _ in range(1000):
        (g,) = torch.autograd.grad((x @ w).tanh().square().mean(), [w])
        w = (w - g * 0.01).detach().requires_grad_()
        each(w[0])
    return w.sum()


def growing(each):
    x = torch.randn(1, 4)
    for t in range(500):
        x = torch.cat([x, x[t : t + 1] * 0.9 + 0.1])
        each(x.sum())
    return x.sum()


def shrinking(each):
    x = torch.randn(501, 4)
    for _ in range(500):
        x = x[1:] * 0.9 + 0.1
        each(x.sum())
    return x.sum()


def pending(n):
    x = torch.randn(100)
    for _ in range(n // 2):
        x = x * 0.9999 + 0.0001
    x.sum().item()


def backward(n):
    w = torch.randn(10, requires_grad=True)
    x = w
    for _ in range(n // 3):
        x = (x * 0.999 + 0.001).tanh()
    x.sum().backward()
    w.grad.sum().item()


def parts(n):
    torch.stack([torch.tensor(float(i)) * 2 for i in range(n)]).sum().item()


def parameters(n):
    many = [torch.randn(4, requires_grad=True) for _ in range(n)]
    optimizer = torch.optim.SGD(many, lr=0.1)
    loss = torch.tensor(0.0)
    for p in many:
        loss = loss + (p * p).sum()
    loss.backward()
    optimizer.step()


def timed(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def report(name, variant, work):
    torch.manual_seed(0)
    first = timed(work)
    ms = sorted(timed(work) for _ in range(ROUNDS))[ROUNDS // 2]
    peer = f"PyTorch {torch.__version__.split('+')[0]}"
    print(json.dumps({"name": name, "peer": peer, "variant": variant, "threads": torch.get_num_threads(), "ms": ms, "first": first}), flush=True)


# Small tensors: a second thread would only be in the way.
torch.set_num_threads(1)
for name, loop in {
    "line by gradient descent, 1,000 steps": line,
    "elementwise chain, 1,000 × 10 operations": chain,
    "stencil on 1,000 points, 500 steps": stencil,
    "recurrence, 1,000 steps, with backward": recurrence,
    "grad() of a small model, 1,000 steps": gradients,
    "growing by a row, 500 steps": growing,
    "shrinking by a row, 500 steps": shrinking,
}.items():
    report(name, "reads in each step", lambda: loop(lambda x: x.item()).item())
    report(name, "reads nothing", lambda: loop(lambda x: None).item())
for size, name, work in (
    (100_000, "pending operations, then one value", pending),
    (300_000, "operations in a chain, with backward()", backward),
    (100_000, "parts in one stack", parts),
    (50_000, "parameters in a first step of SGD", parameters),
):
    for n in (size // 2, size):
        report(f"{size:,} {name}", "" if n == size else "half as many", lambda: work(n))
