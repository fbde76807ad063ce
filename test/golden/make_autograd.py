"""Numbers of torch.func, torch.vmap and torch.autograd.functional, for test/func/golden.test.ts.

Run with PyTorch 2.13:

    python test/golden/make_autograd.py > test/golden/autograd.json

Each case has the name of the case in the test, which computes the same with cellgrad, and its results as nested lists.
"""

import json

import torch
import torch.nn.functional as F
from torch.autograd import functional
from torch.func import (
    functional_call,
    grad,
    grad_and_value,
    hessian,
    jacfwd,
    jacrev,
    jvp,
    stack_module_state,
    vjp,
    vmap,
)


def values(*shape, seed=0):
    """Numbers that the test makes in the same way: sin(1 + 1.7 i + seed)."""
    n = 1
    for size in shape:
        n *= size
    return torch.sin(1 + 1.7 * torch.arange(n, dtype=torch.float64) + seed).reshape(shape)


def numbers(x):
    if isinstance(x, torch.Tensor):
        return x.detach().tolist()
    if isinstance(x, dict):
        return {key: numbers(value) for key, value in x.items()}
    return [numbers(each) for each in x]


W = values(3, 4, seed=5)
x = values(4, seed=1)
xs = values(5, 4, seed=2)
ys = values(5, 3, seed=3)
index = torch.tensor([[2, 0], [1, 1], [3, 2], [0, 3], [2, 2]])
labels = torch.tensor([0, 2, 1, 1, 0])


def layer(v):
    return torch.tanh(W @ v)


def energy(v):
    return (v.sin() * v.cumsum(0)).sum() + v.prod()


def pair(a, b):
    return (a * b.sum()).exp(), (a.sum() * b) ** 2


def loss(params, v, target):
    hidden = torch.tanh(F.linear(v, params["weight"], params["bias"]))
    return F.mse_loss(hidden, target)


params = {"weight": values(3, 4, seed=7), "bias": values(3, seed=8)}
a, b = values(3, seed=1), values(2, seed=4)
cases = {}

# Derivatives of functions.
cases["grad"] = grad(energy)(x)
cases["grad of grad"] = grad(lambda v: grad(energy)(v).square().sum())(x)
cases["gradAndValue"] = grad_and_value(energy)(x)
cases["grad with argnums"] = grad(lambda p, q: (p.exp() * q.sum()).sum(), argnums=(0, 1))(a, b)
cases["grad of a dict"] = grad(loss)(params, x, ys[0])
value, pull = vjp(layer, x)
cases["vjp"] = (value, pull(values(3, seed=9))[0])
value, pull = vjp(pair, a, b)
cases["vjp of a pair"] = (value, pull((values(3, seed=2), values(2, seed=3))))
cases["jvp"] = jvp(layer, (x,), (values(4, seed=6),))
cases["jvp of a pair"] = jvp(pair, (a, b), (values(3, seed=6), values(2, seed=7)))
cases["jacrev"] = jacrev(layer)(x)
cases["jacfwd"] = jacfwd(layer)(x)
cases["jacrev with argnums"] = jacrev(pair, argnums=(0, 1))(a, b)
cases["jacfwd with argnums"] = jacfwd(pair, argnums=(0, 1))(a, b)
cases["hessian"] = hessian(energy)(x)
cases["hessian of a matrix"] = hessian(lambda m: (m @ m.mT).exp().sum())(values(2, 3))

# At a point.
cases["functional.jacobian"] = functional.jacobian(layer, x)
cases["functional.jacobian of a pair"] = functional.jacobian(pair, (a, b))
cases["functional.hessian"] = functional.hessian(energy, x)
cases["functional.hessian of two"] = functional.hessian(lambda p, q: (p.exp().sum() * q).square().sum(), (a, b))
cases["functional.vjp"] = functional.vjp(layer, x, values(3, seed=9))
cases["functional.jvp"] = functional.jvp(pair, (a, b), (values(3, seed=6), values(2, seed=7)))
cases["functional.hvp"] = functional.hvp(energy, x, values(4, seed=3))
cases["functional.vhp"] = functional.vhp(energy, x, values(4, seed=3))

# Mapped functions.
cases["vmap"] = vmap(layer)(xs)
cases["vmap with dims"] = vmap(lambda p, q: p.outer(q), in_dims=(1, None), out_dims=2)(xs, b)
cases["vmap of a dict"] = vmap(lambda d: {"sum": d["x"].sum() + d["y"], "max": d["x"].max()})({"x": xs, "y": ys[:, 0]})
cases["vmap of a vmap"] = vmap(lambda p: vmap(lambda q: (p[:3] * q).sum())(ys))(xs)
cases["vmap in two dims"] = vmap(vmap(torch.sin, in_dims=1), in_dims=1)(values(2, 3, 4))
cases["vmap in chunks"] = vmap(layer, chunk_size=2)(xs)
cases["vmap of rearranged"] = vmap(lambda v: torch.cat([v.flip(0), v.reshape(2, 2).T.flatten(), v[1:3], F.pad(v, (1, 1))]))(xs)
cases["vmap of reductions"] = vmap(lambda v: torch.stack([v.mean(), v.var(), v.amax(), v.logsumexp(0), v.norm(), v.argmax() * 1.0]))(xs)
cases["vmap of sort"] = vmap(lambda v: (v.sort()[0], v.sort(descending=True)[1]))(xs)
cases["vmap of scans"] = vmap(lambda v: (v.cumsum(0), v.cumprod(0), v.cummax(0)[0]))(xs)
cases["vmap of gather"] = vmap(lambda v, i: v.gather(0, i))(xs, index)
cases["vmap of indexSelect, index mapped"] = vmap(lambda i: x.index_select(0, i))(index)
cases["vmap of indexSelect, both mapped"] = vmap(lambda v, i: v.index_select(0, i))(xs, index)
cases["vmap of indexSelect, values mapped"] = vmap(lambda v: v.index_select(0, index[0]))(xs)
cases["vmap of indexAdd"] = vmap(lambda v, i, s: v.index_add(0, i, s[:2]))(xs, index, ys)
cases["vmap of scatterAdd"] = vmap(lambda v, i, s: v.scatter_add(0, i, s))(xs, torch.tensor([[2, 0, 2], [1, 1, 1], [3, 2, 1], [0, 3, 0], [2, 2, 3]]), ys)
cases["vmap of crossEntropy"] = vmap(F.cross_entropy)(ys, labels)
cases["vmap of softmax and where"] = vmap(lambda v: torch.where(v > 0, v.softmax(0), v))(xs)
cases["vmap of matmul"] = vmap(lambda m: m @ W.T)(values(2, 5, 4))
cases["vmap of bmm"] = vmap(lambda m, n: m @ n)(values(2, 3, 5, 4), values(2, 4, 2, seed=1))
cases["vmap of einsum"] = vmap(lambda v, w: torch.einsum("i,oi->o", v, w))(xs, values(5, 3, 4))

# Together.
cases["gradients of each sample"] = vmap(grad(loss), in_dims=(None, 0, 0))(params, xs, ys)
cases["hessians of each sample"] = vmap(hessian(energy))(xs)
cases["jacobians of each sample"] = vmap(jacrev(layer))(xs)
cases["jacobian of a mapped function"] = jacrev(lambda v: vmap(layer)(v).sum(0))(xs)
cases["gradient of a mapped function"] = grad(lambda m: vmap(lambda v: torch.tanh(m @ v).prod())(xs).sum())(W)
cases["gradient of gradients of each sample"] = grad(
    lambda p: sum(g.square().sum() for g in vmap(grad(loss), in_dims=(None, 0, 0))(p, xs, ys).values())
)(params)
cases["gradient of gathered"] = grad(lambda v: vmap(lambda r, i: r[i].square().prod())(v, index).sum())(xs)

# Modules.
models = [torch.nn.Sequential(torch.nn.Linear(4, 2), torch.nn.Tanh()).double() for _ in range(3)]
for k, model in enumerate(models):
    with torch.no_grad():
        model[0].weight.copy_(values(2, 4, seed=k))
        model[0].bias.copy_(values(2, seed=k + 10))
state, buffers = stack_module_state(models)
cases["ensemble"] = vmap(lambda p, s, v: functional_call(models[0], (p, s), (v,)), in_dims=(0, 0, None))(state, buffers, xs)
cases["functionalCall"] = functional_call(models[0], {"0.weight": values(2, 4, seed=3)}, x)

print(json.dumps({name: numbers(result) for name, result in cases.items()}, indent=0))
