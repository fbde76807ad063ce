"""Writes the losses of an LSTM and of a transformer that PyTorch trains, from the same start, for test/nn/curves.test.ts.

Run with PyTorch 2.13: python test/golden/make_curves.py
"""

import json
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(11)


def said(t):
    return {"shape": list(t.shape), "data": [float("%.12g" % x) for x in t.detach().flatten().tolist()]}


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 8, num_layers=2, batch_first=True)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.head(output[:, -1])


class Language(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(11, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, norm=nn.LayerNorm(8), enable_nested_tensor=False)
        self.head = nn.Linear(8, 11)

    def forward(self, tokens):
        mask = nn.Transformer.generate_square_subsequent_mask(tokens.shape[1])
        return self.head(self.encoder(self.embed(tokens), mask=mask, is_causal=True))


def train(model, optimizer, step, steps=60):
    start = {k: said(v) for k, v in model.state_dict().items()}
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = step(model)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return {"start": start, "losses": losses}


x = (torch.randn(12, 7, 3) * 100).round() / 100
y = torch.randint(0, 4, (12,))
model = Classifier()
lstm = train(model, torch.optim.Adam(model.parameters(), lr=0.02), lambda m: nn.functional.cross_entropy(m(x), y))
tokens = torch.randint(0, 11, (6, 10))
model = Language()
language = train(
    model,
    torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.1),
    lambda m: nn.functional.cross_entropy(m(tokens[:, :-1]).reshape(-1, 11), tokens[:, 1:].reshape(-1)),
)
out = {"x": said(x), "y": y.tolist(), "lstm": lstm, "tokens": tokens.tolist(), "language": language}
(pathlib.Path(__file__).parent / "curves.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(lstm["losses"][0], lstm["losses"][-1], language["losses"][0], language["losses"][-1])
