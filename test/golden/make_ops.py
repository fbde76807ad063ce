"""Writes what PyTorch computes (a file for each case in ops/), prints and refuses, for test/ops/golden.test.ts and test/tensor/print.test.ts.

Run with PyTorch 2.13: python test/golden/make_ops.py
"""

import json
import math
import pathlib
import shutil

import torch
import torch.nn.functional as F

GOLDEN = 0.6180339887498949


def numbers(shape, low, high, phase):
    """The same few digits each time, nothing random."""
    count = math.prod(shape)
    flat = [round(low + (high - low) * (((i + 1 + phase) * GOLDEN) % 1), 3) for i in range(count)]
    return torch.tensor(flat, dtype=torch.float64).reshape(shape)


def ints(*rows):
    return torch.tensor(rows, dtype=torch.int64)


def inp(*shape, low=-2.0, high=2.0, phase=0):
    return ("real", shape, low, high, phase)


X = inp(3, 4)
Y = inp(3, 4, phase=50)
ROW = inp(4, phase=50)
POS = inp(3, 4, low=0.2, high=3)
POSROW = inp(4, low=0.3, high=2, phase=7)
UNIT = inp(3, 4, low=-0.95, high=0.95)
INDEX = [[0, 2, 1, 1], [2, 2, 0, 1], [1, 0, 0, 3]]

# name -> (function of the inputs, inputs); the names are also those in golden.test.ts
CASES = {
    "add": (lambda a, b: a.add(b, alpha=2), [X, ROW]),
    "sub": (lambda a, b: a - b, [X, ROW]),
    "mul": (lambda a, b: a * b, [X, ROW]),
    "div": (lambda a, b: a / b, [X, POSROW]),
    "divTrunc": (lambda a, b: torch.div(a, b, rounding_mode="trunc"), [X, POSROW]),
    "divFloor": (lambda a, b: torch.div(a, b, rounding_mode="floor"), [X, POSROW]),
    "rsub": (lambda a: 1 - a, [X]),
    "rdiv": (lambda a: 2 / a, [POS]),
    "rpow": (lambda a: 3**a, [X]),
    "pow2": (lambda a: a**2, [X]),
    "pow3": (lambda a: a**3, [X]),
    "powHalf": (lambda a: a**0.5, [POS]),
    "powReal": (lambda a: a**2.3, [POS]),
    "powTensor": (lambda a, b: a**b, [POS, ROW]),
    "powOfZero": (lambda a, b: (a * 0) ** b, [POS, POSROW]),
    "remainder": (lambda a, b: torch.remainder(a, b), [X, POSROW]),
    "remainderNegative": (lambda a, b: torch.remainder(a, -b), [X, POSROW]),
    "fmod": (lambda a, b: torch.fmod(a, b), [X, POSROW]),
    "atan2": (lambda a, b: torch.atan2(a, b), [X, Y]),
    "lerp": (lambda a, b: torch.lerp(a, b, 0.3), [X, Y]),
    "addcmul": (lambda a, b, c: torch.addcmul(a, b, c, value=0.5), [X, Y, POS]),
    "addcdiv": (lambda a, b, c: torch.addcdiv(a, b, c, value=0.5), [X, Y, POS]),
    "neg": (lambda a: -a, [X]),
    "abs": (lambda a: a.abs(), [X]),
    "sign": (lambda a: a.sign(), [X]),
    "exp": (lambda a: a.exp(), [X]),
    "exp2": (lambda a: a.exp2(), [X]),
    "expm1": (lambda a: a.expm1(), [X]),
    "log": (lambda a: a.log(), [POS]),
    "log2": (lambda a: a.log2(), [POS]),
    "log10": (lambda a: a.log10(), [POS]),
    "log1p": (lambda a: a.log1p(), [UNIT]),
    "sqrt": (lambda a: a.sqrt(), [POS]),
    "rsqrt": (lambda a: a.rsqrt(), [POS]),
    "square": (lambda a: a.square(), [X]),
    "reciprocal": (lambda a: a.reciprocal(), [POS]),
    "sin": (lambda a: a.sin(), [X]),
    "cos": (lambda a: a.cos(), [X]),
    "tan": (lambda a: a.tan(), [UNIT]),
    "asin": (lambda a: a.asin(), [UNIT]),
    "acos": (lambda a: a.acos(), [UNIT]),
    "atan": (lambda a: a.atan(), [X]),
    "sinh": (lambda a: a.sinh(), [X]),
    "cosh": (lambda a: a.cosh(), [X]),
    "erf": (lambda a: a.erf(), [X]),
    "lgamma": (lambda a: a.lgamma(), [X]),
    "digamma": (lambda a: a.digamma(), [X]),
    "polygamma": (lambda a: torch.polygamma(2, a), [POS]),
    "floor": (lambda a: a.floor(), [X]),
    "ceil": (lambda a: a.ceil(), [X]),
    "round": (lambda a: (a * 2).round(), [X]),
    "trunc": (lambda a: a.trunc(), [X]),
    "frac": (lambda a: a.frac(), [X]),
    "sigmoid": (lambda a: a.sigmoid(), [X]),
    "logSigmoid": (lambda a: F.logsigmoid(a * 20), [X]),
    "tanh": (lambda a: a.tanh(), [X]),
    "relu": (lambda a: a.relu(), [X]),
    "relu6": (lambda a: F.relu6(a * 4), [X]),
    "leakyRelu": (lambda a: F.leaky_relu(a), [X]),
    "elu": (lambda a: F.elu(a, alpha=1.3), [X]),
    "selu": (lambda a: F.selu(a), [X]),
    "celu": (lambda a: F.celu(a, alpha=0.7), [X]),
    "gelu": (lambda a: F.gelu(a), [X]),
    "geluTanh": (lambda a: F.gelu(a, approximate="tanh"), [X]),
    "silu": (lambda a: F.silu(a), [X]),
    "mish": (lambda a: F.mish(a), [X]),
    "softplus": (lambda a: F.softplus(a * 15, beta=2), [X]),
    "softsign": (lambda a: F.softsign(a), [X]),
    "hardtanh": (lambda a: F.hardtanh(a), [X]),
    "hardsigmoid": (lambda a: F.hardsigmoid(a * 3), [X]),
    "hardswish": (lambda a: F.hardswish(a * 3), [X]),
    "hardshrink": (lambda a: F.hardshrink(a), [X]),
    "softshrink": (lambda a: F.softshrink(a), [X]),
    "tanhshrink": (lambda a: F.tanhshrink(a), [X]),
    "threshold": (lambda a: F.threshold(a, 0.5, 3), [X]),
    "clamp": (lambda a: a.clamp(-1, 0.5), [X]),
    "clampTensor": (lambda a, b: a.clamp(min=b), [X, ROW]),
    "minimum": (lambda a, b: torch.minimum(a, b), [X, ROW]),
    "maximum": (lambda a, b: torch.maximum(a, b), [X, ROW]),
    "maximumOfEqual": (lambda a: torch.maximum(a, a * 1), [X]),
    "maskedFill": (lambda a: a.masked_fill(a > 0, 7), [X]),
    "where": (lambda a, b: torch.where(a > b, a, b * 2), [X, ROW]),
    "softmax": (lambda a: a.softmax(-1), [X]),
    "softmax0": (lambda a: a.softmax(0), [X]),
    "softmaxLarge": (lambda a: (a * 400).softmax(1), [X]),
    "logSoftmax": (lambda a: (a * 40).log_softmax(1), [X]),
    "logsumexp": (lambda a: a.logsumexp([0, 1]), [X]),
    "logsumexpDim": (lambda a: (a * 100).logsumexp(1, keepdim=True), [X]),
    "sum": (lambda a: a.sum(), [X]),
    "sumDim": (lambda a: a.sum(0), [X]),
    "sumDims": (lambda a: a.sum([0, 2], keepdim=True), [inp(2, 3, 2)]),
    "mean": (lambda a: a.mean(), [X]),
    "meanDim": (lambda a: a.mean(-1, keepdim=True), [X]),
    "prod": (lambda a: a.prod(), [inp(2, 3)]),
    "prodDim": (lambda a: a.prod(1), [X]),
    "prodWithZero": (lambda a: (a.floor() * 0.5).prod(0), [X]),
    "max": (lambda a: a.max(), [X]),
    "min": (lambda a: a.min(), [X]),
    "maxOfEqual": (lambda a: (a * 0 + 2).max(), [X]),
    "maxDim": (lambda a: a.max(1).values, [X]),
    "minDim": (lambda a: a.min(0, keepdim=True).values, [X]),
    "maxDimOfEqual": (lambda a: a.floor().max(1).values, [X]),
    "amax": (lambda a: a.floor().amax(1), [X]),
    "amin": (lambda a: a.amin([0, 1]), [X]),
    "var": (lambda a: a.var(), [X]),
    "varDim": (lambda a: a.var(1, correction=0, keepdim=True), [X]),
    "std": (lambda a: a.std(), [X]),
    "stdDim": (lambda a: a.std(0), [X]),
    "norm": (lambda a: torch.linalg.vector_norm(a), [X]),
    "norm1": (lambda a: torch.linalg.vector_norm(a, 1, 1), [X]),
    "norm3": (lambda a: torch.linalg.vector_norm(a, 3, 0, keepdim=True), [X]),
    "normInf": (lambda a: torch.linalg.vector_norm(a, math.inf, 1), [X]),
    "normOfZero": (lambda a: torch.linalg.vector_norm(a * 0), [X]),
    "cumsum": (lambda a: a.cumsum(1), [inp(2, 9)]),
    "cumprod": (lambda a: a.cumprod(0), [X]),
    "sort": (lambda a: a.sort(1, descending=True).values, [X]),
    "topk": (lambda a: a.topk(2, 0).values, [X]),
    "median": (lambda a: a.median(), [X]),
    "medianDim": (lambda a: a.median(0, keepdim=True).values, [inp(5, 3)]),
    "quantile": (lambda a: a.quantile(0.3, 1), [X]),
    "prodLong": (lambda a: (1 + a / 600).prod(0), [inp(600, 1)]),
    "prodLongWithZero": (lambda a: ((1 + a / 600) * torch.tensor([1.0] * 599 + [0]).unsqueeze(1)).prod(0), [inp(600, 1)]),
    "matmul": (lambda a, b: a @ b, [X, inp(4, 2)]),
    "matmulVectors": (lambda a, b: a @ b, [inp(4), inp(4, phase=9)]),
    "matmulVectorLeft": (lambda a, b: a @ b, [inp(3), inp(2, 3, 4)]),
    "matmulVectorRight": (lambda a, b: a @ b, [inp(2, 3, 4), inp(4)]),
    "matmulBatch": (lambda a, b: a @ b, [inp(2, 1, 2, 3), inp(3, 3, 2)]),
    "matmulOneForAll": (lambda a, b: a @ b, [inp(2, 2, 3), inp(3, 2)]),
    "addmm": (lambda c, a, b: torch.addmm(c, a, b, beta=0.5, alpha=2), [inp(2), X, inp(4, 2)]),
    "outer": (lambda a, b: torch.outer(a, b), [inp(3), inp(4)]),
    "linear": (lambda x, w, b: F.linear(x, w, b), [inp(2, 3, 4), inp(5, 4), inp(5)]),
    "einsumBatch": (lambda a, b: torch.einsum("bij,bkj->bik", a, b), [inp(2, 3, 2), inp(2, 4, 2)]),
    "einsumThree": (lambda a, b, c: torch.einsum("i,ij,j->i", a, b, c), [inp(3), X, inp(4)]),
    "einsumImplicit": (lambda a, b: torch.einsum("ba,cb", a, b), [inp(3, 2), inp(4, 3)]),
    "einsumDots": (lambda a, b: torch.einsum("...ij,...jk", a, b), [inp(2, 1, 2, 3), inp(3, 3, 2)]),
    "einsumDiagonal": (lambda a: torch.einsum("ii->i", a), [inp(3, 3)]),
    "reshape": (lambda a: a.reshape(2, -1), [X]),
    "permute": (lambda a: a.permute(2, 0, 1), [inp(2, 3, 2)]),
    "transpose": (lambda a: a.transpose(0, -1), [inp(2, 3, 2)]),
    "T": (lambda a: a.permute(2, 1, 0), [inp(2, 3, 2)]),
    "squeeze": (lambda a: a.squeeze(1), [inp(2, 1, 1)]),
    "expand": (lambda a: a.expand(2, -1, 4), [inp(3, 1)]),
    "repeat": (lambda a: a.repeat(2, 1, 2), [inp(2, 3)]),
    "tile": (lambda a: a.tile([2]), [inp(2, 3)]),
    "repeatInterleave": (lambda a: a.repeat_interleave(2, dim=0), [inp(2, 3)]),
    "flip": (lambda a: a.flip([0]), [X]),
    "roll": (lambda a: a.roll([1, -2], [0, 1]), [X]),
    "rollFlat": (lambda a: a.roll(5), [X]),
    "pad": (lambda a: F.pad(a, [1, 2, 0, 1], value=3.0), [inp(2, 3)]),
    "padCrop": (lambda a: F.pad(a, [-1, 1, 2]  + [-1]), [X]),
    "diagonal": (lambda a: a.diagonal(1, -2, -1), [inp(2, 3, 4)]),
    "diag": (lambda a: torch.diag(a, -1), [inp(3)]),
    "trace": (lambda a: torch.trace(a), [X]),
    "tril": (lambda a: a.tril(-1), [X]),
    "triu": (lambda a: a.triu(1), [X]),
    "unfold": (lambda a: a.unfold(1, 3, 2), [inp(2, 7)]),
    "slice": (lambda a: a[1:, 0:4:2], [X]),
    "sliceEllipsis": (lambda a: a[..., -1], [inp(2, 3, 2)]),
    "sliceNew": (lambda a: a[None, 1], [X]),
    "cat": (lambda a, b: torch.cat([a, b, a], 1), [X, inp(3, 2)]),
    "stack": (lambda a, b: torch.stack([a, b], -1), [X, Y]),
    "split": (lambda a: a.split(3, 1)[1], [X]),
    "chunk": (lambda a: a.chunk(2, 0)[0], [X]),
    "gather": (lambda a: a.gather(1, torch.tensor(INDEX)), [X]),
    "indexSelect": (lambda a: a.index_select(0, torch.tensor([2, 0, 2])), [X]),
    "take": (lambda a: a.take(torch.tensor([[0, 11], [-1, 5]])), [X]),
    "scatterAdd": (lambda a, b: a.scatter_add(1, torch.tensor(INDEX), b), [X, Y]),
    "scatterAddSmall": (lambda a, b: a.scatter_add(0, torch.tensor([[2, 0]]), b[:1, :2]), [X, Y]),
    "scatter": (lambda a, b: a.scatter(1, torch.tensor([[0, 2], [3, 1], [1, 0]]), b[:, :2]), [X, Y]),
    "indexAdd": (lambda a, b: a.index_add(0, torch.tensor([1, 1, 0]), b), [X, Y]),
    "indexAddAlpha": (lambda a, b: a.index_add(0, torch.tensor([1, 1, 0]), b, alpha=-2.5), [X, Y]),
    "maskedSelect": (lambda a: a.masked_select(a > 0), [X]),
}

# Results that are not differentiated: indices, truth values, integers, special numbers.
NAN = math.nan
INF = math.inf
PLAIN = {
    "argmax": lambda: torch.tensor([[1.0, 3, 3], [2, 2, 1]]).argmax(1),
    "argmin": lambda: torch.tensor([[1.0, 3, 3], [2, 1, 1]]).argmin(),
    "argmaxNaN": lambda: torch.tensor([1.0, NAN, 3, NAN]).argmax(),
    "maxNaN": lambda: torch.tensor([1.0, NAN, 3]).max(),
    "maximumNaN": lambda: torch.maximum(torch.tensor([1.0, NAN]), torch.tensor([NAN, 2.0])),
    "clampNaN": lambda: torch.tensor([NAN, -INF, INF]).clamp(-1, 1),
    "any": lambda: torch.tensor([[0.0, 0], [0, 2]]).any(1),
    "all": lambda: torch.tensor([[1.0, NAN], [0, 2]]).all(1),
    "eq": lambda: torch.tensor([1.0, NAN, 2]) == torch.tensor([1.0, NAN, 3]),
    "ne": lambda: torch.tensor([1.0, NAN, 2]) != torch.tensor([1.0, NAN, 3]),
    "lt": lambda: torch.tensor([1, 2, 3]) < torch.tensor(2.5),
    "ge": lambda: torch.tensor([1, 2, 3]) >= 2,
    "logical": lambda: torch.logical_xor(torch.tensor([0.0, 2, 0, 3]), torch.tensor([True, True, False, False])),
    "not": lambda: torch.tensor([0, 2, -1]).logical_not(),
    "isnan": lambda: torch.tensor([NAN, INF, 1]).isnan(),
    "isinf": lambda: torch.tensor([NAN, -INF, 1]).isinf(),
    "isfinite": lambda: torch.tensor([NAN, -INF, 1]).isfinite(),
    "isclose": lambda: torch.isclose(torch.tensor([1.0, INF, NAN, 1.0]), torch.tensor([1.000001, INF, NAN, 1.1])),
    "nanToNum": lambda: torch.tensor([NAN, INF, -INF, 2]).nan_to_num(),
    "intAdd": lambda: torch.tensor([1, 2], dtype=torch.int32) + torch.tensor([3, 4], dtype=torch.int32),
    "intDiv": lambda: torch.tensor([1, 2], dtype=torch.int32) / torch.tensor([3, 4], dtype=torch.int32),
    "intFloorDivide": lambda: torch.tensor([7, -7, 7], dtype=torch.int32) // torch.tensor([2, 2, -2], dtype=torch.int32),
    "intTrunc": lambda: torch.div(torch.tensor([7, -7], dtype=torch.int32), 2, rounding_mode="trunc"),
    "intRemainder": lambda: torch.tensor([7, -7, 7], dtype=torch.int32) % torch.tensor([3, 3, -3], dtype=torch.int32),
    "intPow": lambda: torch.tensor([2, -3], dtype=torch.int32) ** 3,
    "intPlusReal": lambda: torch.tensor([1, 2], dtype=torch.int32) + 0.5,
    "boolPlusInt": lambda: torch.tensor([True, False]) + torch.tensor([1, 1], dtype=torch.int32),
    "boolSum": lambda: torch.tensor([True, False, True]).sum(),
    "boolOr": lambda: torch.tensor([True, False]) + torch.tensor([True, False]),
    "zeroDimIsWeak": lambda: torch.tensor([1.0, 2]) + torch.tensor(1.0, dtype=torch.float64),
    "zeroDimOfHigherKind": lambda: torch.tensor([1, 2], dtype=torch.int32) + torch.tensor(1.5, dtype=torch.float64),
    "mixedWidths": lambda: torch.tensor([1.0, 2]) + torch.tensor([1.0, 2], dtype=torch.float64),
    "intExp": lambda: torch.tensor([0, 1], dtype=torch.int32).exp(),
    "intCumsum": lambda: torch.tensor([1, 2, 3], dtype=torch.int32).cumsum(0),
    "intMatmul": lambda: torch.tensor([[1, 2], [3, 4]], dtype=torch.int32) @ torch.tensor([[1, 0], [2, 1]], dtype=torch.int32),
    "roundHalves": lambda: torch.tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]).round(),
    "realToInt": lambda: torch.tensor([-1.7, 1.7]).to(torch.int32),
    "realToBool": lambda: torch.tensor([0.0, 0.1, NAN]).to(torch.bool),
    "arange": lambda: torch.arange(1, 10, 3),
    "arangeReal": lambda: torch.arange(0, 1, 0.25),
    "arangeDown": lambda: torch.arange(5, 0, -2),
    "linspace": lambda: torch.linspace(-1, 1, 7),
    "logspace": lambda: torch.logspace(0, 2, 4),
    "eye": lambda: torch.eye(2, 3),
    "full": lambda: torch.full((2, 2), 1.5),
    "oneHot": lambda: F.one_hot(torch.tensor([[0, 2], [1, 1]]), 4),
    "nonzero": lambda: torch.tensor([[0, 3], [1, 0]]).nonzero(),
    "argsort": lambda: torch.tensor([3.0, NAN, 1, 2]).argsort(),
    "topkIndices": lambda: torch.tensor([3.0, 9, 1, 2]).topk(2, largest=False).indices,
    "unique": lambda: torch.tensor([3.0, 1, 3, -2]).unique(),
    "bincount": lambda: torch.tensor([1, 3, 1]).bincount(minlength=5),
    "bincountWeights": lambda: torch.tensor([1, 3, 1]).bincount(weights=torch.tensor([0.5, 1, 2])),
    "medianIndices": lambda: torch.tensor([[3.0, 1, 2], [9, 7, 8]]).median(1).indices,
    "meshgrid": lambda: torch.stack(torch.meshgrid(torch.tensor([1.0, 2]), torch.tensor([3.0, 4, 5]), indexing="ij")),
    "meshgridXy": lambda: torch.stack(torch.meshgrid(torch.tensor([1.0, 2]), torch.tensor([3.0, 4, 5]), indexing="xy")),
    "countNonzero": lambda: torch.tensor([[0, 3], [1, 2]]).count_nonzero(1),
    "emptySum": lambda: torch.zeros(0, 3).sum(0),
    "emptyMean": lambda: torch.zeros(0).mean(),
    "emptyMatmul": lambda: torch.zeros(2, 0) @ torch.zeros(0, 3),
    "varOfOne": lambda: torch.tensor([2.0]).var(),
    "logsumexpInf": lambda: torch.tensor([[-INF, -INF], [INF, 1.0]]).logsumexp(1),
    "zeroToZero": lambda: torch.tensor([0.0, 0.0, INF]) ** torch.tensor([0.0, -1.0, 0.0]),
    "divByZero": lambda: torch.tensor([1.0, -1.0, 0.0]) / 0,
    "indexSelectMatrix": lambda: torch.tensor([[1, 2], [3, 4], [5, 6]])[torch.tensor([[0, 2], [1, 1]])],
}

# What PyTorch refuses.
ERRORS = {
    "addShapes": lambda: torch.zeros(2, 3) + torch.zeros(4),
    "matmulInner": lambda: torch.zeros(64, 2) @ torch.zeros(3, 1),
    "matmulBatch": lambda: torch.zeros(2, 2, 3) @ torch.zeros(3, 3, 2),
    "matmulScalar": lambda: torch.zeros(2) @ torch.tensor(1.0),
    "matmulDtypes": lambda: torch.zeros(2, 2) @ torch.zeros(2, 2, dtype=torch.float64),
    "mmRank": lambda: torch.zeros(2, 2, 2).mm(torch.zeros(2, 2)),
    "dotSizes": lambda: torch.zeros(2).dot(torch.zeros(3)),
    "reshapeSize": lambda: torch.zeros(6).reshape(4, -1),
    "reshapeTwoUnknown": lambda: torch.zeros(6).reshape(-1, -1),
    "sumDim": lambda: torch.zeros(2, 3).sum(2),
    "sumTwice": lambda: torch.zeros(2, 3).sum([0, 0]),
    "permuteTwice": lambda: torch.zeros(2, 3).permute(0, 0),
    "permuteRank": lambda: torch.zeros(2, 3).permute(0),
    "transposeDim": lambda: torch.zeros(2, 3).transpose(0, 2),
    "tRank": lambda: torch.zeros(2, 3, 4).t(),
    "expand": lambda: torch.zeros(2, 3).expand(2, 4),
    "expandRank": lambda: torch.zeros(2, 3).expand(3),
    "repeatRank": lambda: torch.zeros(2, 3).repeat(2),
    "narrow": lambda: torch.zeros(2, 3).narrow(1, 2, 2),
    "select": lambda: torch.zeros(2, 3).select(0, 2),
    "indexRank": lambda: torch.zeros(2, 3)[0, 0, 0],
    "indexRange": lambda: torch.zeros(2, 3)[2],
    "indexStep": lambda: torch.zeros(3)[::0],
    "catShapes": lambda: torch.cat([torch.zeros(2, 3), torch.zeros(2, 4)]),
    "catEmpty": lambda: torch.cat([]),
    "catScalars": lambda: torch.cat([torch.tensor(1.0), torch.tensor(2.0)]),
    "stackShapes": lambda: torch.stack([torch.zeros(2), torch.zeros(3)]),
    "splitSizes": lambda: torch.zeros(5).split([2, 2]),
    "meanOfInts": lambda: torch.tensor([1, 2], dtype=torch.int32).mean(),
    "boolSub": lambda: torch.tensor([True]) - torch.tensor([True]),
    "boolNeg": lambda: -torch.tensor([True]),
    "intNegativePow": lambda: torch.tensor([2], dtype=torch.int32) ** -1,
    "argmaxEmpty": lambda: torch.zeros(0).argmax(),
    "maxEmpty": lambda: torch.zeros(0).max(),
    "itemMany": lambda: torch.zeros(2).item(),
    "gatherRank": lambda: torch.zeros(2, 3).gather(1, torch.tensor([0])),
    "gatherRange": lambda: torch.zeros(2, 3).gather(1, torch.tensor([[3], [0]])),
    "gatherReal": lambda: torch.zeros(2, 3).gather(1, torch.tensor([[0.0]])),
    "indexSelectRange": lambda: torch.zeros(2, 3).index_select(0, torch.tensor([2])),
    "oneHotNegative": lambda: F.one_hot(torch.tensor([-1]), 3),
    "oneHotRange": lambda: F.one_hot(torch.tensor([3]), 3),
    "whereCondition": lambda: torch.zeros(2).masked_fill(torch.zeros(2), 1),
    "maskedFillShape": lambda: torch.zeros(2).masked_fill(torch.zeros(3, dtype=torch.bool), 1),
    "ragged": lambda: torch.tensor([[1, 2], [3]]),
    "notANumber": lambda: torch.tensor(["a"]),
    "negativeSize": lambda: torch.zeros(-1),
    "arangeStep": lambda: torch.arange(0, 5, -1),
    "arangeZero": lambda: torch.arange(0, 5, 0),
    "einsumOperands": lambda: torch.einsum("ij,jk", torch.zeros(2, 2)),
    "einsumSizes": lambda: torch.einsum("ij,jk", torch.zeros(2, 3), torch.zeros(2, 3)),
    "einsumRank": lambda: torch.einsum("ij", torch.zeros(2)),
    "einsumOutput": lambda: torch.einsum("i->j", torch.zeros(2)),
    "intRequiresGrad": lambda: torch.tensor([1]).requires_grad_(),
    "backwardVector": lambda: (torch.zeros(2, requires_grad=True) * 2).backward(),
    "backwardNoGrad": lambda: torch.zeros(1).sum().backward(),
    "backwardTwice": lambda: twice(),
    "backwardShape": lambda: (torch.zeros(2, requires_grad=True) * 2).backward(torch.zeros(3)),
    "gradUnused": lambda: torch.autograd.grad(
        torch.zeros(1, requires_grad=True).exp(), torch.zeros(1, requires_grad=True)
    ),
    "inPlaceLeaf": lambda: torch.zeros(2, requires_grad=True).add_(1),
    "inPlaceShape": lambda: torch.zeros(3).add_(torch.zeros(2, 3)),
    "inPlaceDtype": lambda: torch.zeros(3, dtype=torch.int32).add_(0.5),
    "changedView": lambda: torch.zeros(2, requires_grad=True).reshape(2, 1).add_(1),
    "multinomialNegative": lambda: torch.multinomial(torch.tensor([-1.0, 1.0]), 1),
    "multinomialTooMany": lambda: torch.multinomial(torch.tensor([1.0, 1.0]), 3),
    "padOdd": lambda: F.pad(torch.zeros(2, 2), [1]),
    "padCropsTooMuch": lambda: F.pad(torch.zeros(2, 2), [-2, -1]),
    "unfoldSize": lambda: torch.zeros(3).unfold(0, 4, 1),
    "topkTooMany": lambda: torch.zeros(3).topk(4),
    "addmmShapes": lambda: torch.addmm(torch.zeros(3), torch.zeros(2, 2), torch.zeros(2, 2)),
}


def twice():
    y = torch.ones(2, requires_grad=True).exp().sum()
    y.backward()
    y.backward()


def leaf(values):
    return torch.tensor(values, requires_grad=True)


# How tensors print.
PRINTS = {
    "scalar": lambda: torch.tensor(3.14159),
    "wholeScalar": lambda: torch.tensor(3.0),
    "vector": lambda: torch.tensor([1.0, 2.5, -3.25]),
    "whole": lambda: torch.tensor([1.0, -20.0, 300.0]),
    "wholeLarge": lambda: torch.tensor([1.0, 1e9]),
    "wholeRatio": lambda: torch.tensor([1.0, 2000.0]),
    "small": lambda: torch.tensor([1e-5, 1.0]),
    "ratio": lambda: torch.tensor([0.001, 1.5]),
    "largest": lambda: torch.tensor([1.5e8, 1.2e9]),
    "negative": lambda: torch.tensor([-0.00001, -2.0, 0.5]),
    "special": lambda: torch.tensor([NAN, INF, -INF, 1.0]),
    "specialOnly": lambda: torch.tensor([NAN, INF]),
    "specialReal": lambda: torch.tensor([NAN, INF, 0.5]),
    "minusZero": lambda: torch.tensor([-0.0, 1.0]),
    "minusZeroReal": lambda: torch.tensor([-0.0, 1.5]),
    "halves": lambda: torch.tensor([0.03125, 0.09375, 2.5]),
    "exponent": lambda: torch.tensor([1e-38, 1e38]),
    "zeros": lambda: torch.zeros(2, 3),
    "matrix": lambda: torch.tensor([[1.5, 2.0], [3.0, 40.25]]),
    "cube": lambda: torch.arange(12.0).reshape(2, 3, 2) / 7,
    "fourDims": lambda: torch.arange(16.0).reshape(2, 2, 2, 2),
    "ints": lambda: torch.tensor([[1, -20], [300, 4]], dtype=torch.int32),
    "bools": lambda: torch.tensor([True, False]),
    "double": lambda: torch.tensor([1.0, 0.1], dtype=torch.float64),
    "empty": lambda: torch.zeros(0),
    "emptyMatrix": lambda: torch.zeros(0, 3),
    "emptyInts": lambda: torch.zeros(0, 3, dtype=torch.int32),
    "longVector": lambda: torch.arange(50.0) / 3,
    "longRow": lambda: (torch.arange(60.0) / 3).reshape(2, 30),
    "longInts": lambda: torch.arange(1000, dtype=torch.int32),
    "summarized": lambda: torch.arange(1001.0),
    "summarizedMatrix": lambda: torch.arange(2000.0).reshape(40, 50),
    "summarizedTall": lambda: torch.arange(2000.0).reshape(1000, 2),
    "summarizedCube": lambda: torch.arange(1260.0).reshape(7, 9, 20) / 10,
    "requiresGrad": lambda: leaf([1.0, 2.0]),
    "gradFn": lambda: leaf([1.0, 2.0]) * 2,
    "gradFnSum": lambda: leaf([1.0, 2.0]).sum(),
    "gradFnWrapped": lambda: (leaf([0.1] * 9) * 1.5).exp(),
    "gradFnDouble": lambda: torch.tensor([0.1] * 6, dtype=torch.float64, requires_grad=True) + 1,
}

NAMES = {
    torch.float32: "float32",
    torch.float64: "float64",
    torch.int32: "int32",
    torch.int64: "int64",
    torch.bool: "bool",
}


def number(x):
    if isinstance(x, float) and not math.isfinite(x):
        return "nan" if math.isnan(x) else "inf" if x > 0 else "-inf"
    if isinstance(x, float) and x == 0 and math.copysign(1, x) < 0:
        return "-0"
    return int(x) if isinstance(x, bool) or x == int(x) else x


def flat(t, digits):
    values = t.detach().reshape(-1).tolist()
    return [number(float(f"{v:.{digits}g}")) if isinstance(v, float) else number(v) for v in values]


def dump(t):
    digits = 9 if t.dtype == torch.float32 else 15
    return {"shape": list(t.shape), "dtype": NAMES[t.dtype], "data": flat(t, digits)}


# Positions, and whole numbers written in JavaScript, are int32 here and int64 in PyTorch.
INT32 = {
    *("argmax", "argmin", "argmaxNaN", "argsort", "topkIndices", "medianIndices", "nonzero"),
    *("arange", "arangeDown", "oneHot", "indexSelectMatrix"),
}


def dump_plain(name, t):
    return dump(t.int() if name in INT32 else t)


def weights(shape):
    """The gradient to begin with, the same in golden.test.ts."""
    count = math.prod(shape)
    return torch.tensor([((i * 5) % 7 - 3) / 4 + 0.125 for i in range(count)], dtype=torch.float64).reshape(shape)


def case(fn, specs):
    inputs = [numbers(*spec[1:]) for spec in specs]
    leaves = [x.clone().requires_grad_() for x in inputs]
    out = fn(*leaves)
    grads = [None] * len(leaves)
    if out.requires_grad:
        grads = torch.autograd.grad(out, leaves, weights(out.shape), allow_unused=True)
    single = fn(*[x.float() for x in inputs])
    return {
        "inputs": [{"shape": list(x.shape), "data": flat(x, 6)} for x in inputs],
        "value": dump(out),
        "float32": flat(single, 9),
        "grads": [None if g is None else flat(g, 12) for g in grads],
    }


def refuses(name, fn):
    try:
        fn()
    except Exception as error:
        return str(error).split("\n")[0][:160]
    raise SystemExit(f"{name}: PyTorch does not refuse this")


def prints(fn):
    t = fn()
    return {**dump(t), "requiresGrad": t.requires_grad, "text": repr(t).replace("torch.", "")}


folder = pathlib.Path(__file__).parent


def write(path, value):
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n")


shutil.rmtree(folder / "ops", ignore_errors=True)
(folder / "ops").mkdir()
for name, entry in CASES.items():
    write(folder / "ops" / f"{name}.json", case(*entry))
write(folder / "plain.json", {name: dump_plain(name, fn()) for name, fn in PLAIN.items()})
write(folder / "errors.json", {name: refuses(name, fn) for name, fn in ERRORS.items()})
write(folder / "prints.json", {name: prints(fn) for name, fn in PRINTS.items()})
