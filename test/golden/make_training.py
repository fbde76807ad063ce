"""Records what PyTorch computes for losses, optimizers, schedules and the article's network.

    python test/golden/make_training.py        writes training.json beside itself

Every number is a float32 (or float64 where the section says so) printed with all its digits.
"""

import json
import math
import pathlib

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)
out: dict = {"torch": torch.__version__.split("+")[0]}


def numbers(t):
    return t.detach().tolist()


def article():
    """The article's program: 2-3-1, no nonlinearity, MSE, gradient descent 0.01, 1,000 steps on the whole set."""
    torch.manual_seed(7)
    x = torch.randn(100, 2)
    y = 2 * x[:, :1] - 3 * x[:, 1:] + 1 + 0.1 * torch.randn(100, 1)
    w1 = torch.randn(2, 3) * 0.01
    w2 = torch.randn(3, 1) * 0.01
    params = {"w1": w1, "b1": torch.zeros(3), "w2": w2, "b2": torch.zeros(1)}
    for p in params.values():
        p.requires_grad_()
    record = {"x": numbers(x), "y": numbers(y), "initial": {k: numbers(p) for k, p in params.items()}, "steps": {}}
    opt = torch.optim.SGD(params.values(), lr=0.01)
    for step in range(1, 1001):
        opt.zero_grad()
        loss = ((x @ params["w1"] + params["b1"]) @ params["w2"] + params["b2"] - y).square().mean()
        loss.backward()
        opt.step()
        if step in (1, 10, 100, 1000):
            record["steps"][step] = {"loss": loss.item(), "weights": {k: numbers(p) for k, p in params.items()}}
    return record


def losses():
    """Value and input gradient of every loss; the gradient is of sum(loss * w) with w = 1, 2, 3, ... so that "none" is seen too."""
    torch.manual_seed(11)
    a = torch.randn(4, 5) * 1.5
    b = torch.randn(4, 5)
    near = b + torch.tensor([0.1, -0.3, 0.9, 2.0, -1.0])
    logits = torch.randn(6, 4) * 2
    classes = torch.tensor([0, 3, 1, 1, 2, 0])
    ignored = torch.tensor([0, 3, -100, 1, 2, 2])
    probabilities = torch.softmax(torch.randn(6, 4), 1)
    weight = torch.tensor([1.0, 0.5, 2.0, 0.25])
    binary = (torch.rand(4, 5) > 0.5).float()
    unit = torch.rand(4, 5) * 0.98 + 0.01
    pos = torch.tensor([1.0, 2.0, 0.5, 3.0, 1.5])
    spatial = torch.randn(2, 3, 4)
    spatial_classes = torch.tensor([[0, 2, 1, 1], [2, 2, 0, 1]])
    inputs = dict(a=a, b=b, near=near, logits=logits, classes=classes, ignored=ignored, probabilities=probabilities,
                  weight=weight, binary=binary, unit=unit, pos=pos, spatial=spatial, spatialClasses=spatial_classes)
    names = {id(v): k for k, v in inputs.items()}
    cases = []

    def case(fn, name, x, y, options=None, reductions=("mean", "sum", "none"), **kw):
        for reduction in reductions:
            leaf = x.clone().requires_grad_()
            value = fn(leaf, y, reduction=reduction, **kw)
            (value * torch.arange(1, value.numel() + 1).reshape(value.shape)).sum().backward()
            cases.append({"loss": name, "input": names[id(x)], "target": names[id(y)], "reduction": reduction,
                          "options": {k: names.get(id(v), v) for k, v in (options or {}).items()},
                          "value": numbers(value), "gradient": numbers(leaf.grad)})

    case(F.mse_loss, "mseLoss", a, b)
    case(F.l1_loss, "l1Loss", a, b)
    case(F.smooth_l1_loss, "smoothL1Loss", near, b)
    case(F.smooth_l1_loss, "smoothL1Loss", near, b, {"beta": 0.5}, beta=0.5)
    case(F.huber_loss, "huberLoss", near, b)
    case(F.huber_loss, "huberLoss", near, b, {"delta": 0.5}, delta=0.5)
    case(F.cross_entropy, "crossEntropy", logits, classes)
    case(F.cross_entropy, "crossEntropy", logits, classes, {"weight": weight}, weight=weight)
    case(F.cross_entropy, "crossEntropy", logits, ignored)
    case(F.cross_entropy, "crossEntropy", logits, classes, {"ignoreIndex": 1}, ignore_index=1)
    case(F.cross_entropy, "crossEntropy", logits, classes, {"labelSmoothing": 0.1}, label_smoothing=0.1)
    case(F.cross_entropy, "crossEntropy", logits, ignored, {"weight": weight, "labelSmoothing": 0.2}, weight=weight, label_smoothing=0.2)
    case(F.cross_entropy, "crossEntropy", logits, probabilities)
    case(F.cross_entropy, "crossEntropy", logits, probabilities, {"weight": weight, "labelSmoothing": 0.1}, weight=weight, label_smoothing=0.1)
    case(F.cross_entropy, "crossEntropy", spatial, spatial_classes)
    logp = torch.log_softmax(logits, 1)
    inputs["logp"] = logp
    names[id(logp)] = "logp"
    case(F.nll_loss, "nllLoss", logp, classes)
    case(F.nll_loss, "nllLoss", logp, ignored, {"weight": weight}, weight=weight)
    case(F.binary_cross_entropy, "binaryCrossEntropy", unit, binary)
    case(F.binary_cross_entropy, "binaryCrossEntropy", unit, binary, {"weight": pos}, weight=pos)
    case(F.binary_cross_entropy_with_logits, "binaryCrossEntropyWithLogits", a, binary)
    case(F.binary_cross_entropy_with_logits, "binaryCrossEntropyWithLogits", a, binary, {"posWeight": pos}, pos_weight=pos)
    case(F.binary_cross_entropy_with_logits, "binaryCrossEntropyWithLogits", a, unit, {"weight": pos}, weight=pos)
    case(F.kl_div, "klDiv", logp, probabilities, reductions=("mean", "sum", "none", "batchmean"))
    case(F.kl_div, "klDiv", logp, logp, {"logTarget": True}, log_target=True)
    record = {k: {"shape": list(v.shape), "dtype": "int32" if v.dtype == torch.int64 else "float32", "data": numbers(v)} for k, v in inputs.items()}
    return {"inputs": record, "cases": cases}


def small_mlp():
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    x = torch.randn(8, 3)
    y = torch.randn(8, 2)
    return model, x, y


class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, "Symbolic discovery of optimization algorithms", algorithm 2; not in PyTorch."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                g = -p.grad if group["maximize"] else p.grad
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                update = torch.sign(beta1 * m + (1 - beta1) * g) + group["weight_decay"] * p
                p.sub_(group["lr"] * update)
                m.copy_(beta2 * m + (1 - beta2) * g)


class LAMB(torch.optim.Optimizer):
    """You et al. 2020, "Large batch optimization for deep learning", algorithm 2 with phi(x) = x; not in PyTorch."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01, maximize=False):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                g = -p.grad if group["maximize"] else p.grad
                state = self.state[p]
                t = state["step"] = state.get("step", 0) + 1
                m = state.setdefault("exp_avg", torch.zeros_like(p))
                v = state.setdefault("exp_avg_sq", torch.zeros_like(p))
                m.copy_(beta1 * m + (1 - beta1) * g)
                v.copy_(beta2 * v + (1 - beta2) * g * g)
                ratio = (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + group["eps"])
                update = ratio + group["weight_decay"] * p
                size, length = torch.linalg.vector_norm(p), torch.linalg.vector_norm(update)
                trust = (size / length).item() if size > 0 and length > 0 else 1.0
                p.sub_(group["lr"] * trust * update)


ours = {"Lion": Lion, "LAMB": LAMB}


def optimizer_class(kind):
    return ours.get(kind) or getattr(torch.optim, kind)


def camel_case(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def optimizers():
    """Losses of 20 steps of a 3-4-2 network, its parameters after them, and the state of the first, for every variant."""
    model, x, y = small_mlp()
    record = {"x": numbers(x), "y": numbers(y), "initial": {k: numbers(v) for k, v in model.state_dict().items()}, "cases": []}

    def case(kind, camel, exact=False, **kw):
        """`exact`: in float64, where float32's own error after 20 steps is above the tests' tolerance."""
        model, x, y = small_mlp()
        if exact:
            model, x, y = model.double(), x.double(), y.double()
        opt = optimizer_class(kind)(model.parameters(), **kw)
        seen = []
        for _ in range(20):
            opt.zero_grad()
            loss = F.mse_loss(model(x), y)
            loss.backward()
            opt.step()
            seen.append(loss.item())
        record["cases"].append({"optimizer": kind, "options": camel, "exact": exact, "losses": seen,
                                "final": {k: numbers(v) for k, v in model.state_dict().items()},
                                "state": {camel_case(k): numbers(v) for k, v in opt.state[next(model.parameters())].items()
                                          if isinstance(v, torch.Tensor)}})

    case("SGD", {"lr": 0.1}, lr=0.1)
    case("SGD", {"lr": 0.1, "momentum": 0.9}, lr=0.1, momentum=0.9)
    case("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}, lr=0.1, momentum=0.9, dampening=0.3)
    case("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True}, lr=0.1, momentum=0.9, nesterov=True)
    case("SGD", {"lr": 0.1, "weightDecay": 0.05}, lr=0.1, weight_decay=0.05)
    case("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weightDecay": 0.05}, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.05)
    case("SGD", {"lr": 0.01, "momentum": 0.5, "maximize": True}, lr=0.01, momentum=0.5, maximize=True)
    for kind in ("Adam", "AdamW"):
        case(kind, {}, )
        case(kind, {"lr": 0.05}, lr=0.05)
        case(kind, {"lr": 0.05, "betas": [0.8, 0.95], "eps": 1e-4}, lr=0.05, betas=(0.8, 0.95), eps=1e-4)
        case(kind, {"lr": 0.05, "weightDecay": 0.1}, lr=0.05, weight_decay=0.1)
        case(kind, {"lr": 0.05, "amsgrad": True}, lr=0.05, amsgrad=True)
        case(kind, {"lr": 0.05, "weightDecay": 0.1, "amsgrad": True, "maximize": True}, lr=0.05, weight_decay=0.1, amsgrad=True, maximize=True)
    case("Adagrad", {})
    case("Adagrad", {"lr": 0.1, "lrDecay": 0.1}, lr=0.1, lr_decay=0.1)
    case("Adagrad", {"lr": 0.1, "initialAccumulatorValue": 0.5, "eps": 1e-3}, lr=0.1, initial_accumulator_value=0.5, eps=1e-3)
    case("Adagrad", {"lr": 0.05, "weightDecay": 0.1, "maximize": True}, lr=0.05, weight_decay=0.1, maximize=True)
    case("Rprop", {})
    case("Rprop", {"lr": 0.05, "etas": [0.4, 1.5], "stepSizes": [1e-3, 0.1]}, lr=0.05, etas=(0.4, 1.5), step_sizes=(1e-3, 0.1))
    case("Rprop", {"lr": 1e-3, "maximize": True}, lr=1e-3, maximize=True)
    case("Adafactor", {})
    case("Adafactor", {"lr": 0.1, "beta2Decay": -0.5, "eps": [1e-4, 1e-2], "d": 1.5}, exact=True, lr=0.1, beta2_decay=-0.5, eps=(1e-4, 1e-2), d=1.5)
    case("Adafactor", {"lr": 0.5, "weightDecay": 0.1}, lr=0.5, weight_decay=0.1)
    case("Adafactor", {"lr": 0.02, "maximize": True}, lr=0.02, maximize=True)
    case("Adam", {"lr": 0.05, "weightDecay": 0.1, "decoupledWeightDecay": True}, lr=0.05, weight_decay=0.1, decoupled_weight_decay=True)
    case("Adadelta", {})
    case("Adadelta", {"lr": 0.5, "rho": 0.8, "eps": 1e-3}, lr=0.5, rho=0.8, eps=1e-3)
    case("Adadelta", {"lr": 2, "weightDecay": 0.1, "maximize": True}, lr=2, weight_decay=0.1, maximize=True)
    case("RMSprop", {})
    case("RMSprop", {"lr": 0.02, "alpha": 0.9, "eps": 1e-4}, lr=0.02, alpha=0.9, eps=1e-4)
    case("RMSprop", {"lr": 0.01, "momentum": 0.8}, lr=0.01, momentum=0.8)
    case("RMSprop", {"lr": 0.01, "centered": True}, lr=0.01, centered=True)
    case("RMSprop", {"lr": 0.005, "momentum": 0.5, "centered": True, "weightDecay": 0.1, "maximize": True},
         lr=0.005, momentum=0.5, centered=True, weight_decay=0.1, maximize=True)
    case("Adamax", {})
    case("Adamax", {"lr": 0.05, "betas": [0.8, 0.95], "eps": 1e-4}, lr=0.05, betas=(0.8, 0.95), eps=1e-4)
    case("Adamax", {"lr": 0.05, "weightDecay": 0.1, "maximize": True}, lr=0.05, weight_decay=0.1, maximize=True)
    for kind in ("NAdam", "RAdam"):
        case(kind, {})
        case(kind, {"lr": 0.05}, lr=0.05)
        case(kind, {"lr": 0.02, "betas": [0.8, 0.95], "eps": 1e-4}, lr=0.02, betas=(0.8, 0.95), eps=1e-4)
        case(kind, {"lr": 0.05, "weightDecay": 0.1}, lr=0.05, weight_decay=0.1)
        case(kind, {"lr": 0.05, "weightDecay": 0.1, "decoupledWeightDecay": True}, lr=0.05, weight_decay=0.1, decoupled_weight_decay=True)
        case(kind, {"lr": 0.02, "weightDecay": 0.1, "maximize": True}, lr=0.02, weight_decay=0.1, maximize=True)
    case("NAdam", {"lr": 0.05, "momentumDecay": 0.5}, lr=0.05, momentum_decay=0.5)
    case("ASGD", {})
    case("ASGD", {"lr": 0.1, "lambd": 0.1, "alpha": 0.5, "t0": 5}, lr=0.1, lambd=0.1, alpha=0.5, t0=5)
    case("ASGD", {"lr": 0.05, "weightDecay": 0.1, "t0": 0, "maximize": True}, lr=0.05, weight_decay=0.1, t0=0, maximize=True)
    case("Lion", {})
    case("Lion", {"lr": 0.02, "betas": [0.8, 0.95], "weightDecay": 0.1}, lr=0.02, betas=(0.8, 0.95), weight_decay=0.1)
    case("Lion", {"lr": 0.01, "maximize": True}, lr=0.01, maximize=True)
    case("LAMB", {})
    case("LAMB", {"lr": 0.05, "betas": [0.8, 0.95], "eps": 1e-4, "weightDecay": 0}, lr=0.05, betas=(0.8, 0.95), eps=1e-4, weight_decay=0)
    case("LAMB", {"lr": 0.02, "weightDecay": 0.1, "maximize": True}, lr=0.02, weight_decay=0.1, maximize=True)
    return record


def narrow():
    """
    Five steps of a network of float16 and bfloat16, beside the same in float64 from the same rounded numbers. An eps of 1e-8 is 0 in
    float16, and Adam divides by it in PyTorch.
    """
    model, x, y = small_mlp()
    record = {"initial": {k: numbers(v) for k, v in model.state_dict().items()}, "cases": []}
    kinds = [("SGD", {"lr": 0.1, "momentum": 0.9}), ("Adam", {"lr": 0.05, "eps": 1e-4}), ("AdamW", {"lr": 0.05, "eps": 1e-4}), ("Adagrad", {"lr": 0.1}),
             ("Rprop", {}), ("Adafactor", {"lr": 0.1}), ("Adadelta", {"lr": 0.5, "eps": 1e-3}), ("RMSprop", {"lr": 0.02, "eps": 1e-4, "momentum": 0.5}),
             ("Adamax", {"lr": 0.05, "eps": 1e-4}), ("NAdam", {"lr": 0.05, "eps": 1e-4}), ("RAdam", {"lr": 0.05, "eps": 1e-4}),
             ("ASGD", {"lr": 0.1, "t0": 2}), ("Lion", {"lr": 0.01}), ("LAMB", {"lr": 0.05, "eps": 1e-4})]
    for dtype in (torch.float16, torch.bfloat16):
        for kind, options in kinds:
            case = {"dtype": str(dtype)[6:], "optimizer": kind, "options": options}
            for name, wide in (("narrow", dtype), ("exact", torch.float64)):
                model, x, y = small_mlp()
                model, x, y = model.to(dtype).to(wide), x.to(dtype).to(wide), y.to(dtype).to(wide)
                opt = optimizer_class(kind)(model.parameters(), **options)
                seen = []
                for _ in range(5):
                    opt.zero_grad()
                    loss = F.mse_loss(model(x), y)
                    loss.backward()
                    opt.step()
                    seen.append(loss.item())
                case[name] = {"losses": seen, "final": {k: numbers(v) for k, v in model.state_dict().items()}}
            record["cases"].append(case)
    return record


def averages():
    """Averages of the weights and buffers of a network with batch normalization after each of 6 steps, and update_bn after them."""
    utils = torch.optim.swa_utils
    torch.manual_seed(21)
    x = torch.randn(8, 3) * 2 + 1
    y = torch.randn(8, 2)
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
    initial = {k: numbers(v) for k, v in network.state_dict().items()}
    record = {"x": numbers(x), "y": numbers(y), "initial": initial, "cases": []}
    for name, make in [
        ("swa", lambda m: utils.AveragedModel(m)),
        ("ema", lambda m: utils.AveragedModel(m, avg_fn=utils.get_ema_avg_fn(0.8))),
        ("buffers", lambda m: utils.AveragedModel(m, avg_fn=utils.get_ema_avg_fn(0.8), use_buffers=True)),
    ]:
        model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
        model.load_state_dict({k: torch.tensor(v) for k, v in initial.items()})
        average = make(model)
        opt = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(6):
            opt.zero_grad()
            F.mse_loss(model(x), y).backward()
            opt.step()
            average.update_parameters(model)
        state = {k: numbers(v) for k, v in average.state_dict().items()}
        utils.update_bn([x[:5], (x[5:], y[5:])], average)
        updated = {k: numbers(v) for k, v in average.named_buffers()}
        average.eval()
        record["cases"].append({"name": name, "state": state, "updated": updated, "output": numbers(average(x))})
    return record


def clipping():
    torch.manual_seed(5)
    grads = [torch.randn(3, 4), torch.randn(5) * 3]
    cases = []
    for norm_type in (2.0, 1.0, math.inf):
        for max_norm in (1.0, 100.0):
            ps = [nn.Parameter(torch.zeros_like(g)) for g in grads]
            for p, g in zip(ps, grads):
                p.grad = g.clone()
            total = nn.utils.clip_grad_norm_(ps, max_norm, norm_type)
            cases.append({"normType": "inf" if norm_type == math.inf else norm_type, "maxNorm": max_norm,
                          "total": total.item(), "gradients": [numbers(p.grad) for p in ps]})
    return {"gradients": [numbers(g) for g in grads], "norm": cases, "value": [numbers(g.clamp(-0.5, 0.5)) for g in grads]}


def schedules():
    """The learning rate after each call of step(), in float64; the first number is the one before any."""
    S = torch.optim.lr_scheduler
    metrics = [1.0, 0.9, 0.95, 0.94, 0.93, 0.92, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]

    def run(make, n, metric=False):
        opt = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
        schedule = make(opt)
        rates = [opt.param_groups[0]["lr"]]
        for i in range(n):
            opt.step()
            schedule.step(metrics[i]) if metric else schedule.step()
            rates.append(opt.param_groups[0]["lr"])
        return rates

    def both(make, n, by_hand=None):
        """Several schedules on one optimizer; the rate is set by hand before step `by_hand`."""
        opt = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
        schedules = make(opt)
        rates = [opt.param_groups[0]["lr"]]
        for i in range(n):
            if i == by_hand:
                opt.param_groups[0]["lr"] = 0.03
            opt.step()
            for schedule in schedules:
                schedule.step()
            rates.append(opt.param_groups[0]["lr"])
        return rates

    def momenta(make, n, optimizer):
        opt = optimizer([nn.Parameter(torch.zeros(1))])
        schedule = make(opt)
        group = opt.param_groups[0]
        read = lambda: [group["lr"], group["betas"][0] if "betas" in group else group["momentum"]]
        rows = [read()]
        for _ in range(n):
            opt.step()
            schedule.step()
            rows.append(read())
        return rows

    sgd = lambda p: torch.optim.SGD(p, lr=0.5, momentum=0.9)
    adam = lambda p: torch.optim.Adam(p, lr=0.5)
    chained = {
        "StepLR, ExponentialLR": both(lambda o: [S.StepLR(o, 3, gamma=0.5), S.ExponentialLR(o, 0.9)], 9),
        "LinearLR, CosineAnnealingLR": both(
            lambda o: [S.LinearLR(o, start_factor=0.25, total_iters=4), S.CosineAnnealingLR(o, 10, eta_min=0.01)], 12
        ),
        "MultiStepLR, LinearLR": both(lambda o: [S.MultiStepLR(o, [2, 2, 5]), S.LinearLR(o, total_iters=3)], 8),
        "LambdaLR, StepLR": both(lambda o: [S.LambdaLR(o, lambda n: 1 / (1 + n)), S.StepLR(o, 2)], 6),
    }
    by_hand = {
        "StepLR": both(lambda o: [S.StepLR(o, 3, gamma=0.5)], 8, 4),
        "MultiStepLR": both(lambda o: [S.MultiStepLR(o, [2, 5], gamma=0.1)], 8, 3),
        "ExponentialLR": both(lambda o: [S.ExponentialLR(o, 0.9)], 8, 3),
        "LinearLR": both(lambda o: [S.LinearLR(o, start_factor=0.25, total_iters=4)], 8, 2),
        "CosineAnnealingLR": both(lambda o: [S.CosineAnnealingLR(o, 5, eta_min=0.01)], 14, 3),
        "LambdaLR": both(lambda o: [S.LambdaLR(o, lambda n: 1 / (1 + n))], 6, 3),
    }
    cycles = {
        "SGD": momenta(lambda o: S.OneCycleLR(o, 1.0, total_steps=10), 10, sgd),
        "Adam": momenta(lambda o: S.OneCycleLR(o, 1.0, total_steps=10), 10, adam),
        "linear": momenta(
            lambda o: S.OneCycleLR(
                o, 1.0, epochs=4, steps_per_epoch=2, pct_start=0.5, anneal_strategy="linear", base_momentum=0.5, max_momentum=0.9
            ),
            8,
            sgd,
        ),
        "threePhase": momenta(lambda o: S.OneCycleLR(o, 1.0, total_steps=12, pct_start=0.25, three_phase=True), 12, sgd),
    }
    waves = {
        "triangular": momenta(lambda o: S.CyclicLR(o, 0.1, 0.9, step_size_up=3, step_size_down=2), 12, sgd),
        "triangular2": momenta(lambda o: S.CyclicLR(o, 0.1, 0.9, step_size_up=2, mode="triangular2"), 12, adam),
        "exp_range": momenta(
            lambda o: S.CyclicLR(o, 0.1, 0.9, step_size_up=2, mode="exp_range", gamma=0.9, base_momentum=0.5, max_momentum=0.95), 12, sgd
        ),
        "scaleFn": momenta(lambda o: S.CyclicLR(o, 0.1, 0.9, step_size_up=2, scale_fn=lambda n: 1 / n), 12, sgd),
        "scaleFn, iterations": momenta(
            lambda o: S.CyclicLR(o, 0.1, 0.9, step_size_up=2, scale_fn=lambda n: 0.8**n, scale_mode="iterations", cycle_momentum=False), 12, sgd
        ),
    }
    sequence = lambda milestones, *parts: lambda o: S.SequentialLR(o, [part(o) for part in parts], milestones)
    constant = lambda o: S.ConstantLR(o, factor=0.1, total_iters=2)
    exponential = lambda o: S.ExponentialLR(o, 0.9)
    restarts = lambda o: S.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.01)
    sequences = {
        "ConstantLR, ExponentialLR": run(sequence([3], constant, exponential), 9),
        "LinearLR, CosineAnnealingLR, StepLR": run(
            sequence([3, 7], lambda o: S.LinearLR(o, total_iters=3), lambda o: S.CosineAnnealingLR(o, 4), lambda o: S.StepLR(o, 2)), 12
        ),
        "MultiStepLR, CosineAnnealingWarmRestarts": run(sequence([4], lambda o: S.MultiStepLR(o, [1, 3]), restarts), 14),
        "PolynomialLR, MultiplicativeLR, LambdaLR": run(
            sequence(
                [2, 5],
                lambda o: S.PolynomialLR(o, 4, 2.0),
                lambda o: S.MultiplicativeLR(o, lambda n: 0.9 + 0.1 * n),
                lambda o: S.LambdaLR(o, lambda n: 1 / (2 + n)),
            ),
            9,
        ),
        "ConstantLR, SWALR": run(sequence([2], constant, lambda o: torch.optim.swa_utils.SWALR(o, 0.05, anneal_epochs=3)), 8),
    }

    def resumed(make):
        """Seven steps of a schedule that begins with last_epoch = 2."""
        opt = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.3, momentum=0.9)
        opt.param_groups[0]["initial_lr"] = 0.5
        schedule = make(opt)
        rates = [opt.param_groups[0]["lr"]]
        for _ in range(7):
            opt.step()
            schedule.step()
            rates.append(opt.param_groups[0]["lr"])
        return rates

    from_two = {
        "StepLR": resumed(lambda o: S.StepLR(o, 3, gamma=0.5, last_epoch=2)),
        "MultiStepLR": resumed(lambda o: S.MultiStepLR(o, [3, 5], last_epoch=2)),
        "ExponentialLR": resumed(lambda o: S.ExponentialLR(o, 0.9, last_epoch=2)),
        "PolynomialLR": resumed(lambda o: S.PolynomialLR(o, 8, 2.0, last_epoch=2)),
        "ConstantLR": resumed(lambda o: S.ConstantLR(o, 0.25, 5, last_epoch=2)),
        "LinearLR": resumed(lambda o: S.LinearLR(o, 0.25, 1.0, 6, last_epoch=2)),
        "CosineAnnealingLR": resumed(lambda o: S.CosineAnnealingLR(o, 5, eta_min=0.01, last_epoch=2)),
        "CosineAnnealingWarmRestarts": resumed(lambda o: S.CosineAnnealingWarmRestarts(o, 4, T_mult=2, last_epoch=2)),
        "LambdaLR": resumed(lambda o: S.LambdaLR(o, lambda n: 1 / (1 + n), last_epoch=2)),
        "MultiplicativeLR": resumed(lambda o: S.MultiplicativeLR(o, lambda n: 1 / (1 + n), last_epoch=2)),
        "CyclicLR": resumed(lambda o: S.CyclicLR(o, 0.5, 0.9, step_size_up=2, cycle_momentum=False, last_epoch=2)),
    }

    def fractions():
        opt = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
        schedule = restarts(opt)
        rates = []
        for epoch in (0.25, 0.5, 2.75, None, None, 3.5, 9, 1.5, None):
            opt.step()
            schedule.step(epoch)
            rates.append([opt.param_groups[0]["lr"], schedule.last_epoch])
        return rates

    return {
        "chained": chained,
        "byHand": by_hand,
        "cycles": cycles,
        "waves": waves,
        "sequences": sequences,
        "fromTwo": from_two,
        "fractions": fractions(),
        "MultiplicativeLR": run(lambda o: S.MultiplicativeLR(o, lambda n: 1 - 0.1 * n), 6),
        "ConstantLR": run(lambda o: S.ConstantLR(o, factor=0.25, total_iters=3), 6),
        "PolynomialLR": run(lambda o: S.PolynomialLR(o, total_iters=6, power=1.5), 8),
        "ChainedScheduler": run(lambda o: S.ChainedScheduler([constant(o), exponential(o)]), 6),
        "SWALR": run(lambda o: torch.optim.swa_utils.SWALR(o, 0.05, anneal_epochs=4), 7),
        "SWALR, linear": run(lambda o: torch.optim.swa_utils.SWALR(o, 0.9, anneal_epochs=3, anneal_strategy="linear"), 5),
        "SWALR, at once": run(lambda o: torch.optim.swa_utils.SWALR(o, 0.05, anneal_epochs=0), 3),
        "StepLR": run(lambda o: S.StepLR(o, 3, gamma=0.5), 10),
        "MultiStepLR": run(lambda o: S.MultiStepLR(o, [2, 5], gamma=0.1), 8),
        "ExponentialLR": run(lambda o: S.ExponentialLR(o, 0.9), 8),
        "LinearLR": run(lambda o: S.LinearLR(o, start_factor=0.25, end_factor=1.0, total_iters=4), 8),
        "CosineAnnealingLR": run(lambda o: S.CosineAnnealingLR(o, 10, eta_min=0.01), 10),
        "CosineAnnealingWarmRestarts": run(lambda o: S.CosineAnnealingWarmRestarts(o, 3, T_mult=2, eta_min=0.01), 12),
        "LambdaLR": run(lambda o: S.LambdaLR(o, lambda n: 1 / (1 + n)), 6),
        "OneCycleLR": run(lambda o: S.OneCycleLR(o, max_lr=1.0, total_steps=12, cycle_momentum=False), 12),
        "ReduceLROnPlateau": run(lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=2), 12, metric=True),
        "metrics": metrics,
    }


def modules():
    """Names and shapes in a state dict, and how a model prints."""

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(4, 4, bias=False)
            self.scale = nn.Parameter(torch.ones(4))

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Dropout(0.25))
            self.blocks = nn.ModuleList([Block(), Block()])
            self.norm = nn.LayerNorm(4)
            self.head = nn.Linear(4, 2)

    net = Net()
    return {"stateDict": {k: list(v.shape) for k, v in net.state_dict().items()}, "repr": repr(net),
            "activations": repr(nn.Sequential(nn.LeakyReLU(0.2), nn.ELU(), nn.GELU(), nn.Softmax(1), nn.Flatten(), nn.Identity()))}


def layers():
    """Outputs and input gradients (of sum(out * 1, 2, 3, ...)) of the layers."""
    torch.manual_seed(13)
    x = torch.randn(4, 6) * 2
    record = {"x": numbers(x), "cases": []}

    def case(kind, layer, args=(), options=None, calls=1):
        with torch.no_grad():
            for i, p in enumerate(layer.parameters()):
                p.copy_(torch.linspace(-1, 1.5, p.numel()).reshape(p.shape))
        state = {k: numbers(v) for k, v in layer.named_parameters()}
        leaf = x.clone().requires_grad_()
        for _ in range(calls):
            y = layer(leaf)
        (y * torch.arange(1, y.numel() + 1).reshape(y.shape)).sum().backward()
        entry = {"layer": kind, "args": list(args), "options": options or {}, "calls": calls, "parameters": state,
                 "output": numbers(y), "gradient": numbers(leaf.grad),
                 "parameterGradients": {k: numbers(v.grad) for k, v in layer.named_parameters()},
                 "buffers": {k: numbers(v) for k, v in layer.named_buffers()}}
        layer.eval()
        entry["evaluated"] = numbers(layer(x))
        record["cases"].append(entry)

    case("Linear", nn.Linear(6, 3), (6, 3))
    case("Linear", nn.Linear(6, 3, bias=False), (6, 3), {"bias": False})
    case("ReLU", nn.ReLU())
    case("Tanh", nn.Tanh())
    case("Sigmoid", nn.Sigmoid())
    case("GELU", nn.GELU())
    case("GELU", nn.GELU(approximate="tanh"), (), {"approximate": "tanh"})
    case("SiLU", nn.SiLU())
    case("LeakyReLU", nn.LeakyReLU(0.2), (0.2,))
    case("ELU", nn.ELU(0.7), (0.7,))
    case("Softplus", nn.Softplus(2.0, 3.0), (2.0, 3.0))
    case("Softmax", nn.Softmax(1), (1,))
    case("LogSoftmax", nn.LogSoftmax(1), (1,))
    case("LayerNorm", nn.LayerNorm(6), (6,))
    case("LayerNorm", nn.LayerNorm(6, eps=1e-2, elementwise_affine=False), (6,), {"eps": 1e-2, "elementwiseAffine": False})
    case("BatchNorm1d", nn.BatchNorm1d(6), (6,), None, 2)
    case("BatchNorm1d", nn.BatchNorm1d(6, momentum=0.3, affine=False), (6,), {"momentum": 0.3, "affine": False}, 3)
    return record


def init():
    """Bounds and standard deviations that the initial values must have."""
    gains = {}
    for name, param in [("linear", None), ("sigmoid", None), ("tanh", None), ("relu", None), ("leaky_relu", 0.2), ("selu", None)]:
        gains[name] = nn.init.calculate_gain(name, param)
    return {"gain": gains, "linearBound": {str(n): 1 / math.sqrt(n) for n in (1, 3, 64, 784)}}


for section in (article, losses, optimizers, narrow, averages, clipping, schedules, modules, layers, init):
    out[section.__name__] = section()

path = pathlib.Path(__file__).with_name("training.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(f"{path.name}: {path.stat().st_size} bytes, torch {out['torch']}")
