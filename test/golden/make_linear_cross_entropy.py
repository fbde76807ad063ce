"""Writes PyTorch's nn.LinearCrossEntropyLoss and pools with indices, for test/nn/linear-cross-entropy.test.ts.

Run with PyTorch 2.13: python test/golden/make_linear_cross_entropy.py
"""

import json
import pathlib

import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)


def said(t):
    return {"shape": list(t.shape), "data": t.detach().flatten().tolist()}


losses = []


def loss(options, x_shape, target):
    weight = torch.rand(4) + 0.5 if options.pop("weighted", False) else None
    module = nn.LinearCrossEntropyLoss(3, 4, weight=weight, **options)
    x = torch.randn(*x_shape, requires_grad=True)
    y = module(x, target)
    (y * torch.arange(1.0, y.numel() + 1).reshape(y.shape)).sum().backward()
    names = {"out_features": "outFeatures", "ignore_index": "ignoreIndex", "label_smoothing": "labelSmoothing"}
    losses.append({
        "options": {names.get(k, k): v for k, v in options.items()}, "weight": None if weight is None else said(weight),
        "state": {k: said(v) for k, v in module.state_dict().items()}, "x": said(x), "target": said(target),
        "isClasses": not target.is_floating_point(), "y": said(y), "gradient": said(x.grad), "weightGradient": said(module.linear.weight.grad),
    })


classes = torch.tensor([0, 3, 1, 1, 2])
loss({}, (5, 3), classes)
loss({"bias": True, "reduction": "none", "weighted": True}, (5, 3), classes)
loss({"ignore_index": 1, "label_smoothing": 0.2, "weighted": True}, (5, 3), classes)
loss({"bias": True, "reduction": "sum"}, (3,), torch.tensor(2))
loss({"bias": True}, (5, 3), torch.softmax(torch.randn(5, 4), 1))
loss({"out_features": (2,), "bias": True}, (5, 3), torch.randint(0, 4, (5, 2)))
loss({"out_features": (2, 3), "reduction": "sum"}, (2, 3), torch.softmax(torch.randn(2, 4, 2, 3), 1))

pools = []
for name, shape, args in (
    ("max_pool1d_with_indices", (2, 2, 7), [2]),
    ("max_pool2d_with_indices", (2, 2, 6, 7), [3, 2, 1]),
    ("max_pool3d_with_indices", (1, 2, 4, 5, 4), [2]),
    ("adaptive_max_pool1d_with_indices", (2, 2, 7), [3]),
    ("adaptive_max_pool2d_with_indices", (2, 2, 6, 7), [[3, 2]]),
    ("adaptive_max_pool3d_with_indices", (1, 2, 4, 5, 4), [2]),
    ("fractional_max_pool2d_with_indices", (2, 2, 6, 7), [2, [3, 4]]),
    ("fractional_max_pool3d_with_indices", (1, 2, 4, 5, 6), [2, [2, 3, 3]]),
):
    x = torch.randn(*shape)
    samples = torch.rand(shape[0], shape[1], len(shape) - 2) if name.startswith("fractional") else None
    more = {} if samples is None else {"_random_samples": samples}
    y, indices = getattr(F, name)(x, *args, **more)
    pools.append({"name": name, "args": args, "x": said(x), "samples": None if samples is None else said(samples), "y": said(y), "indices": said(indices)})
image = torch.randn(1, 2, 3, 4)
upsampled = {"x": said(image), "bilinear": said(F.upsample_bilinear(image, scale_factor=2)), "nearest": said(F.upsample_nearest(image, (5, 6)))}
path = pathlib.Path(__file__).with_name("linear-cross-entropy.json")
path.write_text(json.dumps({"losses": losses, "pools": pools, "upsampled": upsampled}, separators=(",", ":")) + "\n")
print(f"{path.name}: {len(losses)} losses, {len(pools)} pools")
