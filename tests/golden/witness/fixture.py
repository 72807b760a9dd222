"""A fixture under construction: seeded inputs become text, results are stored as arrays."""

import math

import numpy as np
import torch

from witness import safetensors, seeded

FORMAT = "1"


class Fixture:
    """One file. Local names are unique in the file; the seed of an input is `<id>/<local name>`."""

    def __init__(self, identity, dtype=torch.float32):
        self.identity = identity
        self.dtype = dtype
        self.tensors = {}
        self.metadata = {
            "command": f"python3 tests/golden/make_fixtures.py {identity}",
            "fixture": identity,
            "format": FORMAT,
            "seeds": "fnv1a64-splitmix64",
            "numpy": np.__version__,
            "threads": "1",
            "torch": torch.__version__,
        }

    def describe(self, key, **attributes):
        """Records attributes under key, as `name=value` words; sequences are joined by commas."""
        words = [f"{name}={_text(value)}" for name, value in attributes.items()]
        self.metadata[key] = " ".join(words)

    def seeded(self, name, shape, low=-1.0, high=1.0, transform=None):
        """A seeded input; transform is None or 'floor' (class indices, tied values)."""
        words = [_text(shape), repr(float(low)), repr(float(high))]
        words += [transform] if transform else []
        self.metadata[f"seeded.{name}"] = " ".join(words)
        array = seeded.values(f"{self.identity}/{name}", shape, low, high)
        if transform == "floor":
            array = np.floor(array)
        return torch.from_numpy(array).to(self.dtype)

    def store(self, name, tensor, limit=None):
        """Stores a result; above limit elements only every k-th, beside [Σx, Σ|x|, Σx²] in FP64."""
        tensor = tensor.detach()
        shape = tuple(tensor.shape) or (1,)
        array = tensor.contiguous().numpy().reshape(shape)
        if limit is None or array.size <= limit:
            self.tensors[name] = array.copy()
            return
        stride = _stride(shape, limit)
        self.metadata[f"sampled.{name}"] = f"{_text(shape)} {stride}"
        wide = array.astype(np.float64).ravel()
        self.tensors[name] = array.ravel()[::stride].copy()
        sums = [wide.sum(), np.abs(wide).sum(), (wide * wide).sum()]
        self.tensors[f"{name}.sums"] = np.array(sums)

    def write(self, path):
        safetensors.write(path, self.tensors, self.metadata)


def _text(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list, torch.Size)):
        return ",".join(str(item) for item in value)
    return repr(value) if isinstance(value, float) else str(value)


def _stride(shape, limit):
    """The smallest stride that keeps at most limit elements and shares no factor with the shape.

    A shared factor would sample the same rows or columns over and over.
    """
    size = math.prod(shape)
    stride = -(-size // limit)
    while any(extent > 1 and math.gcd(stride, extent) > 1 for extent in shape):
        stride += 1
    return stride
