"""Records what PyTorch's convolution and pooling layers compute, with a state dict of theirs, and how they print.

    python test/golden/make_conv_layers.py        writes conv-layers.json beside itself
"""

import json
import pathlib
import re

import torch
import torch.nn as nn

from make_conv import camel, values

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
cases = []


def numbers(t):
    return [float(f"{v:.12g}") for v in t.detach().flatten().tolist()]


def text(layer):
    """As cellgrad prints it: names in camelCase, lists in brackets, words of JavaScript."""
    line = re.sub(r"\((\d[^()=]*?),?\)", r"[\1]", str(layer))
    line = re.sub(r"_([a-z])(?=[a-z]*=)", lambda m: m[1].upper(), line)
    line = re.sub(r"([a-z]+)_([a-z]+)=", lambda m: m[1] + m[2].capitalize() + "=", line)
    return line.replace("True", "true").replace("False", "false").replace("None", "null")


def layer(name, shape, *args, **options):
    torch.manual_seed(0)
    made = getattr(nn, name)(*args, **options)
    state = {}
    for k, (key, t) in enumerate(made.state_dict().items()):
        t.copy_(values(t.shape, k + 1))
        state[key] = list(t.shape)
    x = values(shape, 0).requires_grad_()
    y = made(x)
    parameters = dict(made.named_parameters())
    gradients = torch.autograd.grad((y * values(y.shape, 9)).sum(), [x, *parameters.values()])
    cases.append(
        {
            "name": name,
            "input": shape,
            "args": list(args),
            "options": {camel(k): v for k, v in options.items()},
            "state": state,
            "text": text(made),
            "shape": list(y.shape),
            "output": numbers(y),
            "gradients": dict(zip(["input", *parameters], [numbers(g) for g in gradients])),
        }
    )


layer("Conv1d", [2, 4, 7], 4, 6, 3)
layer("Conv1d", [4, 7], 4, 6, 3, padding="same")
layer("Conv2d", [2, 4, 6, 5], 4, 6, 3)
layer("Conv2d", [2, 4, 6, 5], 4, 6, 3, 2, 1, 1, 2, False, "reflect")
layer("Conv2d", [2, 2, 6, 5], 2, 3, [3, 2], stride=[1, 2], padding=[2, 1], padding_mode="circular")
layer("Conv2d", [2, 2, 6, 5], 2, 3, [3, 2], padding="same", dilation=2, padding_mode="replicate")
layer("Conv3d", [1, 2, 4, 5, 3], 2, 4, 2, padding=1, groups=2)
layer("ConvTranspose1d", [2, 4, 5], 4, 6, 3, 2)
layer("ConvTranspose2d", [2, 4, 3, 4], 4, 6, 3, 2, 1, 1, 2, False, 2)
layer("ConvTranspose2d", [4, 3, 4], 4, 2, 3, stride=2, padding=1)
layer("ConvTranspose3d", [1, 2, 3, 2, 3], 2, 2, 2, stride=2)
layer("MaxPool1d", [2, 3, 8], 2)
layer("MaxPool2d", [2, 3, 6, 7], 3, 2, 1, ceil_mode=True)
layer("MaxPool3d", [1, 2, 4, 5, 6], 2)
layer("AvgPool1d", [2, 3, 8], 3, padding=1)
layer("AvgPool2d", [2, 3, 6, 7], 3, 2, 1, count_include_pad=False)
layer("AvgPool3d", [1, 2, 4, 5, 6], 2)
layer("AdaptiveAvgPool1d", [2, 3, 8], 3)
layer("AdaptiveAvgPool2d", [2, 3, 6, 7], [3, None])
layer("AdaptiveAvgPool3d", [1, 2, 4, 5, 6], 2)
layer("AdaptiveMaxPool1d", [2, 3, 8], 3)
layer("AdaptiveMaxPool2d", [2, 3, 6, 7], 4)
layer("AdaptiveMaxPool3d", [1, 2, 4, 5, 6], [2, 3, 1])
layer("LPPool1d", [2, 3, 8], 2, 3)
layer("LPPool2d", [2, 3, 6, 7], 2, 3, stride=2)
layer("LPPool3d", [1, 2, 4, 5, 6], 2, 2)
layer("Unfold", [2, 3, 5, 4], 2, padding=1)
layer("Fold", [2, 12, 12], [5, 4], 2)
layer("PixelShuffle", [2, 9, 2, 3], 3)
layer("PixelUnshuffle", [2, 2, 4, 6], 2)
layer("ChannelShuffle", [2, 6, 2, 3], 2)
path = pathlib.Path(__file__).with_name("conv-layers.json")
path.write_text(json.dumps({"torch": torch.__version__.split("+")[0], "cases": cases}) + "\n")
for each in cases:
    print(each["text"])
