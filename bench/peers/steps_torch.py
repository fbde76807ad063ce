"""Training steps in PyTorch, the way its users write them, at each thread count and Adam variant; one JSON line each.

Usage: python steps_torch.py SECONDS
"""

import json
import sys
import time

import torch

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0


def median_step(step, seconds=SECONDS):
    """Median time of one step in microseconds: batches of steps of about 10 ms, warm."""
    deadline = time.perf_counter() + seconds / 3
    count = 0
    start = time.perf_counter()
    while time.perf_counter() < deadline:
        step()
        count += 1
    batch = max(1, int(0.01 * count / (time.perf_counter() - start)))
    samples = []
    deadline = time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        start = time.perf_counter()
        for _ in range(batch):
            step()
        samples.append((time.perf_counter() - start) / batch)
    samples.sort()
    return samples[len(samples) // 2] * 1e6


def article(batch):
    torch.manual_seed(0)
    x = torch.randn(batch, 2)
    y = x @ torch.tensor([[2.0], [-3.0]]) + 1
    w1 = (torch.randn(2, 3) * 0.01).requires_grad_()
    b1 = torch.zeros(3, requires_grad=True)
    w2 = (torch.randn(3, 1) * 0.01).requires_grad_()
    b2 = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([w1, b1, w2, b2], lr=0.01)

    def step():
        optimizer.zero_grad()
        loss = ((x @ w1 + b1) @ w2 + b2 - y).square().mean()
        loss.backward()
        optimizer.step()

    return step


def mlp(sizes, batch, **adam):
    torch.manual_seed(0)
    layers = []
    for index, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layers.append(torch.nn.Linear(inputs, outputs))
        if index < len(sizes) - 2:
            layers.append(torch.nn.ReLU())
    model = torch.nn.Sequential(*layers)
    x = torch.rand(batch, sizes[0])
    y = torch.randint(0, sizes[-1], (batch,))
    loss_function = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, **adam)

    def step():
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()

    return step


def cnn():
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 16, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(16, 32, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(32 * 7 * 7, 10),
    )
    x = torch.randn(128, 1, 28, 28)
    y = torch.randint(0, 10, (128,))
    loss_function = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()

    return step


def conv():
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(64, 64, 3, padding=1)
    x = torch.randn(32, 64, 32, 32, requires_grad=True)
    g = torch.randn(32, 64, 32, 32)
    return lambda: torch.autograd.grad(layer(x), [x, *layer.parameters()], g)


def recurrent(kind):
    torch.manual_seed(0)
    layer = kind(64, 128)
    head = torch.nn.Linear(128, 10)
    x = torch.randn(50, 32, 64)
    y = torch.randint(0, 10, (32,))
    loss_function = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam([*layer.parameters(), *head.parameters()], lr=1e-3)

    def step():
        optimizer.zero_grad()
        loss = loss_function(head(layer(x)[0][-1]), y)
        loss.backward()
        optimizer.step()

    return step


for threads in (1, 2):
    torch.set_num_threads(threads)
    report = lambda name, variant, step: print(
        json.dumps({"name": name, "peer": f"PyTorch {torch.__version__.split('+')[0]}", "threads": threads, "variant": variant, "us": median_step(step)}),
        flush=True,
    )
    report("article 2-3-1, batch 100, SGD", "eager", article(100))
    for variant, options in (("Adam", {}), ("Adam fused", {"fused": True})):
        report("784-128-10, batch 128, Adam", variant, mlp([784, 128, 10], 128, **options))
        report("784-512-256-10, batch 128, Adam", variant, mlp([784, 512, 256, 10], 128, **options))
    report("CNN 16-32, 28 × 28, batch 128, Adam", "eager", cnn())
    report("Conv2d 64 → 64, 3 × 3, 32 × 32, batch 32, forward and backward", "eager", conv())
    report("LSTM 64 → 128, 50 times, batch 32, Adam", "eager", recurrent(torch.nn.LSTM))
    report("GRU 64 → 128, 50 times, batch 32, Adam", "eager", recurrent(torch.nn.GRU))
