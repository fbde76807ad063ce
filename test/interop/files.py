"""Reads files by the programs that their formats come from, and prints what is in them as JSON: folder → {name: [dtype, shape, values]}."""

import json
import pickle
import sys
import zipfile
from collections import OrderedDict

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

folder = sys.argv[1]


def described(arrays):
    return {name: [str(array.dtype), list(array.shape), array.tolist()] for name, array in arrays.items()}


class Reader(pickle.Unpickler):
    """As torch.load does it with weights_only, with NumPy's arrays for tensors."""

    def __init__(self, archive):
        super().__init__(archive.open("archive/data.pkl"), encoding="utf-8")
        self.archive = archive

    def find_class(self, module, name):
        types = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "IntStorage": "<i4", "LongStorage": "<i8", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?"}
        if module == "torch" and name in types:
            return np.dtype(types[name])
        known = {("torch._utils", "_rebuild_tensor_v2"): rebuild, ("collections", "OrderedDict"): OrderedDict, ("__builtin__", "set"): set, ("_codecs", "encode"): lambda text, coding: text.encode(coding)}
        return known[module, name]

    def persistent_load(self, identifier):
        kind, dtype, key, place, count = identifier
        assert (kind, place) == ("storage", "cpu")
        storage = np.frombuffer(self.archive.read(f"archive/data/{key}"), dtype)
        assert len(storage) == count
        return storage


def rebuild(storage, offset, size, stride, requires_grad, hooks):
    steps = [step * storage.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], size, steps)


archive = zipfile.ZipFile(f"{folder}/values.pt")
assert archive.testzip() is None
values = Reader(archive).load()
tensors = values.pop("tensors")
values["set"] = sorted(values["set"])
values["bytes"] = list(values["bytes"])
values["keys"] = [[type(key).__name__, key] for key in values["keys"]]
with safe_open(f"{folder}/x.safetensors", framework="np") as file:
    metadata = file.metadata()
print(
    json.dumps(
        {
            "npz": described(np.load(f"{folder}/x.npz")),
            "compressed": described(np.load(f"{folder}/compressed.npz")),
            "npy": described({"x": np.load(f"{folder}/x.npy")}),
            "safetensors": described(load_file(f"{folder}/x.safetensors")),
            "metadata": metadata,
            "pt": described(tensors),
            "values": values,
        }
    )
)
