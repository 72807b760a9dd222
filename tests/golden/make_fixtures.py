#!/usr/bin/env python3
"""Makes the fixtures of this folder with PyTorch, or checks the stored ones against it.

    make_fixtures.py                   makes all fixtures
    make_fixtures.py ops/conv2d nets   makes one fixture, and all of one group
    make_fixtures.py --check [NAME..]  recomputes and compares with the stored files, writes nothing
    make_fixtures.py --list            names them
"""

import argparse
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import numpy as np  # noqa: E402
import torch  # noqa: E402

from witness import (  # noqa: E402
    compositions,
    nets,
    networks,
    ops,
    optim,
    philox,
    safetensors,
    training,
)

BUILDERS = {
    **ops.BUILDERS,
    **compositions.BUILDERS,
    **optim.BUILDERS,
    **nets.BUILDERS,
    **training.BUILDERS,
}
LIMIT_BYTES = 1 << 20
ENVIRONMENT = {"numpy", "torch"}  # metadata in which two machines may differ

# Largest |computed - stored|, as a fraction of the stored tensor's largest magnitude, that --check
# lets pass: rounding in another order of summation, with room for depth.
DOUBLE, SINGLE = 1e-9, 1e-4
# Adam's first steps are lr * sign(gradient) however small the gradient, so FP32 rounding decides
# some of them: losses may part this far (two PyTorch versions do, by 3e-2), and a weight by two
# opposite walks of all steps.
SINGLE_TRAINING = 5e-2
SINGLE_WALK = 2 * training.RATE * training.STEPS


def selected(names):
    chosen = [key for key in BUILDERS if not names or key in names or key.split("/")[0] in names]
    groups = {key.split("/")[0] for key in BUILDERS}
    for name in names:
        if name not in BUILDERS and name not in groups:
            raise SystemExit(f"'{name}': no such fixture or group. Names: {' '.join(BUILDERS)}")
    return chosen


def differences(fixture, path):
    """What differs between a fixture just computed and the stored file, one line each."""
    if not os.path.exists(path):
        return [f"{path}: is missing"]
    stored, metadata = safetensors.read(path)
    found = []
    for key in sorted(set(metadata) | set(fixture.metadata)):
        if key not in ENVIRONMENT and metadata.get(key) != fixture.metadata.get(key):
            found.append(f"{key}: stored {metadata.get(key)}, computed {fixture.metadata.get(key)}")
    for name in sorted(set(stored) ^ set(fixture.tensors)):
        found.append(f"{name}: is {'not computed' if name in stored else 'not stored'}")
    for name in sorted(set(stored) & set(fixture.tensors)):
        expected, computed = stored[name], fixture.tensors[name]
        if expected.dtype != computed.dtype or expected.shape != computed.shape:
            found.append(f"{name}: type or shape differs")
            continue
        limit = tolerance(fixture, name, np.abs(expected).max())
        error = np.abs(computed.astype(np.float64) - expected).max()
        if not error <= limit:
            found.append(f"{name}: differs by {error:.3g}, more than {limit:.3g}")
    return found


def tolerance(fixture, name, magnitude):
    """The absolute difference that --check lets pass in one tensor."""
    if fixture.dtype == torch.float64 or name == "losses_f64":
        return DOUBLE * magnitude
    if not fixture.identity.startswith("training/"):
        return SINGLE * magnitude
    if name.startswith("final/") and not name.endswith(".sums") and "running" not in name:
        return SINGLE_WALK
    return SINGLE_TRAINING * magnitude


def main():
    parser = argparse.ArgumentParser(description="Makes or checks the golden fixtures.")
    parser.add_argument("names", nargs="*", help="fixtures or groups; all without a name")
    parser.add_argument("--check", action="store_true", help="compare with the stored files")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    arguments = parser.parse_args()
    names = selected(arguments.names)
    if arguments.list:
        print("\n".join(names))
        return 0
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    networks.assert_parameter_counts()
    philox.assert_known_answers()
    failed = 0
    for name in names:
        started = time.monotonic()
        fixture = BUILDERS[name]()
        path = os.path.join(HERE, f"{name}.safetensors")
        if arguments.check:
            lines = differences(fixture, path)
            failed += bool(lines)
            verdict = "differs" if lines else "agrees"
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            fixture.write(path)
            size, lines = os.path.getsize(path), []
            if size >= LIMIT_BYTES:
                lines.append(f"{size} bytes is above the limit of {LIMIT_BYTES}. Store a sample.")
            failed += bool(lines)
            verdict = f"{size:,} bytes, {len(fixture.tensors)} tensors"
        print(f"{name:32} {verdict} ({time.monotonic() - started:.1f} s)", flush=True)
        for line in lines:
            print(f"  {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
