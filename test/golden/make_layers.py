"""Records what PyTorch's layers compute: outputs and gradients in training and after eval(), from one state dict, for test/nn/every-layer.test.ts.

    python test/golden/make_layers.py        writes layers.json beside itself
"""

import json
import pathlib

import torch
import torch.nn as nn

torch.set_num_threads(1)
torch.manual_seed(5)
GOLDEN = 0.6180339887498949
ROWS = []


def said(t):
    t = t.detach()
    kind = str(t.dtype).split(".")[1]
    values = t.flatten().tolist()
    return {"shape": list(t.shape), "dtype": kind, "data": values if t.dtype != torch.bool else [int(v) for v in values]}


def weights(y):
    return 0.5 + ((torch.arange(y.numel(), dtype=y.dtype) + 1) * GOLDEN % 1).reshape(y.shape)


# Of these PyTorch has no gradient with respect to the target.
TARGETS = {"SoftMarginLoss", "HingeEmbeddingLoss", "MarginRankingLoss", "CosineEmbeddingLoss"}


def run(layer, inputs):
    last = len(inputs) - (type(layer).__name__ in TARGETS)
    given = [t.clone().requires_grad_(t.is_floating_point() and i < last) for i, t in enumerate(inputs)]
    y = layer(*given)
    y = y[1] if isinstance(y, tuple) else y
    (y * weights(y)).sum().backward()
    grads = [None if t.grad is None else said(t.grad) for t in given]
    parameters = {k: None if p.grad is None else said(p.grad) for k, p in layer.named_parameters()}
    layer.zero_grad()
    return {"output": said(y), "grads": grads, "parameters": parameters}


def layer(name, args, options, *inputs, key=lambda k: k):
    """One row: the layer of that name with these arguments, on these inputs."""
    made = getattr(nn, name)(*args, **options).double()
    with torch.no_grad():
        for p in made.parameters():
            p.copy_(torch.randn_like(p) * 0.5 + 0.3)
    row = {"layer": name, "args": args, "options": options, "inputs": [said(t) for t in inputs]}
    row["state"] = {k: said(v) for k, v in made.state_dict().items()}
    row["train"] = run(made, inputs)
    run(made, inputs)
    row["buffers"] = {k: said(v) for k, v in made.named_buffers()}
    row["eval"] = run(made.eval(), inputs)
    ROWS.append(row)


def x(*shape):
    return (torch.randn(*shape, dtype=torch.float64) * 2 * 1024).round() / 1024


for name in ("ReLU ReLU6 Tanh Sigmoid LogSigmoid SiLU Mish SELU Softsign Tanhshrink Hardsigmoid Hardswish Hardshrink Softshrink Hardtanh "
             "ELU CELU LeakyReLU Softplus GELU Identity PReLU").split():
    layer(name, [], {}, x(3, 4))
layer("GELU", ["tanh"], {}, x(3, 4))
layer("ELU", [0.5], {}, x(3, 4))
layer("CELU", [], {"alpha": 0.7}, x(3, 4))
layer("LeakyReLU", [0.2], {}, x(3, 4))
layer("Softplus", [2, 1], {}, x(3, 4))
layer("Hardtanh", [-0.5, 2], {}, x(3, 4))
layer("Hardshrink", [0.3], {}, x(3, 4))
layer("Softshrink", [], {"lambd": 0.7}, x(3, 4))
layer("Threshold", [0.1, 20], {}, x(3, 4))
layer("PReLU", [4], {}, x(3, 4, 2))
layer("GLU", [], {}, x(3, 4))
layer("GLU", [1], {}, x(3, 4, 2))
layer("Softmax", [1], {}, x(3, 4))
layer("LogSoftmax", [], {"dim": -1}, x(3, 4))
layer("Softmin", [0], {}, x(3, 4))
layer("Softmax2d", [], {}, x(2, 3, 2, 2))

labels = torch.tensor([1, 0, 3])
signs = torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64)
for reduction in ("mean", "sum", "none"):
    o = {"reduction": reduction}
    for name in ("L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss", "PoissonNLLLoss"):
        layer(name, [], o, x(3, 4), x(3, 4).abs())
    layer("CrossEntropyLoss", [], o, x(3, 4), labels)
    layer("NLLLoss", [], o, x(3, 4).log_softmax(1), labels)
    layer("BCELoss", [], o, x(3, 4).sigmoid(), x(3, 4).sigmoid())
    layer("BCEWithLogitsLoss", [], o, x(3, 4), x(3, 4).sigmoid())
    layer("KLDivLoss", [], o, x(3, 4).log_softmax(1), x(3, 4).softmax(1))
    layer("GaussianNLLLoss", [], o, x(3, 4), x(3, 4), x(3, 4).abs() + 0.1)
    layer("HingeEmbeddingLoss", [], o, x(3), signs)
    layer("MarginRankingLoss", [0.2], o, x(3), x(3), signs)
    layer("SoftMarginLoss", [], o, x(3), signs)
    layer("MultiLabelSoftMarginLoss", [], o, x(3, 4), x(3, 4).sigmoid())
    layer("MultiMarginLoss", [], o, x(3, 4), labels)
    layer("MultiLabelMarginLoss", [], o, x(2, 4), torch.tensor([[3, 0, -1, 1], [1, 2, 0, -1]]))
    layer("TripletMarginLoss", [], o, x(3, 4), x(3, 4), x(3, 4))
    layer("TripletMarginWithDistanceLoss", [], o, x(3, 4), x(3, 4), x(3, 4))
    layer("CosineEmbeddingLoss", [0.1], o, x(3, 4), x(3, 4), signs)
    layer("CTCLoss", [], o, x(6, 2, 4).log_softmax(2), torch.tensor([[1, 2, 2], [3, 1, 1]]), torch.tensor([6, 5]), torch.tensor([3, 2]))
layer("KLDivLoss", [], {"reduction": "batchmean", "log_target": True}, x(3, 4).log_softmax(1), x(3, 4).log_softmax(1))
layer("CrossEntropyLoss", [], {"label_smoothing": 0.1, "ignore_index": 3}, x(3, 4), labels)
layer("PoissonNLLLoss", [False, True], {}, x(3, 4).abs(), x(3, 4).abs() * 3)
layer("GaussianNLLLoss", [], {"full": True}, x(3, 4), x(3, 4), x(3, 1).abs() + 0.1)
layer("TripletMarginLoss", [], {"margin": 0.5, "p": 3, "swap": True}, x(3, 4), x(3, 4), x(3, 4))
layer("MultiMarginLoss", [2, 0.5], {}, x(3, 4), labels)
layer("CTCLoss", [1], {"zero_infinity": True}, x(4, 2, 4).log_softmax(2), torch.tensor([0, 2, 2, 3, 3]), torch.tensor([4, 2]), torch.tensor([3, 2]))
layer("AdaptiveLogSoftmaxWithLoss", [8, 10, [3, 6]], {"div_value": 2}, x(5, 8), torch.tensor([0, 2, 4, 9, 6]))

for n, shape in ((1, (4, 3, 5)), (2, (4, 3, 2, 2)), (3, (2, 3, 2, 2, 2))):
    layer(f"BatchNorm{n}d", [3], {}, x(*shape))
    layer(f"InstanceNorm{n}d", [3], {}, x(*shape))
    layer(f"InstanceNorm{n}d", [3], {"affine": True, "track_running_stats": True}, x(*shape))
layer("BatchNorm1d", [3, 1e-3, None], {}, x(4, 3))
layer("BatchNorm2d", [3], {"affine": False, "track_running_stats": False}, x(4, 3, 2, 2))
layer("InstanceNorm1d", [3], {}, x(3, 5))
layer("LayerNorm", [4], {}, x(3, 4))
layer("LayerNorm", [[3, 4], 1e-3], {"bias": False}, x(2, 3, 4))
layer("RMSNorm", [[4]], {}, x(3, 4))
layer("RMSNorm", [[3, 4]], {"eps": 1e-4}, x(2, 3, 4))
layer("GroupNorm", [2, 4], {}, x(3, 4, 5))
layer("GroupNorm", [1, 4, 1e-3], {"affine": False}, x(3, 4))
layer("LocalResponseNorm", [3], {"alpha": 0.1}, x(2, 6, 3))
layer("LocalResponseNorm", [2, 0.5, 0.6, 2], {}, x(2, 6, 3, 2))
layer("CrossMapLRN2d", [3, 0.1], {}, x(2, 2, 3, 2))

layer("Embedding", [6, 3], {"padding_idx": 1}, torch.tensor([[0, 1, 5], [5, 2, 1]]))
layer("Embedding", [6, 3], {"max_norm": 0.5, "scale_grad_by_freq": True}, torch.tensor([0, 4, 4, 4, 2]))
for mode in ("sum", "mean", "max"):
    layer("EmbeddingBag", [6, 3], {"mode": mode}, torch.tensor([[0, 1, 5], [5, 2, 1]]))
    layer("EmbeddingBag", [6, 3], {"mode": mode, "padding_idx": 2}, torch.tensor([0, 1, 5, 2, 2, 3]), torch.tensor([0, 3, 3, 5]))
layer("EmbeddingBag", [6, 3], {"mode": "sum", "include_last_offset": True}, torch.tensor([0, 1, 5, 2]), torch.tensor([0, 2, 4]), x(4))
layer("Bilinear", [3, 4, 2], {}, x(5, 3), x(5, 4))
layer("Bilinear", [3, 4, 2, False], {}, x(2, 5, 3), x(2, 5, 4))
layer("CosineSimilarity", [], {}, x(3, 4), x(3, 4))
layer("CosineSimilarity", [0, 1e-3], {}, x(3, 4), x(3, 4))
layer("PairwiseDistance", [], {}, x(3, 4), x(3, 4))
layer("PairwiseDistance", [1], {"keepdim": True}, x(3, 4), x(3, 4))

for n, shape in ((1, (2, 3, 5)), (2, (2, 3, 4, 5)), (3, (1, 2, 3, 4, 5))):
    sides = [1, 2, 2, 1, 0, 1][: 2 * n]
    layer(f"ConstantPad{n}d", [sides, 1.5], {}, x(*shape))
    layer(f"ZeroPad{n}d", [1], {}, x(*shape))
    for kind in ("Reflection", "Replication", "Circular"):
        layer(f"{kind}Pad{n}d", [sides], {}, x(*shape))
layer("Upsample", [], {"scale_factor": 2}, x(1, 2, 3))
layer("Upsample", [5, None, "linear"], {}, x(1, 2, 3))
layer("Upsample", [], {"size": [5, 7], "mode": "bilinear", "align_corners": True}, x(1, 2, 3, 4))
layer("Upsample", [], {"scale_factor": (1.5, 2.3), "mode": "bicubic"}, x(1, 2, 3, 4))
layer("Upsample", [], {"scale_factor": 1.7, "mode": "trilinear", "recompute_scale_factor": True}, x(1, 1, 3, 2, 2))
layer("UpsamplingNearest2d", [], {"scale_factor": 2}, x(1, 2, 3, 2))
layer("UpsamplingBilinear2d", [[4, 5]], {}, x(1, 2, 3, 2))
layer("Unflatten", [1, [2, 3]], {}, x(2, 6))
for name in "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout".split():
    layer(name, [0.0], {}, x(*{"Dropout2d": (2, 3, 2, 2), "Dropout3d": (2, 3, 2, 2, 2)}.get(name, (2, 3, 4))))
layer("RReLU", [0.25, 0.25], {}, x(3, 4))

pathlib.Path(__file__).with_name("layers.json").write_text(json.dumps(ROWS, separators=(",", ":")) + "\n")
print(len(ROWS), "layers")
