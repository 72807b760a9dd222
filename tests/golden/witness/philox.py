"""Dropout masks by Philox4x32-10 (Salmon et al., SC 2011), written from the paper with numpy.

Which word decides on which element is Chladni's choice; tests/golden/README.md states it.
"""

import numpy as np

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def words(counter, key):
    """Four uint64 arrays that hold 32-bit words, from four of counters and a pair of integers."""
    c = [np.asarray(word, dtype=np.uint64) for word in counter]
    k = list(key)
    for _ in range(10):
        p0, p1 = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        k0, k1 = np.uint64(k[0]), np.uint64(k[1])
        c = [(p1 >> _HALF) ^ c[1] ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c[3] ^ k1, p0 & _LOW]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def keep(shape, p, seed, stream, step):
    """float32 mask of the given shape: 1 where an element stays, 0 where it is dropped."""
    count = int(np.prod(shape))
    block = np.arange(-(-count // 4), dtype=np.uint64)
    fixed = [np.full_like(block, value) for value in (step, stream)]
    drawn = words([block & _LOW, block >> _HALF, *fixed], (seed & 0xFFFFFFFF, seed >> 32))
    uniform = (np.stack(drawn, 1).ravel()[:count] >> np.uint64(8)).astype(np.float64) * 2.0**-24
    return (uniform >= p).astype(np.float32).reshape(shape)


def assert_known_answers():
    """Two of the known answers that the authors publish with their library Random123."""
    for counter, key, expected in (
        ([0] * 4, [0] * 2, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    ):
        found = [int(word) for word in words(counter, key)]
        if found != expected:
            raise AssertionError(f"philox of {counter}: expected {expected}, got {found}")
