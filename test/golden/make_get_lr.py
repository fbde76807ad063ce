"""What schedules' get_lr() gives at each step: test/golden/get_lr.json. Run: python3 test/golden/make_get_lr.py"""

import json
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler as s

warnings.simplefilter("ignore")

SCHEDULES = {
    "StepLR": lambda o: s.StepLR(o, 2, 0.5),
    "MultiStepLR": lambda o: s.MultiStepLR(o, [1, 3], 0.5),
    "ExponentialLR": lambda o: s.ExponentialLR(o, 0.5),
    "PolynomialLR": lambda o: s.PolynomialLR(o, 4, 2),
    "ConstantLR": lambda o: s.ConstantLR(o, 0.5, 3),
    "LinearLR": lambda o: s.LinearLR(o, 0.5, 0.8, 3),
    "CosineAnnealingLR": lambda o: s.CosineAnnealingLR(o, 5, 0.01),
    "CosineAnnealingWarmRestarts": lambda o: s.CosineAnnealingWarmRestarts(o, 2, 2, 0.01),
    "CyclicLR": lambda o: s.CyclicLR(o, 0.1, 1, 2, 3, "triangular2"),
    "OneCycleLR": lambda o: s.OneCycleLR(o, 1, 8),
    "LambdaLR": lambda o: s.LambdaLR(o, lambda t: 1 / (1 + t)),
    "MultiplicativeLR": lambda o: s.MultiplicativeLR(o, lambda t: 1 / (1 + t)),
}


def rates(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.5, 0.9)
    schedule = make(optimizer)
    result = []
    for _ in range(6):
        optimizer.step()
        result.append([schedule.get_lr()[0], schedule.get_last_lr()[0]])
        schedule.step()
    return result


page = pathlib.Path(__file__).with_name("get_lr.json")
page.write_text(json.dumps({name: rates(make) for name, make in SCHEDULES.items()}, indent=1) + "\n")
