"""Writes what PyTorch's parametrizations compute, with state dicts, for test/nn/utils.test.ts.

Run with PyTorch 2.13: python test/golden/make_utils.py
"""

import json
import pathlib

import torch
from torch import nn
from torch.nn.utils import parametrizations as P

torch.set_default_dtype(torch.float64)
torch.manual_seed(5)


def said(t):
    return {"shape": list(t.shape), "data": [float("%.12g" % x) for x in t.detach().flatten().tolist()]}


CASES = []


def add(name, options, parametrize):
    layer = nn.Linear(4, 3)
    parametrize(layer)
    state = {k: said(v) for k, v in layer.state_dict().items()}
    x = torch.randn(5, 4, requires_grad=True)
    y = layer(x)
    (y * torch.arange(1.0, 16.0).reshape(5, 3)).sum().backward()
    CASES.append({
        "name": name, "options": options, "state": state, "x": said(x), "y": said(y), "gradient": said(x.grad),
        "parameterGradients": {k: said(p.grad) for k, p in layer.named_parameters()},
        "after": {k: said(v) for k, v in layer.state_dict().items()},
    })


add("weightNorm", {}, lambda m: P.weight_norm(m))
add("weightNorm", {"dim": 1}, lambda m: P.weight_norm(m, dim=1))
add("weightNorm", {"dim": None}, lambda m: P.weight_norm(m, dim=None))
add("spectralNorm", {}, lambda m: P.spectral_norm(m))
add("spectralNorm", {"nPowerIterations": 3, "dim": 1}, lambda m: P.spectral_norm(m, n_power_iterations=3, dim=1))
(pathlib.Path(__file__).parent / "utils.json").write_text(json.dumps(CASES, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
