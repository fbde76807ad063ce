"""Files that other programs have written, for test/io: PyTorch 2.13, NumPy and safetensors write them into test/golden/io.

    python test/golden/make_io.py
"""
import os
import numpy as np
import torch
from safetensors.torch import save_file

folder = os.path.join(os.path.dirname(__file__), "io")
os.makedirs(folder, exist_ok=True)
path = lambda name: os.path.join(folder, name)
torch.manual_seed(0)

dtypes = ["float32", "float64", "float16", "bfloat16", "int32", "int64", "int8", "uint8", "bool", "int16", "uint16", "uint32", "uint64"]
values = torch.tensor([[0, 1, 2], [3, 100, 127]])
tensors = {name: values.to(getattr(torch, name)) for name in dtypes}
tensors |= {"negative": torch.tensor([-1, -32768], dtype=torch.int16), "scalar": torch.tensor(7.5), "empty": torch.zeros(0, 3), "ünï": torch.arange(4)}
save_file(tensors, path("all.safetensors"), metadata={"format": "pt", "note": "ü"})

model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
optimizer = torch.optim.Adam(model.parameters())
model(torch.randn(5, 3)).sum().backward()
optimizer.step()
w = torch.arange(12.0).reshape(3, 4)
torch.save(
    {
        "tensors": tensors, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
        "epoch": 3, "lr": 0.1, "name": "ünï", "big": 2**70, "negative": -(2**40), "none": None, "tuple": (1, 2.5, True),
        "rows": w[1:, 1:3], "transposed": w.t(), "expanded": torch.ones(1).expand(4, 2), "complex": torch.tensor([1 + 2j, 3j]),
        "dtype": torch.float32, "device": torch.device("cpu"), "size": w.shape, "set": {1, 2}, "bytes": b"\x00\xff", "parameter": torch.nn.Parameter(w),
    },
    path("values.pt"),
)
torch.save(model, path("model.pt"))
torch.save(model.state_dict(), path("old.pt"), _use_new_zipfile_serialization=False)
torch.jit.script(torch.nn.ReLU()).save(path("program.pt"))

class Calls:
    def __reduce__(self):
        return os.system, ("echo called",)

torch.save({"x": Calls()}, path("calls.pt"))

arrays = {name: tensors[name].numpy() for name in dtypes if name != "bfloat16"}
arrays |= {
    "fortran": np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4)), "big": np.arange(6, dtype=">f8").reshape(2, 3), "bigint": np.array([-2, 70000], dtype=">i4"),
    "complex64": np.array([1 + 2j, 3j], dtype="<c8"), "fortran complex": np.asfortranarray(np.arange(6).reshape(2, 3) * 1j), "scalar": np.float64(7.5), "empty": np.zeros((0, 3), "f4"),
}
np.savez(path("arrays.npz"), **arrays)
np.savez_compressed(path("compressed.npz"), **arrays)
np.save(path("fortran.npy"), arrays["fortran"])
np.save(path("objects.npy"), np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.save(path("records.npy"), np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]))
np.save(path("texts.npy"), np.array(["a", "bc"]))
