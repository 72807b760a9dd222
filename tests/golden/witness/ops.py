"""Single operations with non-default attributes: forward, and gradient for a seeded cotangent.

Every case stores `CASE/out` (or several outputs) and `CASE/grad.INPUT` for each differentiable
input. A case whose output is a scalar has cotangent 1; every other has the input `CASE/cotangent`.
"""

import torch
from torch.nn import functional as F

from witness import philox
from witness.fixture import Fixture

WEIGHT = 0.5


class Case:
    """Collects the inputs of one case, then runs forward and backward."""

    def __init__(self, fixture, name, **attributes):
        self.fixture, self.name, self.inputs = fixture, name, {}
        fixture.metadata["cases"] = " ".join(filter(None, [fixture.metadata.get("cases"), name]))
        fixture.describe(f"case.{name}", **attributes)

    def input(self, name, shape, low=-1.0, high=1.0):
        """A differentiable input."""
        tensor = self.constant(name, shape, low, high).requires_grad_()
        self.inputs[name] = tensor
        return tensor

    def constant(self, name, shape, low=-1.0, high=1.0, transform=None):
        return self.fixture.seeded(f"{self.name}/{name}", shape, low, high, transform)

    def store(self, name, tensor):
        self.fixture.store(f"{self.name}/{name}", tensor)

    def finish(self, out, name="out"):
        """Stores out and the gradients of <cotangent, out>."""
        self.store(name, out)
        scalar = out.dim() == 0
        cotangent = torch.ones_like(out) if scalar else self.constant("cotangent", out.shape)
        gradients = torch.autograd.grad(out, list(self.inputs.values()), cotangent)
        for key, gradient in zip(self.inputs, gradients):
            self.store(f"grad.{key}", gradient)


def conv2d():
    fixture = Fixture("ops/conv2d")
    rows = [
        # name, input, out channels, kernel, stride, padding, bias
        ("k4s2p1", (2, 3, 8, 8), 5, (4, 4), (2, 2), (1, 1), False),
        ("k3s1p1", (1, 7, 6, 5), 17, (3, 3), (1, 1), (1, 1), False),
        ("k3s1p1_bias", (2, 16, 7, 7), 33, (3, 3), (1, 1), (1, 1), True),
        ("k4s1p1_bias", (1, 31, 6, 6), 1, (4, 4), (1, 1), (1, 1), True),
        ("k8x1_s2x1_p4x0_bias", (2, 3, 27, 1), 5, (8, 1), (2, 1), (4, 0), True),
        ("k64x1_s2x1_p32x0", (1, 1, 155, 1), 3, (64, 1), (2, 1), (32, 0), False),
        ("k3s2p1_7x9", (2, 3, 7, 9), 4, (3, 3), (2, 2), (1, 1), False),
        ("k4s2p1_7x9_bias", (1, 2, 7, 9), 3, (4, 4), (2, 2), (1, 1), True),
        ("k4s2p1_2x2_to_1x1", (3, 33, 2, 2), 31, (4, 4), (2, 2), (1, 1), False),
        ("k1s1p0", (2, 5, 3, 4), 7, (1, 1), (1, 1), (0, 0), False),
        ("k3x5_s2x3_p0x2", (1, 3, 8, 11), 2, (3, 5), (2, 3), (0, 2), True),
    ]
    for name, shape, channels, kernel, stride, padding, bias in rows:
        attributes = dict(kernel=kernel, stride=stride, padding=padding, bias=bias)
        case = Case(fixture, name, op="conv2d", **attributes)
        x = case.input("x", shape)
        weight = case.input("weight", (channels, shape[1], *kernel), -WEIGHT, WEIGHT)
        b = case.input("bias", (channels,)) if bias else None
        case.finish(F.conv2d(x, weight, b, stride, padding))
    attributes = dict(kernel=(3, 4), stride=(1, 2), padding=(1, 0, 2, 3), bias=False)
    case = Case(fixture, "k3x4_s1x2_padding_per_side", op="conv2d", **attributes)
    top, left, bottom, right = attributes["padding"]
    x = F.pad(case.input("x", (2, 3, 5, 6)), (left, right, top, bottom))
    case.finish(F.conv2d(x, case.input("weight", (4, 3, 3, 4), -WEIGHT, WEIGHT), stride=(1, 2)))
    rows = [
        # name, input, out channels, kernel, stride, padding, dilation, groups, bias
        ("k3s1p2_dilated", (2, 3, 9, 8), 5, (3, 3), (1, 1), (2, 2), (2, 2), 1, True),
        ("k3x2_s2x1_p1x0_dilated", (1, 7, 11, 6), 3, (3, 2), (2, 1), (1, 0), (3, 2), 1, False),
        ("k3s1p1_groups", (2, 6, 7, 5), 9, (3, 3), (1, 1), (1, 1), (1, 1), 3, True),
        ("k3s2p1_depthwise", (1, 33, 9, 7), 33, (3, 3), (2, 2), (1, 1), (1, 1), 33, False),
        ("k3s1p2_depthwise_dilated", (2, 5, 8, 9), 10, (3, 3), (1, 1), (2, 2), (2, 2), 5, True),
    ]
    for name, shape, channels, kernel, stride, padding, dilation, groups, bias in rows:
        attributes = dict(kernel=kernel, stride=stride, padding=padding, bias=bias)
        case = Case(fixture, name, op="conv2d", dilation=dilation, groups=groups, **attributes)
        x = case.input("x", shape)
        weight = case.input("weight", (channels, shape[1] // groups, *kernel), -WEIGHT, WEIGHT)
        b = case.input("bias", (channels,)) if bias else None
        case.finish(F.conv2d(x, weight, b, stride, padding, dilation, groups))
    return fixture


def conv_transpose2d():
    fixture = Fixture("ops/conv_transpose2d")
    rows = [
        # name, input, out channels, kernel, stride, padding, output padding, bias
        ("k4s2p1", (2, 5, 4, 4), 3, (4, 4), (2, 2), (1, 1), (0, 0), False),
        ("k4s2p1_bias", (1, 17, 3, 5), 3, (4, 4), (2, 2), (1, 1), (0, 0), True),
        ("k4s2p1_1x1_to_2x2", (2, 33, 1, 1), 31, (4, 4), (2, 2), (1, 1), (0, 0), False),
        ("k3s2p1_output_padding", (2, 3, 4, 5), 4, (3, 3), (2, 2), (1, 1), (1, 1), True),
        ("k3x2_s2x1_p1x0_output_padding", (1, 2, 4, 3), 3, (3, 2), (2, 1), (1, 0), (1, 0), False),
        ("k3s1p1", (1, 4, 5, 7), 2, (3, 3), (1, 1), (1, 1), (0, 0), False),
    ]
    for name, shape, channels, kernel, stride, padding, extra, bias in rows:
        attributes = dict(kernel=kernel, stride=stride, padding=padding, bias=bias)
        case = Case(fixture, name, op="conv_transpose2d", output_padding=extra, **attributes)
        x = case.input("x", shape)
        weight = case.input("weight", (shape[1], channels, *kernel), -WEIGHT, WEIGHT)
        b = case.input("bias", (channels,)) if bias else None
        case.finish(F.conv_transpose2d(x, weight, b, stride, padding, extra))
    rows = [
        # name, input, out channels, kernel, stride, padding, output padding, dilation, groups, bias
        ("k3s2p1_groups", (2, 6, 4, 5), 9, (3, 3), (2, 2), (1, 1), (1, 1), (1, 1), 3, True),
        ("k4s2p1_depthwise", (1, 17, 5, 3), 17, (4, 4), (2, 2), (1, 1), (0, 0), (1, 1), 17, False),
        ("k3x2_s1x2_dilated", (1, 4, 6, 3), 2, (3, 2), (1, 2), (2, 0), (0, 1), (2, 3), 2, False),
    ]
    for name, shape, channels, kernel, stride, padding, extra, dilation, groups, bias in rows:
        attributes = dict(kernel=kernel, stride=stride, padding=padding, bias=bias)
        attributes |= dict(output_padding=extra, dilation=dilation, groups=groups)
        case = Case(fixture, name, op="conv_transpose2d", **attributes)
        x = case.input("x", shape)
        weight = case.input("weight", (shape[1], channels // groups, *kernel), -WEIGHT, WEIGHT)
        b = case.input("bias", (channels,)) if bias else None
        case.finish(F.conv_transpose2d(x, weight, b, stride, padding, extra, groups, dilation))
    return fixture


def batch_norm():
    """`groups` parts of the batch have their own statistics; running values move once per part."""
    fixture = Fixture("ops/batch_norm")
    rows = [
        # name, input, training, eps, momentum, groups
        ("training", (3, 5, 4, 6), True, 1e-5, 0.1, 1),
        ("training_batch_of_one", (1, 17, 2, 2), True, 1e-5, 0.1, 1),
        ("training_one_pixel", (4, 3, 1, 1), True, 1e-5, 0.1, 1),
        ("training_eps_momentum", (2, 33, 3, 1), True, 1e-3, 0.3, 1),
        ("training_two_groups", (4, 3, 3, 5), True, 1e-5, 0.1, 2),
        ("eval", (2, 5, 4, 6), False, 1e-5, 0.1, 1),
        ("eval_eps", (1, 33, 3, 1), False, 1e-3, 0.1, 1),
    ]
    for name, shape, training, eps, momentum, groups in rows:
        mode = dict(training=training, eps=eps, momentum=momentum, groups=groups)
        case = Case(fixture, name, op="batch_norm", **mode)
        x = case.input("x", shape, -1.0, 3.0)
        gamma = case.input("gamma", shape[1:2], 0.5, 1.5)
        beta = case.input("beta", shape[1:2])
        mean = case.constant("running_mean", shape[1:2])
        variance = case.constant("running_var", shape[1:2], 0.5, 1.5)
        parts = [
            F.batch_norm(part, mean, variance, gamma, beta, training, momentum, eps)
            for part in x.chunk(groups)
        ]
        case.finish(torch.cat(parts))
        if training:
            case.store("running_mean_after", mean)
            case.store("running_var_after", variance)
    return fixture


def activation():
    fixture = Fixture("ops/activation")
    rows = [
        ("leaky_relu", lambda x: F.leaky_relu(x, 0.2), dict(op="leaky_relu", slope=0.2), 2.0),
        ("leaky_relu_default_slope", F.leaky_relu, dict(op="leaky_relu", slope=0.01), 2.0),
        ("relu", F.relu, dict(op="relu"), 2.0),
        ("tanh", torch.tanh, dict(op="tanh"), 3.0),
        ("tanh_saturated", torch.tanh, dict(op="tanh"), 30.0),
        ("sigmoid", torch.sigmoid, dict(op="sigmoid"), 5.0),
        ("sigmoid_saturated", torch.sigmoid, dict(op="sigmoid"), 90.0),
        ("softplus", F.softplus, dict(op="softplus"), 5.0),
        ("softplus_saturated", F.softplus, dict(op="softplus"), 90.0),
        ("gelu", F.gelu, dict(op="gelu"), 5.0),
        ("gelu_tanh", lambda x: F.gelu(x, approximate="tanh"), dict(op="gelu_tanh"), 5.0),
        ("silu", F.silu, dict(op="silu"), 5.0),
        ("clamp", lambda x: x.clamp(-0.5, 1.25), dict(op="clamp", low=-0.5, high=1.25), 2.0),
    ]
    for name, function, attributes, reach in rows:
        case = Case(fixture, name, **attributes)
        case.finish(function(case.input("x", (2, 3, 5, 7), -reach, reach)))
    return fixture


def elementwise():
    fixture = Fixture("ops/elementwise")
    unary = [
        ("neg", torch.neg, -2.0, 2.0),
        ("abs", torch.abs, -2.0, 2.0),
        ("exp", torch.exp, -3.0, 3.0),
        ("log", torch.log, 0.05, 4.0),
        ("sqrt", torch.sqrt, 0.05, 4.0),
        ("square", torch.square, -2.0, 2.0),
        ("reciprocal", torch.reciprocal, 0.5, 4.0),
        ("expm1", torch.expm1, -1e-3, 1e-3),
        ("erf", torch.erf, -3.0, 3.0),
    ]
    for name, function, low, high in unary:
        case = Case(fixture, name, op=name)
        case.finish(function(case.input("x", (3, 31), low, high)))
    binary = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div}
    binary |= {"maximum": torch.maximum, "minimum": torch.minimum}
    shapes = [("", (3, 31)), ("_row", (31,)), ("_column", (3, 1))]
    for name, function in binary.items():
        for suffix, shape in shapes:
            case = Case(fixture, name + suffix, op=name, broadcast=shape != (3, 31))
            x, y = case.input("x", (3, 31), -2.0, 2.0), case.input("y", shape, 0.5, 2.0)
            case.finish(function(x, y))
    case = Case(fixture, "pow", op="pow")
    case.finish(case.input("x", (3, 31), 0.05, 4.0) ** case.input("y", (3, 31), -3.0, 3.0))
    for exponent in (0.5, -0.5, -2.0, 3.0, 2.5, 7.0):
        case = Case(fixture, f"pow_{exponent}", op="pow_scalar", exponent=exponent)
        low = -2.0 if exponent in (3.0, 7.0) else 0.25
        case.finish(case.input("x", (3, 31), low, 2.0) ** exponent)
    # Whole numbers: bases and exponents of 0 are among them, where gradients are conventions.
    case = Case(fixture, "pow_of_zero", op="pow")
    x, y = (case.constant(name, (7, 31), 0.0, 4.0, "floor").requires_grad_() for name in "xy")
    case.inputs |= {"x": x, "y": y}
    case.finish(x**y)
    # Lower and upper bound are hit often.
    case = Case(fixture, "clamp_at_bounds", op="clamp", low=-1.0, high=1.0)
    x = case.constant("x", (7, 31), -3.0, 4.0, "floor").requires_grad_()
    case.inputs["x"] = x
    case.finish(x.clamp(-1.0, 1.0))
    case = Case(fixture, "mul_channel", op="mul", broadcast=True)
    case.finish(case.input("x", (2, 5, 3, 4)) * case.input("y", (1, 5, 1, 1)))
    return fixture


def dropout():
    """`step` is the counter; the mask itself is stored too, as `CASE/mask`."""
    fixture = Fixture("ops/dropout")
    rows = [
        # name, input, p, seed, stream, step
        ("half", (2, 3, 5, 7), 0.5, 1234567890123456789, 5, 1),
        ("tenth", (31, 33), 0.1, 7, 0, 1000),
        ("most", (1021,), 0.9, (1 << 63) - 1, 2147483647, 2147483647),
    ]
    for name, shape, p, seed, stream, step in rows:
        case = Case(fixture, name, op="dropout", p=p, seed=seed, stream=stream, step=step)
        mask = torch.from_numpy(philox.keep(shape, p, seed, stream, step))
        case.store("mask", mask)
        case.finish(case.input("x", shape) * mask / (1.0 - p))
    return fixture


def pool():
    """Ties: the gradient goes to the first maximum of a window in row-major order."""
    fixture = Fixture("ops/pool")
    rows = [
        # name, input, kernel, stride, padding
        ("max_k2s2", (2, 3, 6, 8), (2, 2), (2, 2), (0, 0)),
        ("max_k2s2_floor", (1, 5, 7, 9), (2, 2), (2, 2), (0, 0)),
        ("max_k8x1_s8x1_floor", (2, 3, 27, 1), (8, 1), (8, 1), (0, 0)),
        ("max_k4x1_s4x1_floor", (1, 17, 55, 1), (4, 1), (4, 1), (0, 0)),
        ("max_k3s2_overlap", (1, 3, 9, 7), (3, 3), (2, 2), (0, 0)),
        ("max_k3s2p1", (2, 2, 7, 8), (3, 3), (2, 2), (1, 1)),
    ]
    for name, shape, kernel, stride, padding in rows:
        case = Case(fixture, name, op="max_pool2d", kernel=kernel, stride=stride, padding=padding)
        case.finish(F.max_pool2d(case.input("x", shape), kernel, stride, padding))
    attributes = dict(kernel=(2, 2), stride=(2, 2), padding=(0, 0))
    case = Case(fixture, "max_k2s2_ties", op="max_pool2d", **attributes)
    x = case.constant("x", (2, 3, 6, 6), -1.0, 2.0, "floor").requires_grad_()
    case.inputs["x"] = x
    case.finish(F.max_pool2d(x, 2))
    attributes = dict(stride=(1, 2), padding=(1, 0), dilation=(2, 3))
    name = "max_k3x2_s1x2_p1x0_dilated"
    case = Case(fixture, name, op="max_pool2d", kernel=(3, 2), **attributes)
    case.finish(F.max_pool2d(case.input("x", (2, 5, 7, 9)), (3, 2), **attributes))
    rows = [
        # name, input, kernel, stride, padding, whether padding counts
        ("avg_k2s2", (2, 3, 6, 8), (2, 2), (2, 2), (0, 0), False),
        ("avg_k2s2_floor", (1, 5, 7, 9), (2, 2), (2, 2), (0, 0), False),
        ("avg_k3s1p1_excluding_padding", (1, 3, 5, 6), (3, 3), (1, 1), (1, 1), False),
        ("avg_k2x5_s3x2_p1x2_excluding_padding", (2, 3, 7, 9), (2, 5), (3, 2), (1, 2), False),
        ("avg_k3x2_s2x1_p1x0_including_padding", (1, 5, 9, 4), (3, 2), (2, 1), (1, 0), True),
        ("avg_k4s3p2_including_padding", (2, 3, 8, 11), (4, 4), (3, 3), (2, 2), True),
    ]
    for name, shape, kernel, stride, padding, counts in rows:
        attributes = dict(kernel=kernel, stride=stride, padding=padding, include_padding=counts)
        case = Case(fixture, name, op="avg_pool2d", **attributes)
        x = case.input("x", shape)
        case.finish(F.avg_pool2d(x, kernel, stride, padding, count_include_pad=counts))
    for scale in (2, 3):
        case = Case(fixture, f"upsample_nearest_x{scale}", op="upsample_nearest", scale=scale)
        x = case.input("x", (2, 3, 3, 5))
        case.finish(F.interpolate(x, scale_factor=scale, mode="nearest"))
    return fixture


def resample():
    fixture = Fixture("ops/resample", torch.float64)
    sizes = [
        # input, size of the result
        ((2, 3, 3, 5), (7, 8)),
        ((1, 7, 9, 6), (4, 6)),
        ((1, 17, 4, 3), (8, 9)),
        ((2, 2, 1, 7), (3, 1)),
    ]
    modes = [
        ("nearest", dict(mode="nearest")),
        ("bilinear", dict(mode="bilinear", align_corners=False)),
        ("bilinear_aligned", dict(mode="bilinear", align_corners=True)),
    ]
    for name, mode in modes:
        for shape, size in sizes:
            label = f"{name}_{shape[2]}x{shape[3]}_to_{size[0]}x{size[1]}"
            case = Case(fixture, label, op=f"resample_{name}", size=size)
            case.finish(F.interpolate(case.input("x", shape), size, **mode))
    # In floats 41 * (2 / 82) is below 1, and so PyTorch repeats the first element 42 times.
    case = Case(fixture, "nearest_1x2_to_1x82", op="resample_nearest", size=(1, 82))
    case.finish(F.interpolate(case.input("x", (1, 1, 1, 2)), (1, 82), mode="nearest"))
    return fixture


def matmul():
    fixture = Fixture("ops/matmul")
    for name, batch, source, target, bias in [
        ("linear", 3, 33, 17, False),
        ("linear_bias", 7, 31, 5, True),
        ("linear_one_row", 1, 129, 1, True),
    ]:
        case = Case(fixture, name, op="linear", bias=bias)
        x = case.input("x", (batch, source))
        weight = case.input("weight", (target, source), -WEIGHT, WEIGHT)
        case.finish(F.linear(x, weight, case.input("bias", (target,)) if bias else None))
    case = Case(fixture, "linear_of_rank_3", op="linear", bias=True)
    x, weight = case.input("x", (2, 5, 17)), case.input("weight", (7, 17), -WEIGHT, WEIGHT)
    case.finish(F.linear(x, weight, case.input("bias", (7,))))
    for name, left, right in [
        ("matmul", (7, 31), (31, 5)),
        ("matmul_of_a_batch", (3, 7, 31), (3, 31, 5)),
        ("matmul_of_a_batch_and_one", (2, 3, 5, 7), (7, 3)),
        ("matmul_of_broadcast_batches", (2, 1, 7, 5), (3, 5, 4)),
        ("matmul_of_one_and_a_batch", (4, 7), (3, 7, 5)),
    ]:
        case = Case(fixture, name, op="matmul")
        case.finish(case.input("x", left) @ case.input("y", right))
    return fixture


def shape():
    fixture = Fixture("ops/shape")
    case = Case(fixture, "cat_channels", op="cat", axis=1)
    parts = [case.input(key, (2, width, 3, 5)) for key, width in (("a", 3), ("b", 1), ("c", 7))]
    case.finish(torch.cat(parts, 1))
    case = Case(fixture, "cat_batch", op="cat", axis=0)
    case.finish(torch.cat([case.input("a", (2, 3, 4)), case.input("b", (1, 3, 4))], 0))
    case = Case(fixture, "slice_channels", op="slice", axis=1, start=2, end=6)
    case.finish(case.input("x", (2, 7, 3, 5))[:, 2:6])
    case = Case(fixture, "slice_batch", op="slice", axis=0, start=1, end=3)
    case.finish(case.input("x", (3, 5, 2))[1:3])
    case = Case(fixture, "slice_rows", op="slice", axis=2, start=0, end=2)
    case.finish(case.input("x", (2, 3, 5, 3))[:, :, 0:2])
    case = Case(fixture, "permute", op="permute", order=(0, 2, 3, 1))
    case.finish(case.input("x", (2, 3, 4, 5)).permute(0, 2, 3, 1))
    case = Case(fixture, "reshape", op="reshape", shape=(2, 60))
    case.finish(case.input("x", (2, 3, 4, 5)).reshape(2, 60))
    case = Case(fixture, "pad", op="pad", before=(0, 0, 1, 2), after=(0, 0, 3, 0))
    case.finish(F.pad(case.input("x", (2, 3, 4, 5)), (2, 0, 1, 3)))
    for axis in (0, 3):
        case = Case(fixture, f"flip_{axis}", op="flip", axis=axis)
        case.finish(case.input("x", (2, 3, 4, 5)).flip(axis))
    for kind in ("reflect", "replicate"):
        # top, left, bottom, right
        case = Case(fixture, f"pad_{kind}", op="pad2d", kind=kind, margin=(1, 2, 3, 0))
        case.finish(F.pad(case.input("x", (2, 3, 4, 5)), (2, 0, 1, 3), mode=kind))
    return fixture


def index():
    """Indices are seeded class indices named `indices`; what finds some stores them as floats."""
    fixture = Fixture("ops/index")
    rows = [
        # name, input, axis, indices
        ("gather_rows", (33, 7), 0, (5,)),
        ("gather_channels", (2, 7, 3, 5), 1, (31,)),
        ("gather_last", (3, 5, 17), -1, (3,)),
    ]
    for name, shape, axis, count in rows:
        axis %= len(shape)
        case = Case(fixture, name, op="gather", axis=axis)
        indices = case.constant("indices", count, 0.0, float(shape[axis]), "floor").long()
        case.finish(case.input("x", shape).index_select(axis, indices))
    case = Case(fixture, "embedding", op="gather", axis=0)
    indices = case.constant("indices", (4, 3), 0.0, 11.0, "floor").long()
    case.finish(F.embedding(indices, case.input("x", (11, 7))))
    case = Case(fixture, "scatter_add", op="scatter_add", axis=1, extent=5)
    indices = case.constant("indices", (31,), 0.0, 5.0, "floor").long()
    x = case.input("x", (3, 31, 7))
    case.finish(torch.zeros(3, 5, 7).index_add(1, indices, x))
    for axis, extent in [(0, 4), (1, 31), (2, 3)]:
        shape = (4, 7, 5)
        source = (*shape[:axis], extent, *shape[axis + 1 :])
        case = Case(fixture, f"gather_along_{axis}", op="gather_along", axis=axis)
        indices = case.constant("indices", shape, 0.0, float(extent), "floor").long()
        case.finish(case.input("x", source).gather(axis, indices))
        case = Case(
            fixture, f"scatter_add_along_{axis}", op="scatter_add_along", axis=axis, extent=extent
        )
        indices = case.constant("indices", shape, 0.0, float(extent), "floor").long()
        case.finish(torch.zeros(source).scatter_add(axis, indices, case.input("x", shape)))
    for axis, k in [(0, 2), (1, 3), (2, 33)]:
        case = Case(fixture, f"top_k_{axis}", op="top_k", axis=axis, k=k)
        values, indices = case.input("x", (3, 7, 33)).topk(k, axis)
        case.store("indices_found", indices.float())
        case.finish(values)
    for name, pick in [("arg_max", torch.argmax), ("arg_min", torch.argmin)]:
        for axis, keep in [(0, False), (2, True)]:
            # The value picked, for a gradient, beside its index.
            case = Case(fixture, f"{name}_{axis}", op=name, axis=axis, keep=keep)
            x = case.input("x", (7, 3, 31))
            case.store("indices_found", pick(x, axis, keep).float())
            case.finish(x.gather(axis, pick(x, axis, True)))
    return fixture


def reduce():
    fixture = Fixture("ops/reduce")
    verbs = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin}
    for axes in [(0,), (1,), (0, 2, 3), (2, 3), (3,), (0, 1, 2, 3)]:
        for op, function in verbs.items():
            case = Case(fixture, f"{op}_{''.join(map(str, axes))}", op=op, axes=axes, keep=False)
            case.finish(function(case.input("x", (3, 5, 4, 7)), axes))
    case = Case(fixture, "sum_023_keep", op="sum", axes=(0, 2, 3), keep=True)
    case.finish(torch.sum(case.input("x", (3, 5, 4, 7)), (0, 2, 3), keepdim=True))
    case = Case(fixture, "log_softmax", op="log_softmax", axis=1)
    case.finish(F.log_softmax(case.input("x", (5, 31), -4.0, 4.0), 1))
    case = Case(fixture, "log_softmax_large", op="log_softmax", axis=1)
    case.finish(F.log_softmax(case.input("x", (3, 33), -300.0, 300.0), 1))
    case = Case(fixture, "log_softmax_channels", op="log_softmax", axis=1)
    case.finish(F.log_softmax(case.input("x", (2, 7, 3, 1)), 1))
    case = Case(fixture, "softmax", op="softmax", axis=1)
    case.finish(F.softmax(case.input("x", (5, 31), -4.0, 4.0), 1))
    for axis in range(4):
        for op, function in [("softmax", F.softmax), ("log_softmax", F.log_softmax)]:
            case = Case(fixture, f"{op}_of_4_over_{axis}", op=op, axis=axis)
            case.finish(function(case.input("x", (3, 5, 4, 7), -4.0, 4.0), axis))
    case = Case(fixture, "min_ties", op="min", axes=(0, 2), keep=True)
    x = case.constant("x", (3, 5, 7), -1.0, 3.0, "floor").requires_grad_()
    case.inputs["x"] = x
    case.finish(torch.amin(x, (0, 2), True))
    return fixture


def adam():
    """`CASE/after.T` is the parameter after step T = 1, 2, ...; m and v are the last moments."""
    fixture = Fixture("ops/adam")
    rows = [
        # name, learning rate, betas, eps, gradient reach
        ("gan", 2e-4, (0.5, 0.999), 1e-8, 1.0),
        ("default_betas", 1e-4, (0.9, 0.999), 1e-8, 0.1),
        ("large_eps", 1e-2, (0.5, 0.9), 1e-3, 1e-2),
        ("gradients_below_eps", 1e-3, (0.5, 0.999), 1e-8, 1e-8),
    ]
    steps = 6
    for name, rate, betas, eps, reach in rows:
        case = Case(fixture, name, op="adam", lr=rate, betas=betas, eps=eps, steps=steps)
        parameter = case.constant("parameter", (3, 31)).requires_grad_()
        optimizer = torch.optim.Adam([parameter], lr=rate, betas=betas, eps=eps)
        for step in range(1, steps + 1):
            parameter.grad = case.constant(f"gradient.{step}", (3, 31), -reach, reach)
            optimizer.step()
            case.store(f"after.{step}", parameter)
        state = optimizer.state[parameter]
        case.store("m", state["exp_avg"])
        case.store("v", state["exp_avg_sq"])
    return fixture


def second_order():
    """Gradients of gradients, in FP64.

    penalty: mean over the batch of (|d sum(f)/dx| - 1)**2; max_pool: mean of (d sum(f)/dx)**2.
    """
    fixture = Fixture("ops/second_order", torch.float64)
    attributes = dict(kernel=(4, 4), stride=(2, 2), padding=(1, 1))
    case = Case(fixture, "penalty", op="gradient_penalty", **attributes)
    x = case.input("x", (3, 2, 6, 6))
    weight = case.input("weight", (5, 2, 4, 4), -WEIGHT, WEIGHT)
    bias = case.input("bias", (5,))
    head = case.input("head", (1, 45), -WEIGHT, WEIGHT)
    score = F.linear(torch.tanh(F.conv2d(x, weight, bias, 2, 1)).reshape(3, 45), head)
    (slope,) = torch.autograd.grad(score.sum(), x, create_graph=True)
    case.store("score", score)
    case.store("slope", slope)
    case.finish((slope.square().sum((1, 2, 3)).sqrt() - 1.0).square().mean())
    attributes = dict(kernel=(3, 3), stride=(2, 2), padding=(1, 1))
    case = Case(fixture, "max_pool", op="max_pool_slope", **attributes)
    x = case.input("x", (2, 3, 7, 8))
    (slope,) = torch.autograd.grad(
        torch.tanh(F.max_pool2d(x, 3, 2, 1)).sum(), x, create_graph=True
    )
    case.store("slope", slope)
    case.finish(slope.square().mean())
    return fixture


BUILDERS = {
    f"ops/{build.__name__}": build
    for build in (
        conv2d,
        conv_transpose2d,
        batch_norm,
        activation,
        elementwise,
        dropout,
        pool,
        resample,
        matmul,
        shape,
        index,
        reduce,
        adam,
        second_order,
    )
}
