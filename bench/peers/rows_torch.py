"""PyTorch's side of `npm run bench -- rows`, written as its users write it, with fused optimizers."""

import torch
import torch.nn.functional as F
from torch import nn

from asked import serve

VOCABULARY = 96

# What nobody reads need not be computed.
last = {}


def mlp(*sizes):
    layers = []
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layers.append(nn.Linear(inputs, outputs))
        if i < len(sizes) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 10),
    )


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = (
            nn.Identity()
            if stride == 1
            else nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False), nn.BatchNorm2d(outputs))
        )

    def forward(self, x):
        y = self.bn1(self.conv1(x)).relu()
        return (self.bn2(self.conv2(y)) + self.shortcut(x)).relu()


class ResidualNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 32, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(32)
        self.blocks = nn.Sequential(Block(32, 32, 1), Block(32, 64, 2), Block(64, 128, 2))
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.blocks(self.bn(self.conv(x)).relu()).mean((2, 3)))


class LastOfLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(64, 128)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[0][-1])


class GPTBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.width, self.heads = width, heads
        self.ln1 = nn.LayerNorm(width)
        self.attention = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.ln2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x):
        n, t, _ = x.shape
        q, k, v = (
            part.reshape(n, t, self.heads, self.width // self.heads).transpose(1, 2)
            for part in self.attention(self.ln1(x)).split(self.width, 2)
        )
        attended = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.projection(attended.transpose(1, 2).reshape(n, t, self.width))
        return x + self.down(F.gelu(self.up(self.ln2(x))))


class GPT(nn.Module):
    def __init__(self, vocabulary, width, heads, layers, length):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(length, width)
        self.blocks = nn.Sequential(*(GPTBlock(width, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens):
        x = self.tokens(tokens) + self.positions(torch.arange(tokens.shape[1]))
        return self.head(self.norm(self.blocks(x)))


def training(model, x, y, loss, optimizer):
    def step():
        optimizer.zero_grad()
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        last["loss"] = value.item()

    return step


def answer(model, x):
    model.eval()

    def step():
        with torch.inference_mode():
            last["result"] = model(x)

    return step


def operation(compute):
    def step():
        last["result"] = compute()

    return step


def labels(classes, *shape):
    return torch.randint(0, classes, shape)


def adam(model):
    return torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)


def classifier(model, x):
    return training(model, x, labels(10, x.shape[0]), F.cross_entropy, adam(model))


def regression(model, x, y, optimizer=None):
    return training(model, x, y, F.mse_loss, optimizer or adam(model))


def sgd(model, **options):
    return torch.optim.SGD(model.parameters(), fused=True, **options)


def encoder_layer():
    return nn.TransformerEncoderLayer(128, 4, dim_feedforward=512, dropout=0.1, batch_first=True)


def gpt():
    return GPT(VOCABULARY, 128, 4, 4, 64)


def article():
    model = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    return regression(model, torch.randn(64, 2), torch.randn(64, 1), sgd(model, lr=0.01))


def residual():
    model = ResidualNetwork()
    optimizer = sgd(model, lr=0.1, momentum=0.9)
    return training(model, torch.randn(32, 3, 32, 32), labels(10, 32), F.cross_entropy, optimizer)


def train_gpt():
    model = gpt()
    over_tokens = lambda logits, targets: F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True)
    return training(model, labels(VOCABULARY, 16, 64), labels(VOCABULARY, 16, 64), over_tokens, optimizer)


def of(shapes, compute):
    """An operation on random tensors of these shapes."""

    def make():
        xs = [torch.randn(*shape) for shape in shapes]
        return operation(lambda: compute(*xs))

    return make


TABLE = [(4096, 1024)]
LARGE = [(10_000_000,)]

ROWS = {
    "article 2-3-1, batch 64, SGD": article,
    "2-16-16-1, batch 32, Adam": lambda: regression(mlp(2, 16, 16, 1), torch.randn(32, 2), torch.randn(32, 1)),
    "40 layers of 64, batch 32, Adam": lambda: regression(
        mlp(*[64] * 41), torch.randn(32, 64), torch.randn(32, 64)
    ),
    "784-128-10, batch 128, Adam": lambda: classifier(mlp(784, 128, 10), torch.rand(128, 784)),
    "784-128-10, batch 1024, Adam": lambda: classifier(mlp(784, 128, 10), torch.rand(1024, 784)),
    "784-512-256-10, batch 128, Adam": lambda: classifier(mlp(784, 512, 256, 10), torch.rand(128, 784)),
    "3 × 1024, batch 128, Adam": lambda: regression(
        mlp(1024, 1024, 1024, 1024), torch.randn(128, 1024), torch.randn(128, 1024)
    ),
    "CNN 16-32 on 28 × 28, batch 128, Adam": lambda: classifier(cnn(), torch.rand(128, 1, 28, 28)),
    "residual network 32-64-128 on 32 × 32, batch 32, SGD": residual,
    "LSTM 64 → 128, batch 32, T 50, Adam": lambda: classifier_of_sequences(),
    "encoder layer 128/4/512, batch 16, T 64, Adam": lambda: regression(
        encoder_layer(), torch.randn(16, 64, 128), torch.randn(16, 64, 128)
    ),
    "GPT 4 layers, d 128, T 64, batch 16, AdamW": train_gpt,
    "answer of 2-16-16-1": lambda: answer(mlp(2, 16, 16, 1), torch.randn(1, 2)),
    "answer of 784-512-256-10": lambda: answer(mlp(784, 512, 256, 10), torch.rand(1, 784)),
    "answer of CNN 16-32": lambda: answer(cnn(), torch.rand(1, 1, 28, 28)),
    "answer of residual network": lambda: answer(ResidualNetwork(), torch.randn(1, 3, 32, 32)),
    "answer of LSTM 64 → 128, T 50": lambda: answer(LastOfLSTM(), torch.randn(50, 1, 64)),
    "answer of encoder layer, T 64": lambda: answer(encoder_layer(), torch.randn(1, 64, 128)),
    "answer of GPT, T 64": lambda: answer(gpt(), labels(VOCABULARY, 1, 64)),
    "matmul 64": of([(64, 64)] * 2, torch.matmul),
    "matmul 256": of([(256, 256)] * 2, torch.matmul),
    "matmul 1024": of([(1024, 1024)] * 2, torch.matmul),
    "matmul 2048": of([(2048, 2048)] * 2, torch.matmul),
    "matrix × vector 4096": of([(4096, 4096), (4096,)], torch.matmul),
    "64 products [128, 64] · [64, 128]": of([(64, 128, 64), (64, 64, 128)], torch.matmul),
    "10 elementwise operations, 10 M": of(
        LARGE * 2, lambda x, y: -((((x * 2 + y - 1) * x).abs() + 3).relu() * y - x)
    ),
    "tanh, 10 M": of(LARGE, torch.tanh),
    "exp, 10 M": of(LARGE, torch.exp),
    "softmax, 4096 × 1024": of(TABLE, lambda x: x.softmax(1)),
    "layer norm, 4096 × 1024": of(TABLE + [(1024,)] * 2, lambda x, w, b: F.layer_norm(x, (1024,), w, b)),
    "sums of rows, 4096 × 1024": of(TABLE, lambda x: x.sum(1)),
    "sums of columns, 4096 × 1024": of(TABLE, lambda x: x.sum(0)),
    "transposed copy, 4096 × 1024": of(TABLE, lambda x: x.t().contiguous()),
    "sort of 1 M": of([(1_000_000,)], lambda x: x.sort().values),
    "10 M normal numbers": lambda: operation(lambda: torch.randn(10_000_000)),
}


def classifier_of_sequences():
    model = LastOfLSTM()
    return training(model, torch.randn(50, 32, 64), labels(10, 32), F.cross_entropy, adam(model))


def of_sizes(sizes, make):
    return {size: (lambda size=size: make(size)) for size in sizes}


GROWTH = {
    "batch": of_sizes(
        [1, 4, 16, 64, 256, 1024, 4096], lambda n: classifier(mlp(784, 512, 256, 10), torch.randn(n, 784))
    ),
    "width": of_sizes(
        [16, 64, 256, 1024, 4096], lambda n: regression(mlp(n, n, n, n), torch.randn(64, n), torch.randn(64, n))
    ),
    "depth": of_sizes(
        [2, 8, 32, 100, 200],
        lambda n: regression(mlp(*[64] * (n + 1)), torch.randn(32, 64), torch.randn(32, 64)),
    ),
    "sequence": of_sizes(
        [16, 64, 256, 1024, 2048],
        lambda n: regression(encoder_layer(), torch.randn(4, n, 128), torch.randn(4, n, 128)),
    ),
}
ROWS |= {f"{series}: {size}": make for series, sizes in GROWTH.items() for size, make in sizes.items()}


def prepare(threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    last.clear()


serve(ROWS, f"PyTorch {torch.__version__}", prepare)
