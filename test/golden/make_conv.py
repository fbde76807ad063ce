"""Records what PyTorch computes for convolutions, pools and what belongs to them.

    python test/golden/make_conv.py        writes conv.json beside itself

A case is a function of torch.nn.functional with tensors, further arguments by position and by name; recorded are the results in float64 and
the gradients of sum(result * g). Tensors are made of their number and shape alone (see `values`), so only results are written.
"""

import json
import math
import pathlib
import re

import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def values(shape, seed):
    n = math.prod(shape)
    i = torch.arange(n, dtype=torch.float64)
    return (((i * 37 + i * i * 11 + seed * 17) % 101) / 50 - 1).reshape(shape)


def numbers(t):
    """Twelve digits: more than are compared. NaN is null."""
    return [None if v != v else float(f"{v:.12g}") if isinstance(v, float) else v for v in t.flatten().tolist()]


def camel(name):
    return re.sub(r"_([a-z0-9])", lambda m: m[1].upper(), name)


cases = []


def case(name, shapes, *args, also=None, **options):
    """`options` may name tensors by their shape in `tensors`; `also` makes tensors from the inputs that the function takes after them."""
    tensors = options.pop("tensors", {})
    inputs = [values(s, k).requires_grad_() for k, s in enumerate(shapes)]
    named = {key: values(s, len(shapes) + k).requires_grad_() for k, (key, s) in enumerate(tensors.items())}
    extra = also(*inputs) if also else []
    result = getattr(F, name)(*inputs, *extra, *args, **named, **options)
    results = list(result) if isinstance(result, tuple) else [result]
    g = values(results[0].shape, 9)
    gradients = torch.autograd.grad((results[0] * g).sum(), [*inputs, *named.values()])
    cases.append(
        {
            "name": camel(name),
            "inputs": shapes,
            "extra": [e.tolist() for e in extra],
            "args": list(args),
            "tensors": {camel(k): s for k, s in tensors.items()},
            "options": {camel(k): v for k, v in options.items()},
            "shape": list(results[0].shape),
            "results": [numbers(r) for r in results],
            "gradients": [numbers(x) for x in gradients],
        }
    )


def convolutions():
    for n in (1, 2, 3):
        conv, transposed = f"conv{n}d", f"conv_transpose{n}d"
        space, kernel = [7, 6, 4][:n], [3, 2, 2][:n]
        x, w = [2, 4, *space], [6, 4, *kernel]
        case(conv, [x, w])
        case(conv, [x[1:], w], tensors={"bias": [6]})
        case(conv, [x, w], tensors={"bias": [6]}, stride=2, padding=1)
        case(conv, [x, w], stride=[2, 1, 3][:n], padding=[0, 2, 1][:n], dilation=[1, 2, 2][:n])
        case(conv, [x, [6, 2, *kernel]], None, 1, 1, 2, 2)
        case(conv, [x, [8, 1, *kernel]], groups=4, stride=3)
        case(conv, [x, w], padding="same", dilation=2)
        case(conv, [x, w], padding="valid")
        case(conv, [x, [6, 4, *[1] * n]], stride=2)
        y = [2, 4, *[4, 3, 3][:n]]
        case(transposed, [y, [4, 6, *kernel]])
        case(transposed, [y[1:], [4, 6, *kernel]], tensors={"bias": [6]})
        case(transposed, [y, [4, 6, *kernel]], tensors={"bias": [6]}, stride=2, padding=1, output_padding=1)
        case(transposed, [y, [4, 3, *kernel]], stride=[3, 2, 1][:n], padding=[1, 0, 1][:n], output_padding=[2, 1, 0][:n], groups=2)
        case(transposed, [y, [4, 6, *kernel]], None, 2, 1, 0, 1, 2)
        case(transposed, [y, [4, 3, *kernel]], dilation=3, stride=2, groups=4)
    case("conv2d", [[2, 2, 4, 3], [2, 2, 2, 2]], tensors={"bias": [2]}, stride=2, padding=1)
    case("conv_transpose2d", [[2, 2, 3, 2], [2, 2, 2, 2]], tensors={"bias": [2]}, stride=2, padding=1)
    # One channel of many windows, and windows that fill a vector.
    case("conv2d", [[2, 1, 12, 20], [1, 1, 3, 3]], padding=1)
    case("conv2d", [[2, 3, 9, 19], [3, 1, 3, 3]], padding=1, groups=3, stride=2)
    case("conv_transpose2d", [[2, 3, 5, 12], [3, 1, 4, 4]], stride=2, padding=1, groups=3)


def pools():
    for n in (1, 2, 3):
        space = [7, 8, 6][-n:] if n < 3 else [5, 4, 6]
        x = [2, 2, *space] if n < 3 else [1, 2, *space]
        for name in (f"max_pool{n}d", f"avg_pool{n}d"):
            case(name, [x], 2)
            case(name, [x[1:]], 3)
            case(name, [x], 3, 2)
            case(name, [x], 3, stride=2, padding=1)
            case(name, [x], [3, 2, 2][:n], stride=[2, 3, 1][:n], padding=[1, 1, 0][:n], ceil_mode=True)
        case(f"max_pool{n}d", [x], 2, dilation=2, stride=1)
        case(f"max_pool{n}d", [x], 3, 2, 1, 2, True)
        case(f"max_pool{n}d", [x], 2, return_indices=True)
        case(f"max_pool{n}d", [x], 3, stride=2, padding=1, return_indices=True)
        case(f"avg_pool{n}d", [x], 3, 2, 1, True, False)
        case(f"avg_pool{n}d", [x], 3, stride=2, padding=1, count_include_pad=False)
        if n > 1:
            case(f"avg_pool{n}d", [x], 3, stride=2, padding=1, divisor_override=5)
        for size in (1, 3, 7):
            case(f"adaptive_avg_pool{n}d", [x], size)
            case(f"adaptive_max_pool{n}d", [x], size, return_indices=True)
        case(f"adaptive_avg_pool{n}d", [x[1:]], [4, 2, 3][:n])
        case(f"adaptive_max_pool{n}d", [x[1:]], [4, 2, 3][:n])
        if n > 1:
            case(f"adaptive_avg_pool{n}d", [x], [None, 4, 3][:n])
            case(f"adaptive_max_pool{n}d", [x], [4, None, 3][:n])
        positive = 2.0
        case(f"lp_pool{n}d", [x], positive, 3)
        case(f"lp_pool{n}d", [x], positive, 2, 1, True)
        case(f"lp_pool{n}d", [x], 3, 3, stride=2, ceil_mode=True)
        unpooled = [*x[:2], *[s // 2 for s in space]]
        indices = lambda y, n=n, x=x: [getattr(F, f"max_pool{n}d")(values(x, 5), 2, return_indices=True)[1]]
        case(f"max_unpool{n}d", [unpooled], 2, also=indices)
        case(f"max_unpool{n}d", [unpooled], 2, 2, also=indices, output_size=space)
        case(f"max_unpool{n}d", [unpooled], 2, also=indices, output_size=x)
    for n, samples in ((2, [2, 2, 2]), (3, [1, 2, 3])):
        x = [*samples[:2], *[9, 8, 7][:n]]
        fractions = (values(samples, 3) + 1) / 2.1
        for options in ({"output_size": 4}, {"output_size": [5, 3, 4][:n]}, {"output_ratio": [0.6] * n}, {"output_ratio": [0.5, 0.7, 0.6][:n]}):
            inputs = [values(x, 0).requires_grad_()]
            y, at = getattr(F, f"fractional_max_pool{n}d")(*inputs, 2, **options, return_indices=True, _random_samples=fractions)
            gradient = torch.autograd.grad((y * values(y.shape, 9)).sum(), inputs)
            cases.append(
                {
                    "name": f"fractionalMaxPool{n}d",
                    "inputs": [x],
                    "extra": [],
                    "args": [2],
                    "tensors": {},
                    "samples": fractions.tolist(),
                    "options": {**{camel(k): v for k, v in options.items()}, "returnIndices": True},
                    "shape": list(y.shape),
                    "results": [numbers(y), numbers(at)],
                    "gradients": [numbers(g) for g in gradient],
                }
            )


def rearranged():
    case("unfold", [[2, 3, 6, 5]], 2)
    case("unfold", [[3, 6, 5]], [3, 2], 2, 1, [1, 2])
    case("unfold", [[2, 3, 6, 4]], 2, stride=2)
    case("unfold", [[2, 1, 7, 7]], [2, 3], dilation=[2, 1], padding=[1, 0], stride=3)
    case("fold", [[2, 12, 20]], [6, 5], 2)
    case("fold", [[12, 6]], [6, 4], 2, stride=2)
    case("fold", [[2, 12, 9]], [6, 5], [3, 2], 1, [1, 1], [2, 2])
    case("fold", [[2, 4, 12]], [5, 6], 2, dilation=2, stride=[1, 1])
    case("pixel_shuffle", [[2, 8, 3, 4]], 2)
    case("pixel_shuffle", [[18, 3, 4]], 3)
    case("pixel_unshuffle", [[2, 3, 6, 4]], 2)
    case("channel_shuffle", [[2, 6, 3, 4]], 3)
    case("channel_shuffle", [[2, 6, 3]], 2)


if __name__ == "__main__":
    convolutions()
    pools()
    rearranged()
    path = pathlib.Path(__file__).with_name("conv.json")
    path.write_text(json.dumps({"torch": torch.__version__.split("+")[0], "cases": cases}) + "\n")
