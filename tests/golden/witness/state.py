"""Seeded values for every entry of a module's state dict, with a range per kind of parameter."""

import math

from torch import nn

CONV = math.sqrt(3.0) * 0.02  # a uniform distribution of standard deviation 0.02
BIAS = 0.05
AFFINE = 0.05


def seed_state(fixture, prefix, module, conv=None, variance=None):
    """Fills module; the seeded inputs are named `prefix/KEY` by state-dict key.

    conv(name, layer) and variance(name) replace the reach of a convolution or linear weight and
    the (low, high) of a running variance where the default would drown the signal.
    num_batches_tracked stays as it is and is not recorded: nothing reads it.
    """
    for name, layer in module.named_modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            reach = conv(name, layer) if conv else CONV
            _fill(fixture, prefix, name, layer, "weight", -reach, reach)
            if layer.bias is not None:
                _fill(fixture, prefix, name, layer, "bias", -BIAS, BIAS)
        elif isinstance(layer, nn.BatchNorm2d):
            low, high = variance(name) if variance else (0.5, 1.5)
            _fill(fixture, prefix, name, layer, "weight", 1.0 - AFFINE, 1.0 + AFFINE)
            _fill(fixture, prefix, name, layer, "bias", -AFFINE, AFFINE)
            _fill(fixture, prefix, name, layer, "running_mean", -0.1, 0.1)
            _fill(fixture, prefix, name, layer, "running_var", low, high)
        else:
            for key, _ in layer.named_parameters(recurse=False):
                _fill(fixture, prefix, name, layer, key, -BIAS, BIAS)
    return module.to(fixture.dtype)


def _fill(fixture, prefix, module_name, layer, field, low, high):
    target, key = getattr(layer, field), f"{module_name}.{field}".lstrip(".")
    target.data = fixture.seeded(f"{prefix}/{key}", tuple(target.shape), low, high)
