"""Records PyTorch's own operator table (op_db): samples of arguments, results, gradients and second derivatives, and what is refused, a file
for each operation in opdb/, for test/ops/opdb.test.ts.

Run with PyTorch 2.13, numpy, expecttest and hypothesis: python test/golden/make_opdb.py [operation ...]
"""

import json
import math
import pathlib
import random
import sys
import warnings

import numpy
import torch
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_utils import set_rng_seed

warnings.simplefilter("ignore")
HERE = pathlib.Path(__file__).parent / "opdb"
GOLDEN = 0.6180339887498949

# What no TypeScript user has: complex and sparse tensors, masked tensors, PyTorch's internals and its compilers' variants.
LEFT_OUT = ("masked.", "sparse.", "jiterator", "torch.ops.", "torch._", "_", "native_")
NAMES_LEFT_OUT = {
    "complex", "polar", "view_as_complex", "view_as_real", "conj", "conj_physical", "resolve_conj", "resolve_neg", "imag", "real",
    "cdouble", "cfloat", "chalf", "H", "to_sparse", "hash_tensor", "max_pool2d_with_indices_backward", "grid_sampler_2d", "grid_sampler_3d",
    "empty_permuted", "empty_strided", "new_empty_strided", "nonzero_static", "alias_copy", "as_strided_copy", "expand_copy", "diagonal_copy",
    "narrow_copy", "view_copy", "permute_copy", "split_with_sizes_copy", "unbind_copy", "unfold_copy", "squeeze_copy", "unsqueeze_copy",
    "transpose_copy", "t_copy", "unsafe_split", "unsafe_chunk", "resize_", "resize_as_", "__radd__", "__rdiv__",
    "__rmul__", "__rand__", "__ror__", "__rxor__", "__rmatmul__", "__rmod__", "__rpow__", "__rsub__", "nn.functional.linear_cross_entropy",
    "nn.functional.upsample_bilinear", "nn.functional.upsample_nearest", "scalar_tensor",
}
RANDOM = {
    "bernoulli", "multinomial", "randn", "randn_like", "rand_like", "randint", "randint_like", "normal", "cauchy", "exponential", "geometric",
    "log_normal", "uniform", "empty", "empty_like", "new_empty", "nn.functional.dropout", "nn.functional.dropout2d", "nn.functional.dropout3d",
    "nn.functional.alpha_dropout", "nn.functional.feature_alpha_dropout", "nn.functional.rrelu", "nn.functional.fractional_max_pool2d",
    "nn.functional.fractional_max_pool3d", "pca_lowrank", "svd_lowrank",
}
COUNTS = {torch.float64: 14, torch.float32: 5, torch.int64: 5, torch.bool: 3, torch.bfloat16: 2}
# Characters of a case; an operation whose cases are all longer keeps its shortest.
LONGEST = 7000
DTYPES = {
    torch.float32: "float32", torch.float64: "float64", torch.float16: "float16", torch.bfloat16: "bfloat16", torch.int8: "int8",
    torch.uint8: "uint8", torch.int32: "int32", torch.int64: "int64", torch.bool: "bool",
}
DROPPED = {"device", "layout", "memory_format", "pin_memory", "generator", "out", "non_blocking"}


class Unsaid(Exception):
    """What JSON or TypeScript cannot say."""


def number(x, digits):
    if isinstance(x, bool):
        return int(x)
    if isinstance(x, int):
        return x if abs(x) < 2**53 else str(x)
    if math.isnan(x):
        return "nan"
    if math.isinf(x):
        return "inf" if x > 0 else "-inf"
    if x == 0 and math.copysign(1, x) < 0:
        return "-0"
    y = float(f"%.{digits}g" % x)
    return int(y) if y == int(y) and abs(y) < 1e15 else y


def said(t):
    """A tensor as its shape, dtype and numbers."""
    if t.is_complex():
        t = torch.view_as_real(t.detach().resolve_conj())
    if t.dtype not in DTYPES or t.layout != torch.strided:
        raise Unsaid
    digits = 9 if t.dtype in (torch.float32, torch.bfloat16, torch.float16) else 13
    wide = t.detach().to(torch.float64) if t.is_floating_point() else t.detach()
    return [list(t.shape), DTYPES[t.dtype], [number(x, digits) for x in wide.flatten().tolist()]]


def short(t):
    """The tensor with numbers of few digits, which are the same in each precision."""
    if not t.is_floating_point():
        return t.detach().clone().contiguous()
    y = (t.detach().double() * 1024).round() / 1024
    y = torch.where(y.isfinite() & (y != 0), y, t.detach().double())
    return y.to(t.dtype).contiguous()


class Encoder:
    def __init__(self):
        self.tensors = []
        self.wanted = []

    def tensor(self, t):
        if t.dtype not in DTYPES or t.layout != torch.strided or t.numel() > 4000:
            raise Unsaid
        y = short(t)
        self.tensors.append(y)
        self.wanted.append(bool(t.requires_grad))
        return {"t": len(self.tensors) - 1}

    def encode(self, x):
        if isinstance(x, torch.Tensor):
            return self.tensor(x)
        if x is None or isinstance(x, (bool, str)):
            return x
        if isinstance(x, (int, float)):
            return {"n": number(x, 17)} if isinstance(number(x, 17), str) else x
        if isinstance(x, numpy.generic):
            return self.encode(x.item())
        if isinstance(x, torch.dtype):
            if x not in DTYPES:
                raise Unsaid
            return {"dtype": DTYPES[x]}
        if isinstance(x, slice):
            return {"slice": [x.start, x.stop, x.step]}
        if x is Ellipsis:
            return {"ellipsis": 1}
        if isinstance(x, (list, tuple)):
            return [self.encode(y) for y in x]
        raise Unsaid

    def decode(self, x, tensors):
        if isinstance(x, dict):
            if "t" in x:
                return tensors[x["t"]]
            if "n" in x:
                return float(x["n"]) if x["n"] in ("nan", "inf", "-inf", "-0") else int(x["n"])
            if "dtype" in x:
                return getattr(torch, x["dtype"])
            if "slice" in x:
                return slice(*x["slice"])
            return Ellipsis
        if isinstance(x, list):
            return [self.decode(y, tensors) for y in x]
        return x


def tensors_of(x):
    if isinstance(x, torch.Tensor):
        return [torch.view_as_real(x) if x.is_complex() else x]
    if isinstance(x, (list, tuple)):
        return [t for y in x for t in tensors_of(y)]
    return []


def results(x):
    if isinstance(x, torch.Tensor):
        return {"tensor": said(x)}
    if isinstance(x, (list, tuple)) and all(isinstance(y, torch.Tensor) for y in x):
        return {"results": [said(y) for y in x]}
    if isinstance(x, (bool, int, float)):
        return {"value": number(x, 17)}
    raise Unsaid


def weights(t):
    """What an output's elements are multiplied with before they are summed for a gradient."""
    return torch.tensor([0.5 + (((i + 1) * GOLDEN) % 1) for i in range(t.numel())], dtype=t.dtype).reshape(t.shape)


def like(original, value):
    """Tuples stay tuples, which indexing tells from lists."""
    if isinstance(original, tuple) and isinstance(value, list):
        return tuple(like(o, v) for o, v in zip(original, value))
    if isinstance(original, list) and isinstance(value, list):
        return [like(o, v) for o, v in zip(original, value)]
    return value


def nearer(run, tensors, out):
    """The results in float64, where PyTorch's own are farther from them than their last digits."""
    try:
        exact = tensors_of(run([t.double() if t.is_floating_point() else t.clone() for t in tensors]))
    except Exception:
        return None
    mine = tensors_of(out)
    if len(exact) != len(mine) or any(a.shape != b.shape for a, b in zip(exact, mine)):
        return None
    if all(torch.equal(a.to(b.dtype).nan_to_num(), b.nan_to_num()) for a, b in zip(exact, mine)):
        return None
    return [said(a)[2] if a.is_floating_point() else None for a in exact]


def record(op, sample, with_gradient, with_second):
    encoder = Encoder()
    original = [sample.input, *sample.args]
    args = [encoder.encode(x) for x in original]
    kwargs = {k: encoder.encode(v) for k, v in sample.kwargs.items() if k not in DROPPED}
    if any(getattr(v, "dtype", None) in (torch.complex64, torch.complex128) for v in sample.kwargs.values()):
        raise Unsaid
    # JavaScript has no 2.0 beside 2, which PyTorch promotes integers for.
    if not any(t.is_floating_point() for t in encoder.tensors):
        for x in [*sample.args, *sample.kwargs.values()]:
            if isinstance(x, float) and x == int(x if math.isfinite(x) else 1):
                raise Unsaid
    entry = {"args": args}
    if kwargs:
        entry["kwargs"] = kwargs
    entry["tensors"] = [said(t) for t in encoder.tensors]

    def run(tensors):
        values = [like(o, encoder.decode(a, tensors)) for o, a in zip(original, args)]
        named = {k: like(sample.kwargs[k], encoder.decode(v, tensors)) for k, v in kwargs.items()}
        return op(*values, **named)

    torch.manual_seed(1)
    out = run([t.clone() for t in encoder.tensors])
    entry.update(results(out))
    torch.manual_seed(2)
    is_random = op.name in RANDOM or results(run([t.clone() for t in encoder.tensors])) != results(out)
    # The table sets the seed of this one anew at each call.
    if op.name == "nn.functional.multi_head_attention_forward":
        is_random = sample.kwargs["training"]
    if is_random:
        entry["random"] = True
    elif not op.name.startswith("empty") and any(t.dtype in (torch.float32, torch.bfloat16) for t in tensors_of(out)):
        exact = nearer(run, encoder.tensors, out)
        if exact is not None:
            entry["exact"] = exact
    if with_gradient and any(encoder.wanted) and not is_random:
        leaves = [t.clone().requires_grad_(w) for t, w in zip(encoder.tensors, encoder.wanted)]
        outs = [y for y in tensors_of(run(leaves)) if y.requires_grad]
        if outs and sum(y.numel() for y in outs) > 0:
            inputs = [x for x in leaves if x.requires_grad]
            total = sum((y * weights(y)).sum() for y in outs)
            second = with_second and op.supports_gradgrad
            grads = torch.autograd.grad(total, inputs, allow_unused=True, create_graph=second)
            entry["wanted"] = [i for i, w in enumerate(encoder.wanted) if w]
            entry["grads"] = [None if g is None else said(g)[2] for g in grads]
            moving = [g for g in grads if g is not None and g.requires_grad]
            if second and moving:
                total = sum((g * weights(g)).sum() for g in moving)
                again = torch.autograd.grad(total, inputs, allow_unused=True)
                entry["grads2"] = [None if g is None else said(g)[2] for g in again]
    return entry


def chosen(samples, count):
    """As different ones as `count` allows: the first of each form of arguments, then those that follow."""
    seen, first, rest = set(), [], []
    for s in samples:
        form = repr([type(a).__name__ if not isinstance(a, (int, str, bool)) else a for a in s.args]) + repr(
            sorted((k, str(v)[:20] if not isinstance(v, torch.Tensor) else "t") for k, v in s.kwargs.items())
        )
        form += str(getattr(s.input, "ndim", None))
        (rest if form in seen else first).append(s)
        seen.add(form)
    if len(first) > count:
        step = len(first) / count
        first = [first[int(i * step)] for i in range(count)]
    return (first + rest)[: count * 3]


def refused(op):
    """Arguments that PyTorch does not take, where they can be said."""
    found = []
    try:
        inputs = list(op.error_inputs("cpu"))
    except Exception:
        return found
    for e in inputs:
        try:
            encoder = Encoder()
            args = [encoder.encode(x) for x in [e.sample_input.input, *e.sample_input.args]]
            kwargs = {k: encoder.encode(v) for k, v in e.sample_input.kwargs.items() if k not in DROPPED}
            if set(e.sample_input.kwargs) & DROPPED:
                continue
            try:
                op(e.sample_input.input, *e.sample_input.args, **e.sample_input.kwargs)
                continue
            except Exception as error:
                text = str(error).split("\n")[0][:160]
            found.append({"args": args, **({"kwargs": kwargs} if kwargs else {}), "tensors": [said(t) for t in encoder.tensors], "says": text})
        except Exception:
            continue
        if len(found) == 6:
            break
    return found


def main():
    only = set(sys.argv[1:])
    HERE.mkdir(exist_ok=True)
    files = {}
    for op in op_db:
        if op.name.startswith(LEFT_OUT) and op.name != "__getitem__" or op.name in NAMES_LEFT_OUT:
            continue
        if only and op.name not in only:
            continue
        file = files.setdefault(op.name, {"operation": op.name, "inplace": op.inplace_variant is not None, "cases": [], "refused": []})
        longer = []
        for dtype, count in COUNTS.items():
            if not op.supports_dtype(dtype, "cpu"):
                continue
            wanted = dtype == torch.float64 and op.supports_autograd
            set_rng_seed(7)
            random.seed(7)
            numpy.random.seed(7)
            try:
                samples = chosen(list(op.sample_inputs("cpu", dtype, requires_grad=wanted)), count)
            except Exception as error:
                print(op.name, dtype, "no samples:", str(error)[:80])
                continue
            made = 0
            for s in samples:
                if made == count:
                    break
                # Where the gradient is defined only behind a function of the outputs (signs of singular vectors), values alone are said.
                try:
                    entry = record(op, s, wanted, wanted and made < 4)
                except Unsaid:
                    continue
                except Exception as error:
                    try:
                        entry = record(op, s, False, False)
                    except Exception:
                        continue
                size = len(json.dumps(entry))
                if size > LONGEST:
                    if size < 60000:
                        longer.append((size, dtype != torch.float64, entry))
                    continue
                if op.variant_test_name:
                    entry["variant"] = op.variant_test_name
                file["cases"].append(entry)
                made += 1
        if not file["cases"] and longer:
            file["cases"].append(min(longer, key=lambda x: x[:2])[2])
        file["refused"] += refused(op)
    for name, file in files.items():
        if not file["cases"]:
            print(name, "has no cases")
            continue
        rows = ",\n".join(json.dumps(c, separators=(",", ":")) for c in file["cases"])
        no = ",\n".join(json.dumps(c, separators=(",", ":")) for c in file["refused"][:8])
        (HERE / f"{name}.json").write_text(
            f'{{"operation":"{name}","inplace":{json.dumps(file["inplace"])},"cases":[\n{rows}\n],"refused":[\n{no}\n]}}\n'
        )


main()
