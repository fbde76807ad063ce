"""Evaluates expressions with PyTorch for the fuzzer of operations: a line of JSON asks, a line of JSON answers.

Asked: {"torch": expression, "inputs": [{"dtype", "shape", "data"}]}; the inputs are a, b, c, d in the expression, floating ones require
grad. Answered: {"outputs": [{"dtype", "shape", "data"}], "grads": [data or null]} or {"error": text}; where an input is float16 or
bfloat16 also "exact", the same of the inputs as float64. Gradients begin with the weights that `weightsOf` in compare.ts gives, one for
every output that has a history.
"""

import json
import math
import sys
import warnings

import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")
torch.set_num_threads(1)

NAMES = {
    getattr(torch, name): name
    for name in ["float32", "float64", "int32", "bool", "int64", "uint8", "int8", "float16", "bfloat16"]
}
DTYPES = {name: dtype for dtype, name in NAMES.items()}
SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf, "-0": -0.0}
NARROW = [torch.float16, torch.bfloat16]
known = {}


def tensor_of(spec):
    data = [SPECIAL[x] if isinstance(x, str) else x for x in spec["data"]]
    dtype = DTYPES[spec["dtype"]]
    t = torch.tensor(data, dtype=torch.float64 if dtype.is_floating_point else torch.int64)
    t = t.to(dtype).reshape(spec["shape"])
    return t.requires_grad_() if dtype.is_floating_point else t


def number(x):
    if isinstance(x, float):
        if math.isnan(x):
            return "nan"
        if math.isinf(x):
            return "inf" if x > 0 else "-inf"
        if x == 0 and math.copysign(1, x) < 0:
            return "-0"
        if x == int(x) and abs(x) < 2**53:
            return int(x)
    return int(x) if isinstance(x, bool) else x


def flat(t):
    return [number(v) for v in t.detach().reshape(-1).tolist()]


def outputs_of(result):
    if isinstance(result, torch.Tensor):
        return [result]
    if isinstance(result, bool):
        return [torch.tensor(result)]
    return list(result)


def weights_of(t):
    flat = [((i * 5) % 7 - 3) / 4 + 0.125 for i in range(t.numel())]
    return torch.tensor(flat, dtype=t.dtype).reshape(t.shape)


def answer(request):
    leaves = [tensor_of(spec) for spec in request["inputs"]]
    reply = computed(request, leaves)
    if any(x.dtype in NARROW for x in leaves):
        wide = [x.detach().double().requires_grad_() if x.dtype in NARROW else x for x in leaves]
        try:
            reply["exact"] = computed(request, wide)
        except Exception:
            # It does not take float64 beside the other dtypes.
            pass
    return reply


def computed(request, leaves):
    code = known.get(request["torch"])
    if code is None:
        code = known[request["torch"]] = compile(request["torch"], "case", "eval")
    names = dict(zip("abcd", leaves))
    result = eval(code, {"torch": torch, "F": F, "inf": math.inf, "nan": math.nan, **names})
    outputs = outputs_of(result)
    grads = None
    differentiable = [x for x in leaves if x.requires_grad]
    with_history = [y for y in outputs if y.requires_grad]
    if differentiable and with_history:
        begin = [weights_of(y) for y in with_history]
        try:
            found = iter(torch.autograd.grad(with_history, differentiable, begin, allow_unused=True))
        except RuntimeError:
            # PyTorch computes this, but does not differentiate it.
            found = None
        if found is not None:
            grads = [next(found) if x.requires_grad else None for x in leaves]
            grads = [None if g is None else flat(g) for g in grads]
    return {
        "outputs": [{"dtype": NAMES[y.dtype], "shape": list(y.shape), "data": flat(y)} for y in outputs],
        "grads": grads,
    }


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {str(error).splitlines()[0][:160] if str(error) else ''}"}
    print(json.dumps(reply, separators=(",", ":")), flush=True)
