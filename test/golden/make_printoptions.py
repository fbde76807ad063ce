"""Writes what PyTorch prints under torch.set_printoptions, for test/tensor/print-options.test.ts.

Run with PyTorch 2.13: python test/golden/make_printoptions.py
"""

import json
import pathlib

import torch

VALUES = {
    "fractions": [[1.0, 2.5, -3.25], [0.125, 1234.5678, 0.0]],
    "whole": [1.0, -20.0, 300.0],
    "wide": [1e-5, 1.0, 123456.0],
    "large": [1e9, 1.0],
    "special": [float("nan"), float("inf"), 0.5],
    "long": [i / 8 for i in range(60)],
    "ints": list(range(30)),
}
OPTIONS = [
    {},
    {"precision": 2},
    {"precision": 0},
    {"precision": 8},
    {"sci_mode": True},
    {"sci_mode": False},
    {"threshold": 10},
    {"threshold": 10, "edgeitems": 1},
    {"linewidth": 40},
    {"profile": "short"},
    {"profile": "full"},
    {"profile": "short", "precision": 6, "threshold": 5},
    {"sci_mode": False, "precision": 7},
]


def camel(name):
    return "sciMode" if name == "sci_mode" else name


cases = []
for options in OPTIONS:
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**options)
    for name, values in VALUES.items():
        x = torch.tensor(values)
        cases.append({"options": {camel(k): v for k, v in options.items()}, "name": name, "text": str(x)})
torch.set_printoptions(profile="default")
# JSON has no NaN.
values = json.loads(json.dumps(VALUES).replace("NaN", '"NaN"').replace("Infinity", '"Infinity"'))
path = pathlib.Path(__file__).with_name("printoptions.json")
path.write_text(json.dumps({"values": values, "cases": cases}, separators=(",", ":")) + "\n")
print(f"{path.name}: {len(cases)} texts")
