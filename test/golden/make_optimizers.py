"""Records where PyTorch's optimizers are on their way through 100 steps, in float32 and float64.

    python test/golden/make_optimizers.py        writes optimizers.json beside itself

The variants are those of training.json that minimize, and LBFGS, Muon and SparseAdam beside them. A few of them amplify roundings: "spread" is how
far, relative to the largest number, PyTorch's own numbers move when the initial parameters move by a unit in the last place: of each loss, and of the parameters at the end.
"""

import json
import pathlib
import re

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim

torch.set_num_threads(1)
here = pathlib.Path(__file__).parent
source = (here / "make_training.py").read_text()
namespace: dict = {}
# The two optimizers that PyTorch does not have, as make_training.py defines them.
exec(source[: source.index("def article")], namespace)
exec(source[source.index("class Lion") : source.index("def optimizer_class")], namespace)
ours = namespace["ours"]
kept = (1, 5, 10, 25, 50, 75, 100)


def snake(name):
    return re.sub("([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def numbers(t):
    return t.detach().tolist()


def network(dtype):
    torch.manual_seed(3)
    layers = nn.Linear(3, 4, dtype=torch.float32), nn.Linear(4, 2, dtype=torch.float32)
    model = nn.Sequential(layers[0], nn.Tanh(), layers[1])
    return model.to(dtype), torch.randn(8, 3, dtype=torch.float32).to(dtype), torch.randn(8, 2, dtype=torch.float32).to(dtype)


def spread(kind, options, dtype, steps=100):
    """How far the numbers move when the initial parameters move by a unit in the last place."""
    usual = trajectory(kind, options, dtype, steps)
    widest = [0.0] * (len(usual["losses"]) + 1)
    for seed in range(4):
        moved = trajectory(kind, options, dtype, steps, move=seed)
        apart = [abs(a - b) / abs(a) for a, b in zip(usual["losses"], moved["losses"])]
        pairs = [(torch.tensor(usual["final"][k]), torch.tensor(moved["final"][k])) for k in usual["final"]]
        apart.append(max((a - b).abs().max().item() / a.abs().max().item() for a, b in pairs))
        widest = [max(a, b) for a, b in zip(widest, apart)]
    return usual | {"spread": widest}


def trajectory(kind, options, dtype, steps=100, only=lambda p: True, move=None):
    # NAdam and ASGD keep numbers in the default dtype.
    torch.set_default_dtype(dtype)
    model, x, y = network(dtype)
    if move is not None:
        torch.manual_seed(move)
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(1 + torch.finfo(dtype).eps * torch.randint(-1, 2, p.shape))
    make = ours.get(kind) or getattr(torch.optim, kind)
    params = [p for p in model.parameters() if only(p)]
    opt = make(params, **{snake(k): tuple(v) if isinstance(v, list) else v for k, v in options.items()})

    def closure():
        opt.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        return loss

    losses = []
    for step in range(1, steps + 1):
        loss = opt.step(closure) if kind == "LBFGS" else closure()
        if kind != "LBFGS":
            opt.step()
        if step in kept or kind == "LBFGS":
            losses.append(loss.item())
    final = {k: numbers(v) for k, v in model.state_dict().items()}
    state = opt.state[params[0]]
    return {"losses": losses, "final": final} | ({"evaluations": state["func_evals"], "iterations": state["n_iter"]} if kind == "LBFGS" else {})


def sparse(dtype):
    """A table of five rows, of which each step looks up two or three; the gradient is sparse."""
    torch.manual_seed(5)
    table = nn.Embedding(5, 3, sparse=True, dtype=dtype)
    target = torch.randn(5, 3, dtype=dtype)
    initial = numbers(table.weight)
    opt = torch.optim.SparseAdam(table.parameters(), lr=0.05, betas=(0.8, 0.95), eps=1e-4)
    rows = [[0, 2], [1, 2, 4], [0, 4]]
    for step in range(100):
        index = torch.tensor(rows[step % 3])
        opt.zero_grad()
        F.mse_loss(table(index), target[index]).backward()
        opt.step()
    return {"initial": initial, "target": numbers(target), "rows": rows, "final": numbers(table.weight)}


variants = json.loads((here / "training.json").read_text())["optimizers"]["cases"]
cases = []
for variant in variants:
    kind, options = variant["optimizer"], variant["options"]
    if options.get("maximize"):
        continue
    cases.append({"optimizer": kind, "options": options,
                  "float32": spread(kind, options, torch.float32), "float64": spread(kind, options, torch.float64)})
lbfgs = []
for options, steps in (
    ({"lr": 0.1}, 5), ({"lr": 0.5, "maxIter": 4, "historySize": 3}, 20), ({"lineSearchFn": "strong_wolfe"}, 4),
    ({"lr": 0.3, "maxIter": 6, "historySize": 4, "lineSearchFn": "strong_wolfe"}, 8),
    ({"maxIter": 30, "maxEval": 7, "lineSearchFn": "strong_wolfe"}, 5),
    ({"toleranceGrad": 1e-3, "toleranceChange": 1e-4, "lineSearchFn": "strong_wolfe"}, 6),
):
    lbfgs.append({"options": options, "steps": steps, "float64": spread("LBFGS", options, torch.float64, steps)})
muon = []
for options in ({"lr": 0.02}, {"lr": 0.02, "nesterov": False, "momentum": 0.8, "weightDecay": 0},
                {"lr": 0.05, "adjustLrFn": "match_rms_adamw", "nsSteps": 3}):
    muon.append({"options": options, "float32": trajectory("Muon", options, torch.float32, only=lambda p: p.ndim == 2)})
model, x, y = network(torch.float64)
out = {"torch": torch.__version__.split("+")[0], "kept": kept,
       "x": numbers(x), "y": numbers(y), "initial": {k: numbers(v) for k, v in model.state_dict().items()},
       "cases": cases, "lbfgs": lbfgs, "muon": muon, "sparse": sparse(torch.float64)}
(here / "optimizers.json").write_text(json.dumps(out) + "\n")
