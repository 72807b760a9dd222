"""The safetensors format, as much of it as fixtures need."""

import json
import os
import struct

import numpy as np

_CODES = {"<f4": "F32", "<f8": "F64"}
_TYPES = {code: dtype for dtype, code in _CODES.items()}


def write(path, tensors, metadata):
    """Writes name → array and string → string; widest type first (alignment), then by name."""
    names = sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name))
    header, offset = {"__metadata__": dict(sorted(metadata.items()))}, 0
    for name in names:
        array = tensors[name]
        header[name] = {
            "dtype": _CODES[array.dtype.str],
            "shape": list(array.shape),
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    temporary = path + ".tmp"
    with open(temporary, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in names:
            file.write(np.ascontiguousarray(tensors[name]).tobytes())
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def read(path):
    """Returns (name → array, metadata) of a file written by write."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        array = np.frombuffer(data[begin:end], _TYPES[entry["dtype"]])
        tensors[name] = array.reshape(entry["shape"])
    return tensors, metadata
