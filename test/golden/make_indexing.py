"""Random brackets with what PyTorch picks and assigns by them, values and gradients, for test/ops/set.test.ts.

Run with PyTorch 2.13: python test/golden/make_indexing.py > test/golden/indexing.json
"""

import json
import math
import random

import torch


def part(rng, n):
    """A range with bounds that may lie outside."""
    bound = lambda: rng.choice([None, None, rng.randint(-n - 1, n + 1)])
    return {"range": [bound(), bound(), rng.choice([None, 1, 2, 3])]}


def positions(rng, n, shape, unique):
    size = math.prod(shape)
    if unique and size <= n:
        data = rng.sample(range(n), size)
    else:
        data = [rng.randrange(n) for _ in range(size)]
    data = [i - n if rng.random() < 0.3 else i for i in data]
    return {"shape": list(shape), "dtype": rng.choice(["int32", "int64"]), "data": data}


def brackets(rng, shape):
    """Indices for a tensor of this shape, as JSON says them."""
    indices, dim = [], 0
    common = rng.choice([[2], [3], [2, 2], [1, 2]])
    advanced = rng.random() < 0.7
    one = False
    while dim < len(shape):
        n = shape[dim]
        kind = rng.random()
        if advanced and kind < 0.45:
            sizes = rng.choice([common, common, common[-1:], [1]])
            indices.append(positions(rng, n, sizes, not one))
            one = True
            dim += 1
        elif advanced and kind < 0.6:
            # Masks broadcast with index tensors only where one or as many places are true.
            rank = rng.choice([1, 1, 2]) if dim + 1 < len(shape) else 1
            sizes = shape[dim : dim + rank]
            data = [0] * math.prod(sizes)
            for i in rng.sample(range(len(data)), min(len(data), common[-1])):
                data[i] = 1
            indices.append({"shape": sizes, "dtype": "bool", "data": data})
            dim += rank
        elif kind < 0.7:
            indices.append(rng.randint(-n, n - 1))
            dim += 1
        elif kind < 0.75:
            indices.append({"shape": [], "dtype": "int64", "data": [rng.randrange(n)]})
            dim += 1
        elif kind < 0.8 and len(indices) < 6:
            indices.append("new")
        elif kind < 0.83 and len(indices) < 6:
            indices.append(rng.random() < 0.7)
        elif kind < 0.88 and "..." not in indices:
            indices.append("...")
            dim += rng.randint(0, len(shape) - dim)
        else:
            indices.append(part(rng, n))
            dim += 1
    if rng.random() < 0.3:
        indices = indices[: rng.randint(1, len(indices))]
    return indices


def python(index):
    if index == "new":
        return None
    if index == "...":
        return ...
    if isinstance(index, dict) and "range" in index:
        return slice(*index["range"])
    if isinstance(index, dict):
        return torch.tensor(index["data"], dtype=getattr(torch, index["dtype"])).reshape(index["shape"])
    return index


def numbers(size, first):
    return [(first + 7 * i) % 23 - 5 for i in range(size)]


def made(shape, first):
    data = torch.tensor(numbers(math.prod(shape), first), dtype=torch.float64)
    return data.reshape(shape).requires_grad_()


def weights(y):
    return (torch.arange(y.numel()) % 5 + 1).double().reshape(y.shape)


def flat(x):
    return [] if x is None else [int(v) for v in x.flatten().tolist()]


def main():
    rng = random.Random(12)
    cases = []
    while len(cases) < 400:
        shape = [rng.randint(1, 4) for _ in range(rng.randint(1, 4))]
        indices = brackets(rng, shape)
        key = tuple(python(i) for i in indices)
        x = made(shape, 3)
        try:
            y = x[key]
        except (IndexError, RuntimeError):
            continue
        if y.numel() > 100:
            continue
        (y * weights(y)).sum().backward()
        case = {"shape": shape, "indices": indices, "picked": {"shape": list(y.shape), "data": flat(y)}, "grad": flat(x.grad)}
        # What is assigned: a tensor of the shape, or one that is broadcast to it, or a number.
        kind = rng.random()
        if kind < 0.15:
            source, value = 4, 4
            case["value"] = 4
        else:
            sizes = [1 if rng.random() < 0.2 else n for n in y.shape][rng.randint(0, y.ndim) if rng.random() < 0.2 else 0 :]
            if rng.random() < 0.1:
                sizes = [1, *sizes]
            value = made(sizes, 11)
            case["value"] = {"shape": sizes, "data": flat(value)}
        x = made(shape, 3)
        # Of several values for one place PyTorch promises no order: such cases are compared where it has the last one.
        z = x * 1
        z[key] = value
        (z * weights(z)).sum().backward()
        places = torch.arange(math.prod(shape)).reshape(shape)[key].flatten().tolist()
        case["set"] = flat(z)
        case["twice"] = len(set(places)) < len(places)
        case["grads"] = [flat(x.grad), flat(value.grad) if isinstance(value, torch.Tensor) else []]
        cases.append(case)
    rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    print(f"[\n{rows}\n]")


main()
