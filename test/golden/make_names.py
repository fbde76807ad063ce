"""Records the public names of PyTorch by namespace, for docs/pytorch-names.md.

Run with PyTorch 2.13: python test/golden/make_names.py
"""

import inspect
import json
import pathlib
import warnings

import torch
import torch.func
import torch.autograd.functional
import torch.distributions
import torch.nn.utils.parametrizations
import torch.nn.utils.parametrize
import torch.nn.utils.rnn
import torch.optim.lr_scheduler
import torch.optim.swa_utils
import torch.signal.windows
import torch.testing._internal.opinfo  # noqa: F401

warnings.simplefilter("ignore")


def public(module, keep):
    names = getattr(module, "__all__", None) or [n for n in dir(module) if not n.startswith("_")]
    return sorted(n for n in names if not n.startswith("_") and hasattr(module, n) and keep(getattr(module, n)))


def is_function(x):
    return callable(x) and not inspect.isclass(x)


def operations():
    """Functions of torch itself that take or make tensors: those that its documentation's page of torch lists come from these places."""
    from torch.overrides import get_ignored_functions, get_testing_overrides

    names = set()
    for f in [*get_testing_overrides(), *get_ignored_functions()]:
        name = getattr(f, "__name__", "")
        if not name.startswith("_") and getattr(torch, name, None) is f:
            names.add(name)
    return sorted(n for n in names if is_function(getattr(torch, n)))


def methods():
    return sorted(n for n in dir(torch.Tensor) if not n.startswith("_") and not hasattr(object, n))


def is_class(x):
    return inspect.isclass(x)


NAMES = {
    "torch": operations(),
    "Tensor": methods(),
    "nn": public(torch.nn, lambda x: inspect.isclass(x) and (issubclass(x, torch.nn.Module) or x is torch.nn.Parameter)),
    "nn.functional": [n for n in public(torch.nn.functional, is_function) if n not in ("boolean_dispatch", "handle_torch_function")],
    "nn.init": [n for n in public(torch.nn.init, is_function) if n.endswith("_") or n == "calculate_gain"],
    "nn.utils": public(torch.nn.utils, is_function),
    "nn.utils.rnn": public(torch.nn.utils.rnn, callable),
    "nn.utils.parametrizations": public(torch.nn.utils.parametrizations, is_function),
    "nn.utils.parametrize": public(torch.nn.utils.parametrize, callable),
    "optim": [n for n in public(torch.optim, is_class) if n != "Optimizer"],
    "optim.lr_scheduler": [n for n in public(torch.optim.lr_scheduler, is_class)],
    "optim.swa_utils": public(torch.optim.swa_utils, callable),
    "linalg": public(torch.linalg, is_function),
    "special": public(torch.special, is_function),
    "fft": public(torch.fft, is_function),
    "signal.windows": public(torch.signal.windows, is_function),
    "func": public(torch.func, is_function),
    "autograd": ["Function", "grad", "backward", "detect_anomaly", "set_detect_anomaly", "gradcheck", "gradgradcheck", "no_grad", "enable_grad", "inference_mode", "set_grad_enabled"],
    "autograd.functional": public(torch.autograd.functional, is_function),
    "distributions": public(torch.distributions, is_class),
    "utils.data": [n for n in public(torch.utils.data, callable) if not n.startswith(("IterDataPipe", "MapDataPipe", "DFIter", "argument", "functional_datapipe", "guaranteed", "non_deterministic", "runtime_valid"))],
}
path = pathlib.Path(__file__).parent / "names.json"
path.write_text(json.dumps(NAMES, indent=1) + "\n")
print({k: len(v) for k, v in NAMES.items()})
