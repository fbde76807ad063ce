"""Writes aliases.json: which operations PyTorch gives the tensor itself for, which a view and which a copy, for test/ops/alias.test.ts.

Run with PyTorch 2.13: python test/golden/make_aliases.py > test/golden/aliases.json
"""

import json

import torch
import torch.nn.functional as F


def real():
    return torch.tensor([[1.0, 2, 3]])


def square():
    return torch.arange(9.0).reshape(3, 3).clone()


def cube():
    return torch.arange(24.0).reshape(2, 3, 4).clone()


def ints():
    return torch.tensor([[1, 2]], dtype=torch.int32)


def bools():
    return torch.tensor([True, False])


def vector():
    return torch.tensor([1.0, 2])


def scalar():
    return torch.tensor(2.0)


# name -> (input, operation); the names are also those in alias.test.ts
CASES = {
    "cat of one": (real, lambda x: torch.cat([x])),
    "stack of one": (real, lambda x: torch.stack([x])),
    "cumsum over a size of 1": (real, lambda x: x.cumsum(0)),
    "cumprod over a size of 1": (real, lambda x: x.cumprod(0)),
    "cumsum of a number": (scalar, lambda x: x.cumsum(0)),
    "roll by 0": (real, lambda x: x.roll(0, 0)),
    "roll by the size": (real, lambda x: x.roll(3, 1)),
    "roll of everything by 0": (real, lambda x: x.roll(0)),
    "pad by nothing": (real, lambda x: F.pad(x, [0, 0])),
    "pad that crops nothing": (real, lambda x: F.pad(x, [0, 0, 0, 0])),
    "pad that crops": (real, lambda x: F.pad(x, [-1, 0])),
    "floor of int32": (ints, lambda x: x.floor()),
    "ceil of int32": (ints, lambda x: x.ceil()),
    "round of int32": (ints, lambda x: x.round()),
    "trunc of int32": (ints, lambda x: x.trunc()),
    "abs of int32": (ints, lambda x: x.abs()),
    "sign of bool": (bools, lambda x: x.sign()),
    "logicalNot twice": (bools, lambda x: x.logical_not().logical_not()),
    "narrow": (real, lambda x: x.narrow(1, 0, 2)),
    "narrow whole": (real, lambda x: x.narrow(1, 0, 3)),
    "select": (real, lambda x: x.select(1, 0)),
    "slice whole": (real, lambda x: x[:]),
    "slice with a step": (square, lambda x: x[::2, 1:]),
    "slice with numbers": (square, lambda x: x[0, 1]),
    "slice with a new dim": (square, lambda x: x[:, None]),
    "slice by positions": (square, lambda x: x[torch.tensor([0, 1, 2])]),
    "slice by a mask": (square, lambda x: x[torch.tensor([True, True, True])]),
    "at": (square, lambda x: x[1]),
    "expand to the same": (real, lambda x: x.expand(1, 3)),
    "expand": (real, lambda x: x.expand(2, 3)),
    "expandAs": (real, lambda x: x.expand_as(torch.ones(2, 3))),
    "broadcastTo the same": (real, lambda x: x.broadcast_to((1, 3))),
    "repeat once": (real, lambda x: x.repeat(1, 1)),
    "tile once": (real, lambda x: x.tile((1, 1))),
    "repeatInterleave once": (real, lambda x: x.repeat_interleave(1, 0)),
    "split": (real, lambda x: x.split(2, 1)[0]),
    "split of one": (real, lambda x: x.split(3, 1)[0]),
    "chunk of one": (real, lambda x: x.chunk(1, 1)[0]),
    "unbind": (real, lambda x: x.unbind(0)[0]),
    "the first of an iteration": (real, lambda x: next(iter(x))),
    "nanToNum": (real, lambda x: x.nan_to_num()),
    "nanToNum of int32": (ints, lambda x: x.nan_to_num()),
    "t": (real, lambda x: x.t()),
    "t of a vector": (vector, lambda x: x.t()),
    "T": (square, lambda x: x.T),
    "mT": (cube, lambda x: x.mT),
    "permute to the same": (cube, lambda x: x.permute(0, 1, 2)),
    "transpose of a dim with itself": (real, lambda x: x.transpose(0, 0)),
    "movedim to the same": (cube, lambda x: x.movedim(1, 1)),
    "adjoint": (cube, lambda x: x.adjoint()),
    "positive": (real, lambda x: x.positive()),
    "mH": (cube, lambda x: x.mH),
    "swapaxes": (cube, lambda x: x.swapaxes(0, 1)),
    "moveaxis": (cube, lambda x: x.moveaxis(0, 1)),
    "ravel": (cube, lambda x: x.ravel()),
    "ravel of a transposed matrix": (square, lambda x: x.t().ravel()),
    "reshapeAs": (square, lambda x: x.reshape_as(torch.ones(9))),
    "sumToSize of the same size": (square, lambda x: x.sum_to_size(3, 3)),
    "asStrided": (square, lambda x: x.as_strided([2], [1], 1)),
    "tensorSplit": (square, lambda x: x.tensor_split(3)[0]),
    "rot90 by nothing": (square, lambda x: x.rot90(4)),
    "diagEmbed": (real, lambda x: x.diag_embed()),
    "flip": (real, lambda x: x.flip([0])),
    "flip of no dim": (real, lambda x: x.flip([])),
    "reshape to the same": (real, lambda x: x.reshape(1, 3)),
    "reshape": (cube, lambda x: x.reshape(6, 4)),
    "reshape of a transposed matrix": (square, lambda x: x.t().reshape(9)),
    "reshape of a transposed matrix that splits": (cube, lambda x: x.transpose(0, 1).reshape(3, 2, 2, 2)),
    "reshape of a narrow part": (square, lambda x: x.narrow(1, 0, 2).reshape(6)),
    "reshape of rows": (square, lambda x: x.narrow(0, 0, 2).reshape(6)),
    "view": (cube, lambda x: x.view(6, 4)),
    "viewAs": (real, lambda x: x.view_as(torch.ones(3))),
    "flatten": (cube, lambda x: x.flatten()),
    "flatten of a vector": (vector, lambda x: x.flatten()),
    "flatten of one dim": (cube, lambda x: x.flatten(1, 1)),
    "flatten of a number": (scalar, lambda x: x.flatten()),
    "flatten of a transposed matrix": (square, lambda x: x.t().flatten()),
    "unflatten": (cube, lambda x: x.unflatten(2, (2, 2))),
    "squeeze": (real, lambda x: x.squeeze()),
    "squeeze of nothing": (square, lambda x: x.squeeze()),
    "unsqueeze": (real, lambda x: x.unsqueeze(0)),
    "diagonal": (square, lambda x: x.diagonal()),
    "diagonal beside": (square, lambda x: x.diagonal(-1)),
    "diag of a matrix": (square, lambda x: x.diag()),
    "unfold": (real, lambda x: x.unfold(1, 1, 1)),
    "clone": (real, lambda x: x.clone()),
    "contiguous": (real, lambda x: x.contiguous()),
    "contiguous of a transposed matrix": (square, lambda x: x.t().contiguous()),
    "contiguous of a transposed row": (real, lambda x: x.t().contiguous()),
    "to the same dtype": (real, lambda x: x.to(torch.float32)),
    "float of float32": (real, lambda x: x.float()),
    "int of int32": (ints, lambda x: x.int()),
    "bool of bool": (bools, lambda x: x.bool()),
    "to another dtype": (real, lambda x: x.double().float()),
    "detach": (real, lambda x: x.detach()),
    "detach of a view": (square, lambda x: x[1].detach()),
    "requiresGrad_": (real, lambda x: x.requires_grad_(False)),
    "clamp": (real, lambda x: x.clamp(-9, 9)),
    "add 0": (real, lambda x: x + 0),
    "mul 1": (real, lambda x: x * 1),
    "pow 1": (real, lambda x: x**1),
    "relu": (real, lambda x: x.relu()),
    "tril": (real, lambda x: x.tril(5)),
    "triu": (real, lambda x: x.triu(-5)),
    "maskedFill of nothing": (real, lambda x: x.masked_fill(torch.zeros(1, 3, dtype=torch.bool), 5)),
    "where": (real, lambda x: torch.where(torch.ones(1, 3, dtype=torch.bool), x, 0.0)),
    "sum over a size of 1": (real, lambda x: x.sum(0, keepdim=True)),
    "sum of a number": (scalar, lambda x: x.sum()),
    "mean of a number": (scalar, lambda x: x.mean()),
    "amax over a size of 1": (real, lambda x: x.amax(0, keepdim=True)),
    "max of a number": (scalar, lambda x: x.max()),
    "prod of a number": (scalar, lambda x: x.prod()),
    "values of max over a size of 1": (real, lambda x: x.max(0).values),
    "sort of a number": (scalar, lambda x: x.sort().values),
    "values of sort": (real, lambda x: x.sort(0).values),
    "values of topk": (real, lambda x: x.topk(1, 0).values),
    "gather": (real, lambda x: x.gather(0, torch.zeros(1, 3, dtype=torch.int64))),
    "take": (real, lambda x: x.take(torch.tensor([0, 1, 2]))),
    "indexSelect": (real, lambda x: x.index_select(0, torch.tensor([0]))),
    "einsum of nothing": (square, lambda x: torch.einsum("ij->ij", x)),
    "einsum that transposes": (square, lambda x: torch.einsum("ij->ji", x)),
    "einsum of a diagonal": (square, lambda x: torch.einsum("ii->i", x)),
    "meshgrid": (vector, lambda x: torch.meshgrid(x, x, indexing="ij")[0]),
    "dropout in eval": (real, lambda x: F.dropout(x, training=False)),
    "dropout of nothing": (real, lambda x: F.dropout(x, p=0.0)),
    "Identity": (real, lambda x: torch.nn.Identity()(x)),
    "Flatten": (cube, lambda x: torch.nn.Flatten()(x)),
    "Parameter": (real, lambda x: torch.nn.Parameter(x).detach()),
}


def kind(make, operation):
    x = make()
    y = operation(x)
    if y is x:
        return "same"
    before = y.tolist()
    x.copy_(torch.ones_like(x) if x.dtype == torch.bool else x + 1000)
    x.logical_not_() if x.dtype == torch.bool else None
    return "copy" if y.tolist() == before else "view"


print(json.dumps({name: kind(*case) for name, case in CASES.items()}, indent=1))
