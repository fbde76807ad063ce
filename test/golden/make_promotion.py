"""What PyTorch brings two dtypes to: python make_promotion.py writes promotion.json, which test/tensor/promotion.test.ts reads.

`tensors` has for each pair of dtypes the result of [1-d with 1-d, 1-d with 0-d, 0-d with 1-d, 0-d with 0-d]; `numbers` for each dtype and
number that of [1-d, 0-d].
"""

import json
from pathlib import Path

import torch

NAMES = ["float32", "float64", "int32", "bool", "int64", "uint8", "int8", "float16", "bfloat16"]
NUMBERS = {"true": True, "whole": 1, "fraction": 1.5}


def tensor(name, rank):
    return torch.ones([1] * rank, dtype=getattr(torch, name))


def result(a, b):
    return str(torch.result_type(a, b)).removeprefix("torch.")


table = {
    "torch": torch.__version__,
    "tensors": {
        a: {b: [result(tensor(a, i), tensor(b, j)) for i, j in [(1, 1), (1, 0), (0, 1), (0, 0)]] for b in NAMES} for a in NAMES
    },
    "numbers": {a: {name: [result(tensor(a, rank), x) for rank in (1, 0)] for name, x in NUMBERS.items()} for a in NAMES},
}
Path(__file__).with_name("promotion.json").write_text(json.dumps(table, indent=1) + "\n")
