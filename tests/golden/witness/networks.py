"""The networks in plain torch, with the state-dict keys of their reference implementations."""

import torch
from torch import nn

from witness import philox


class PhiloxDropout(nn.Module):
    """Dropout with a mask that can be computed anywhere; the identity while it has no seed.

    stream tells the layers of a network apart: the U-Net level, counted from 1 outside. Each
    forward pass in training mode is the next step, counted from 1.
    """

    def __init__(self, stream, p=0.5):
        super().__init__()
        self.stream, self.p = stream, p
        self.seed, self.step = None, 0

    def forward(self, x):
        if self.seed is None or not self.training:
            return x
        self.step += 1
        mask = philox.keep(tuple(x.shape), self.p, self.seed, self.stream, self.step)
        return x * torch.from_numpy(mask).to(x.dtype) / (1.0 - self.p)


class _SkipBlock(nn.Module):
    """One U-Net level around the next deeper one (pix2pix, `UnetSkipConnectionBlock`).

    The LeakyReLU works in place, as in the reference, so the skip carries LeakyReLU(x).
    """

    def __init__(self, outer, inner, source=None, deeper=None, outermost=False, dropout=0):
        super().__init__()
        self.outermost = outermost
        down = nn.Conv2d(source or outer, inner, 4, 2, 1, bias=False)
        width = inner if deeper is None else 2 * inner
        up = nn.ConvTranspose2d(width, outer, 4, 2, 1, bias=outermost)
        if outermost:
            layers = [down, deeper, nn.ReLU(True), up, nn.Tanh()]
        else:
            layers = [nn.LeakyReLU(0.2, True), down]
            layers += [] if deeper is None else [nn.BatchNorm2d(inner), deeper]
            layers += [nn.ReLU(True), up, nn.BatchNorm2d(outer)]
            layers += [PhiloxDropout(dropout)] if dropout else []
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], 1)


class UNet(nn.Module):
    """pix2pix generator for side 2**levels; levels >= 5, dropout on the 8*ngf levels between."""

    def __init__(self, levels, source, target, ngf=64):
        super().__init__()
        block = _SkipBlock(8 * ngf, 8 * ngf)
        for level in range(levels - 1, 4, -1):
            block = _SkipBlock(8 * ngf, 8 * ngf, deeper=block, dropout=level)
        for outer in (4 * ngf, 2 * ngf, ngf):
            block = _SkipBlock(outer, 2 * outer, deeper=block)
        self.model = _SkipBlock(target, ngf, source=source, deeper=block, outermost=True)

    def forward(self, x):
        return self.model(x)

    def dropouts(self):
        return [layer for layer in self.modules() if isinstance(layer, PhiloxDropout)]


class PatchGan(nn.Module):
    """pix2pix discriminator (`NLayerDiscriminator`), logits out."""

    def __init__(self, source, ndf=64, layers=3):
        super().__init__()
        sequence = [nn.Conv2d(source, ndf, 4, 2, 1), nn.LeakyReLU(0.2, True)]
        width = ndf
        for level in range(1, layers + 1):
            wider, stride = ndf * min(2**level, 8), 2 if level < layers else 1
            sequence += [nn.Conv2d(width, wider, 4, stride, 1, bias=False)]
            sequence += [nn.BatchNorm2d(wider), nn.LeakyReLU(0.2, True)]
            width = wider
        self.model = nn.Sequential(*sequence, nn.Conv2d(width, 1, 4, 1, 1))

    def forward(self, x):
        return self.model(x)


class Multimodal(nn.Module):
    """The paper's layers: one hidden bias, shared by the inputs I, S and B, and one label layer."""

    def __init__(self, image, sound, hidden, labels):
        super().__init__()
        self.image = nn.Linear(image, hidden, bias=False)
        self.sound = nn.Linear(sound, hidden, bias=False)
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.label = nn.Linear(hidden, labels)

    def before(self, x_image, x_sound):
        """Hidden vectors before the activation, of I, S and B."""
        image, sound = self.image(x_image), self.sound(x_sound)
        both = 0.5 * (image + sound)
        return {"I": image + self.bias, "S": sound + self.bias, "B": both + self.bias}


class SoundNet8(nn.Module):
    """SoundNet-8 for (N, 1, samples, 1) in [-256, 256]; heads are optional."""

    WIDTHS = (1, 16, 32, 64, 128, 256, 512, 1024)
    KERNELS = (64, 32, 16, 8, 4, 4, 4)
    POOLS = {1: 8, 2: 8, 5: 4}

    def __init__(self, convolutions=7, heads=True):
        super().__init__()
        self.convolutions = convolutions
        for n in range(1, convolutions + 1):
            k = self.KERNELS[n - 1]
            layers = [nn.Conv2d(self.WIDTHS[n - 1], self.WIDTHS[n], (k, 1), (2, 1), (k // 2, 0))]
            layers += [nn.BatchNorm2d(self.WIDTHS[n]), nn.ReLU()]
            layers += [nn.MaxPool2d((self.POOLS[n], 1))] if n in self.POOLS else []
            setattr(self, f"conv{n}", nn.Sequential(*layers))
        if heads:
            self.conv8 = nn.Sequential(nn.Conv2d(1024, 1000, (8, 1), (2, 1)))
            self.conv8_2 = nn.Sequential(nn.Conv2d(1024, 401, (8, 1), (2, 1)))

    def trunk(self, x):
        """Outputs of conv1 .. convN, pooled where the layer pools."""
        outputs = []
        for n in range(1, self.convolutions + 1):
            x = getattr(self, f"conv{n}")(x)
            outputs.append(x)
        return outputs


class Vgg16(nn.Module):
    """VGG-16 with torchvision's keys, cut after fc6 (`classifier.0`) unless whole."""

    PLAN = (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512, 0)

    def __init__(self, whole=False):
        super().__init__()
        layers, width = [], 3
        for wider in self.PLAN:
            if wider == 0:
                layers.append(nn.MaxPool2d(2, 2))
                continue
            layers += [nn.Conv2d(width, wider, 3, padding=1), nn.ReLU(True)]
            width = wider
        self.features = nn.Sequential(*layers)
        head = [nn.Linear(25088, 4096)]
        if whole:
            head += [nn.ReLU(True), nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(True)]
            head += [nn.Dropout(), nn.Linear(4096, 1000)]
        self.classifier = nn.Sequential(*head)

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def parameter_count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def assert_parameter_counts():
    """Holds the modules of this file against the counts that the literature's code has."""
    expected = [
        (lambda: UNet(8, 3, 3), 54_413_955),
        (lambda: UNet(7, 3, 3), 41_828_995),
        (lambda: UNet(7, 1, 3), 41_826_947),
        (lambda: UNet(7, 1, 1), 41_822_849),
        (lambda: PatchGan(6), 2_768_705),
        (lambda: PatchGan(4), 2_766_657),
        (lambda: PatchGan(2), 2_764_609),
        (lambda: SoundNet8(), 14_352_713),
        (lambda: SoundNet8(5, heads=False), 248_272),
        (lambda: Vgg16(whole=True), 138_357_544),
    ]
    for build, count in expected:
        module = build()
        found = parameter_count(module)
        if found != count:
            name = type(module).__name__
            raise AssertionError(f"{name}: expected {count} parameters, got {found}")
