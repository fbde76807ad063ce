"""Writes what PyTorch's recurrent layers, attention and transformers compute, with their state dicts, for test/nn/sequences.test.ts.

Run with PyTorch 2.13: python test/golden/make_sequences.py
"""

import json
import pathlib

import torch
from torch import nn
from torch.nn.utils import rnn

torch.set_default_dtype(torch.float64)
GOLDEN = 0.6180339887498949


def said(t):
    return {"shape": list(t.shape), "data": [float("%.11g" % x) for x in t.detach().flatten().tolist()]}


def weights(t):
    return torch.tensor([0.5 + (((i + 1) * GOLDEN) % 1) for i in range(t.numel())]).reshape(t.shape)


def flat(x):
    if isinstance(x, torch.Tensor):
        return [x]
    if x is None:
        return []
    if isinstance(x, rnn.PackedSequence):
        return [x.data]
    return [t for y in x for t in flat(y)]


CASES = []


def add(name, layer, options, args, inputs, run, **extra):
    """A layer of `args` and `options`, its outputs of `inputs`, and gradients of all inputs and parameters."""
    state = {k: said(v) for k, v in layer.state_dict().items()}
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    layer.zero_grad()
    outs = flat(run(layer, *leaves))
    sum((y * weights(y)).sum() for y in outs).backward()
    CASES.append(
        {
            "layer": name,
            "args": args,
            "options": options,
            "state": state,
            "inputs": [said(x) for x in inputs],
            "outputs": [said(y) for y in outs],
            "gradients": [None if x.grad is None else said(x.grad) for x in leaves],
            "parameterGradients": {k: said(p.grad) for k, p in layer.named_parameters() if p.grad is not None},
            **extra,
        }
    )


def camel(options):
    def one(k):
        first, *rest = k.split("_")
        return first + "".join(w.capitalize() for w in rest)

    return {one(k): v for k, v in options.items()}


torch.manual_seed(3)
N, T, IN, H = 3, 5, 4, 6
for kind in ("RNN", "LSTM", "GRU"):
    forms = [{}, {"batch_first": True}, {"num_layers": 2}, {"bidirectional": True}, {"num_layers": 2, "bidirectional": True, "bias": False}]
    if kind == "RNN":
        forms.append({"nonlinearity": "relu"})
    if kind == "LSTM":
        forms += [{"proj_size": 3}, {"proj_size": 3, "num_layers": 2, "bidirectional": True}]
    for options in forms:
        layer = getattr(nn, kind)(IN, H, **options)
        x = torch.randn(N, T, IN) if options.get("batch_first") else torch.randn(T, N, IN)
        places = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
        h = torch.randn(places, N, options.get("proj_size") or H)
        c = torch.randn(places, N, H)
        add(kind, layer, camel(options), [IN, H], [x], lambda m, x: m(x), call="sequence")
        if kind == "LSTM":
            add(kind, layer, camel(options), [IN, H], [x, h, c], lambda m, x, h, c: m(x, (h, c)), call="sequence")
        else:
            add(kind, layer, camel(options), [IN, H], [x, h], lambda m, x, h: m(x, h), call="sequence")
        if not options.get("batch_first"):
            lengths = [2, 5, 3]
            add(
                kind, layer, camel(options), [IN, H], [x],
                lambda m, x: m(rnn.pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)),
                call="packed", lengths=lengths,
            )
    layer = getattr(nn, kind)(IN, H)
    add(kind, layer, {}, [IN, H], [torch.randn(T, IN)], lambda m, x: m(x), call="sequence")
    cell = getattr(nn, kind + "Cell")(IN, H)
    add(kind + "Cell", cell, {}, [IN, H], [torch.randn(N, IN)], lambda m, x: m(x), call="cell")
    state = [torch.randn(N, H)] * (2 if kind == "LSTM" else 1)
    add(kind + "Cell", cell, {}, [IN, H], [torch.randn(N, IN), *state],
        (lambda m, x, h, c: m(x, (h, c))) if kind == "LSTM" else (lambda m, x, h: m(x, h)), call="cell")

E, HEADS, L, S = 6, 2, 4, 5
for options in ({}, {"bias": False}, {"add_bias_kv": True}, {"add_zero_attn": True}, {"kdim": 3, "vdim": 5}, {"batch_first": True}):
    layer = nn.MultiheadAttention(E, HEADS, **options)
    for p in layer.parameters():
        nn.init.normal_(p, 0, 0.5)
    q, k, v = torch.randn(L, N, E), torch.randn(S, N, options.get("kdim", E)), torch.randn(S, N, options.get("vdim", E))
    if options.get("batch_first"):
        q, k, v = q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1)
    add("MultiheadAttention", layer, camel(options), [E, HEADS], [q, k, v], lambda m, q, k, v: m(q, k, v), call="attention", said={})
    add("MultiheadAttention", layer, camel(options), [E, HEADS], [q, k, v],
        lambda m, q, k, v: m(q, k, v, average_attn_weights=False), call="attention", said={"averageAttnWeights": False})
    mask = torch.triu(torch.full((L, S), True), 2)
    padding = torch.tensor([[False] * 5, [False] * 3 + [True] * 2, [False] * 4 + [True]])
    add("MultiheadAttention", layer, camel(options), [E, HEADS], [q, k, v],
        lambda m, q, k, v: m(q, k, v, attn_mask=mask, key_padding_mask=padding), call="attention", said={},
        attnMask=mask.tolist(), keyPaddingMask=padding.tolist())
    add("MultiheadAttention", layer, camel(options), [E, HEADS], [q, k, v],
        lambda m, q, k, v: m(q, k, v, attn_mask=mask, need_weights=False), call="attention", said={"needWeights": False},
        attnMask=mask.tolist())
layer = nn.MultiheadAttention(E, HEADS)
add("MultiheadAttention", layer, {}, [E, HEADS], [torch.randn(L, E)], lambda m, x: m(x, x, x), call="itself")

for options in ({}, {"activation": "gelu", "norm_first": True, "batch_first": True}, {"bias": False}):
    all_options = {"dim_feedforward": 7, "dropout": 0.0, **options}
    layer = nn.TransformerEncoderLayer(E, HEADS, **all_options)
    x = torch.randn(N, L, E) if options.get("batch_first") else torch.randn(L, N, E)
    add("TransformerEncoderLayer", layer, camel(all_options), [E, HEADS], [x], lambda m, x: m(x), call="encoder")
    causal = nn.Transformer.generate_square_subsequent_mask(L)
    add("TransformerEncoderLayer", layer, camel(all_options), [E, HEADS], [x], lambda m, x: m(x, src_mask=causal, is_causal=True), call="causal")
    layer = nn.TransformerDecoderLayer(E, HEADS, **all_options)
    memory = torch.randn(N, S, E) if options.get("batch_first") else torch.randn(S, N, E)
    add("TransformerDecoderLayer", layer, camel(all_options), [E, HEADS], [x, memory], lambda m, x, y: m(x, y), call="decoder")
    whole = {"num_encoder_layers": 2, "num_decoder_layers": 2, **all_options}
    model = nn.Transformer(E, HEADS, **whole)
    add("Transformer", model, camel(whole), [E, HEADS], [memory, x], lambda m, x, y: m(x, y, tgt_mask=causal), call="transformer")

(pathlib.Path(__file__).parent / "sequences.json").write_text(json.dumps(CASES, separators=(",", ":")).replace('{"layer"', '\n{"layer"') + "\n")
print(len(CASES), "cases")
