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


def add(name, options, parametrize, features=4):
    layer = nn.Linear(features, 3)
    parametrize(layer)
    state = {k: said(v) for k, v in layer.state_dict().items()}
    if name == "orthogonal":
        with torch.no_grad():
            layer.parametrizations.weight.original.add_(0.3 * torch.randn(3, features).tril(-1))
    state = {k: said(v) for k, v in layer.state_dict().items()}
    x = torch.randn(5, features, requires_grad=True)
    y = layer(x)
    (y * torch.arange(1.0, 16.0).reshape(5, 3)).sum().backward()
    CASES.append({
        "name": name, "options": options, "features": features, "state": state, "x": said(x), "y": said(y), "gradient": said(x.grad),
        "parameterGradients": {k: said(p.grad) for k, p in layer.named_parameters()},
        "after": {k: said(v) for k, v in layer.state_dict().items()},
    })


add("weightNorm", {}, lambda m: P.weight_norm(m))
add("weightNorm", {"dim": 1}, lambda m: P.weight_norm(m, dim=1))
add("weightNorm", {"dim": None}, lambda m: P.weight_norm(m, dim=None))
add("spectralNorm", {}, lambda m: P.spectral_norm(m))
add("spectralNorm", {"nPowerIterations": 3, "dim": 1}, lambda m: P.spectral_norm(m, n_power_iterations=3, dim=1))
for size in (3, 4, 2):
    for map_name in ("matrix_exp", "cayley", "householder"):
        add("orthogonal", {"orthogonalMap": map_name}, lambda m: P.orthogonal(m, orthogonal_map=map_name), size)
    add("orthogonal", {"orthogonalMap": "householder", "useTrivialization": False},
        lambda m: P.orthogonal(m, orthogonal_map="householder", use_trivialization=False), size)
(pathlib.Path(__file__).parent / "utils.json").write_text(json.dumps(CASES, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
