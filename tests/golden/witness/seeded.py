"""Seeded tensors: values that a name alone determines, in Python and in Java alike.

The algorithm is specified in tests/golden/README.md; `chladni.tests.golden.Seeded` is its twin.
"""

import numpy as np

_MASK = (1 << 64) - 1
_GOLDEN_GAMMA = 0x9E3779B97F4A7C15
_CHUNK = 1 << 21  # bounds the temporaries: the largest weight has 103 million elements


def fnv1a64(name):
    """FNV-1a, 64 bits, over the UTF-8 bytes of name."""
    digest = 0xCBF29CE484222325
    for byte in name.encode("utf-8"):
        digest = ((digest ^ byte) * 0x100000001B3) & _MASK
    return digest


def _uniform(base, first, count):
    """Elements first .. first + count - 1 of the stream of base: float64 in [0, 1)."""
    index = np.arange(first + 1, first + count + 1, dtype=np.uint64)
    z = np.uint64(base) + index * np.uint64(_GOLDEN_GAMMA)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-24


def values(name, shape, low, high):
    """float32 array of the given shape, uniform in [low, high), row-major, from name's stream."""
    count = int(np.prod(shape, dtype=np.int64))
    out = np.empty(count, dtype=np.float32)
    base = fnv1a64(name)
    with np.errstate(over="ignore"):
        for first in range(0, count, _CHUNK):
            last = min(first + _CHUNK, count)
            out[first:last] = low + (high - low) * _uniform(base, first, last - first)
    return out.reshape(shape)
