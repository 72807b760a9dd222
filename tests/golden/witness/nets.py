"""Whole networks: inference and training mode, running statistics, gradients of parameters."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from witness.fixture import Fixture
from witness.networks import Multimodal, PatchGan, SoundNet8, UNet, Vgg16
from witness.state import CONV, seed_state

OUTPUT_LIMIT = 8192
PARAMETER_LIMIT = 48
DROPOUT_SEED = 1234567890123456789


def seed_gan(fixture, prefix, module, width):
    """Weights of standard deviation 0.02 at width 64; a narrower net gets the same gain per layer.

    The running variances are those that such weights meet, so that in inference mode the deepest
    level still reaches the output and tanh is neither linear nor saturated.
    """
    reach = CONV * math.sqrt(64 / width)
    return seed_state(fixture, prefix, module, lambda *_: reach, lambda _: (0.2, 0.6))


def store_running(fixture, case, module):
    for key, value in module.state_dict().items():
        if key.endswith(("running_mean", "running_var")):
            fixture.store(f"{case}/{key}", value, PARAMETER_LIMIT)


def store_gradients(fixture, case, module):
    for key, parameter in module.named_parameters():
        fixture.store(f"{case}/grad.{key}", parameter.grad, PARAMETER_LIMIT)


def describe_dropout(fixture, module, active):
    """Switches a U-Net's dropout on, with a seed that fills both words of the generator's key."""
    if active:
        for layer in module.dropouts():
            layer.seed = DROPOUT_SEED
    kind = dict(kind="philox", p=0.5, seed=DROPOUT_SEED) if active else dict(kind="none")
    fixture.describe("dropout", **kind)


def _eval_and_train(fixture, module, x, gradients=True):
    """Cases `eval` (running statistics) and `train` (batch statistics, from the same state)."""
    with torch.no_grad():
        fixture.store("eval/out", module.eval()(x), OUTPUT_LIMIT)
    module.train()
    out = module(x)
    fixture.store("train/out", out, OUTPUT_LIMIT)
    if gradients:
        out.backward(fixture.seeded("train/cotangent", tuple(out.shape)))
        store_gradients(fixture, "train", module)
    store_running(fixture, "train", module)


def _unet(identity, levels, source, target, ngf, batch, gradients=True, dropout=False):
    def build():
        fixture = Fixture(identity)
        attributes = dict(levels=levels, in_channels=source, out_channels=target, ngf=ngf)
        fixture.describe("network", net="unet", **attributes, batch=batch)
        generator = seed_gan(fixture, "generator", UNet(levels, source, target, ngf), ngf)
        describe_dropout(fixture, generator, dropout)
        x = fixture.seeded("x", (batch, source, 2**levels, 2**levels))
        _eval_and_train(fixture, generator, x, gradients)
        return fixture

    return build


def _patchgan(identity, channels, side, batch, ndf=64, layers=3):
    def build():
        fixture = Fixture(identity)
        attributes = dict(in_channels=channels, ndf=ndf, n_layers=layers, batch=batch)
        fixture.describe("network", net="patchgan", **attributes)
        discriminator = seed_gan(fixture, "discriminator", PatchGan(channels, ndf, layers), ndf)
        x = fixture.seeded("x", (batch, channels, side, side))
        _eval_and_train(fixture, discriminator, x)
        return fixture

    return build


PAIRS = ("IS", "IB", "SB")
DIRECTIONS = ("IS", "SI")
INPUTS = "ISB"

# The joint loss of the training fixture: three losses 1 : 1 : 1, each the sum of its components.
JOINT = {
    **{f"l1.before.{pair}": 1.0 for pair in PAIRS},
    **{f"soft.{stage}.{way}": 1.0 for stage in ("before", "after") for way in DIRECTIONS},
    **{f"label.{which}": 1.0 for which in INPUTS},
}


def multimodal_losses(module, x_image, x_sound, labels, detached=True):
    """Every elementary loss by name; any reading of the paper's three is a linear combination.

    l1.STAGE.AB    mean over all elements of |h_A - h_B|
    soft.STAGE.AB  mean over rows of -sum(softmax(h_A) * log_softmax(h_B)); A is the target
    label.A        mean over rows of the cross-entropy of the labels
    STAGE is before or after the ReLU.
    """
    before = module.before(x_image, x_sound)
    hidden = {"before": before, "after": {key: F.relu(value) for key, value in before.items()}}
    losses = {}
    for stage, h in hidden.items():
        for a, b in PAIRS:
            losses[f"l1.{stage}.{a}{b}"] = (h[a] - h[b]).abs().mean()
        for target, source in DIRECTIONS:
            p, log_q = F.softmax(h[target], 1), F.log_softmax(h[source], 1)
            p = p.detach() if detached else p
            losses[f"soft.{stage}.{target}{source}"] = -(p * log_q).sum(1).mean()
    logits = {key: module.label(value) for key, value in hidden["after"].items()}
    for key, value in logits.items():
        losses[f"label.{key}"] = F.cross_entropy(value, labels)
    return before, logits, losses


def describe_multimodal(fixture, dims, batch):
    image, sound, hidden, labels = dims
    widths = dict(image=image, sound=sound, hidden=hidden, labels=labels)
    fixture.describe("network", net="multimodal", **widths, batch=batch)
    fixture.describe("joint", **JOINT)


def _gain(_, layer):
    """He's bound, which keeps the signal's size through ReLU layers."""
    return math.sqrt(6 / layer.weight[0].numel())


def seed_multimodal(fixture, prefix, dims):
    """Weights of reach sqrt(6 / fan_in), so hidden vectors differ visibly between the inputs."""
    return seed_state(fixture, prefix, Multimodal(*dims), _gain)


def multimodal():
    """Small and in FP64, so that every loss is held on its own, with the gradient of each."""
    fixture, dims, batch = Fixture("nets/multimodal", torch.float64), (40, 31, 24, 7), 5
    describe_multimodal(fixture, dims, batch)
    module = seed_multimodal(fixture, "multimodal", dims)
    x_image = fixture.seeded("x.image", (batch, dims[0]))
    x_sound = fixture.seeded("x.sound", (batch, dims[1]))
    labels = fixture.seeded("labels", (batch,), 0.0, 7.0, "floor").long()
    for case, detached in (("detached", True), ("undetached", False)):
        before, logits, losses = multimodal_losses(module, x_image, x_sound, labels, detached)
        joint = sum(weight * losses[key] for key, weight in JOINT.items())
        for key, loss in {**losses, "joint": joint}.items():
            if not detached and not key.startswith(("soft", "joint")):
                continue  # only the soft targets depend on the switch
            module.zero_grad()
            loss.backward(retain_graph=True)
            fixture.store(f"{case}/{key}", loss)
            for name, parameter in module.named_parameters():
                if parameter.grad is not None:
                    fixture.store(f"{case}/{key}/grad.{name}", parameter.grad, 200)
    for which in INPUTS:
        fixture.store(f"before/{which}", before[which])
        fixture.store(f"logits/{which}", logits[which])
    return fixture


def multimodal_full():
    """The paper's widths: fc6 4096, pool5 256 x 54 of 20 s flattened, hidden 4096, 52 labels."""
    fixture, dims, batch = Fixture("nets/multimodal_full"), (4096, 256 * 54, 4096, 52), 3
    describe_multimodal(fixture, dims, batch)
    module = seed_multimodal(fixture, "multimodal", dims)
    x_image = fixture.seeded("x.image", (batch, dims[0]))
    x_sound = fixture.seeded("x.sound", (batch, dims[1]))
    labels = fixture.seeded("labels", (batch,), 0.0, 52.0, "floor").long()
    with torch.no_grad():
        before, logits, losses = multimodal_losses(module, x_image, x_sound, labels)
    for which in INPUTS:
        fixture.store(f"before/{which}", before[which], OUTPUT_LIMIT)
        fixture.store(f"logits/{which}", logits[which])
    for key, loss in losses.items():
        fixture.store(f"losses/{key}", loss)
    return fixture


def _sound_variance(name):
    """conv1 sees waveforms of ±256; its outputs have a variance of about 2 * 148**2."""
    return (2e4, 6e4) if name.startswith("conv1.") else (0.5, 1.5)


def _soundnet(identity, seconds, convolutions, heads):
    def build():
        fixture = Fixture(identity)
        samples = 22050 * seconds
        cut = dict(convolutions=convolutions, heads=heads)
        fixture.describe("network", net="soundnet8", **cut, samples=samples)
        module = SoundNet8(convolutions, heads)
        seed_state(fixture, "soundnet", module, _gain, _sound_variance)
        x = fixture.seeded("x", (1, 1, samples, 1), -256.0, 256.0)
        with torch.no_grad():
            outputs = module.eval().trunk(x)
            for n, out in enumerate(outputs, 1):
                kind = "pool" if n in SoundNet8.POOLS else "conv"
                fixture.store(f"eval/{kind}{n}", out, 4096)
            if heads:
                fixture.store("eval/objects", F.softmax(module.conv8(outputs[-1]), 1))
                fixture.store("eval/scenes", F.softmax(module.conv8_2(outputs[-1]), 1))
        return fixture

    return build


def vgg16_fc6():
    """fc6 before its ReLU, and after each block's pooling a sample."""
    fixture = Fixture("nets/vgg16_fc6")
    fixture.describe("network", net="vgg16", output="fc6", batch=1)
    module = seed_state(fixture, "vgg16", Vgg16(), _gain).eval()
    x = fixture.seeded("x", (1, 3, 224, 224), -2.0, 2.0)
    with torch.no_grad():
        for index, layer in enumerate(module.features):
            x = layer(x)
            if isinstance(layer, nn.MaxPool2d):
                fixture.store(f"eval/features.{index}", x, 2048)
        fixture.store("eval/fc6", module.classifier(torch.flatten(x, 1)))
    return fixture


BUILDERS = {
    **{
        identity: _unet(identity, *arguments)
        for identity, *arguments in (
            # levels, in, out, ngf, batch, gradients, dropout
            ("nets/unet128_1to3", 7, 1, 3, 64, 1),
            ("nets/unet256_3to3", 8, 3, 3, 64, 1, False),
            ("nets/unet64_ngf8", 6, 2, 3, 8, 2, True, True),
            ("nets/unet32_ngf8", 5, 3, 1, 8, 3),
            ("nets/unet128_ngf4", 7, 1, 1, 4, 1, True, True),
        )
    },
    **{
        identity: _patchgan(identity, *arguments)
        for identity, *arguments in (
            # channels, side, batch, ndf, layers
            ("nets/patchgan_6", 6, 128, 2),
            ("nets/patchgan_4", 4, 128, 1),
            ("nets/patchgan_2", 2, 256, 1),
            ("nets/patchgan_6_odd_ndf8", 6, 71, 2, 8, 2),
        )
    },
    "nets/multimodal": multimodal,
    "nets/multimodal_full": multimodal_full,
    "nets/soundnet8_pool5": _soundnet("nets/soundnet8_pool5", 5, 5, False),
    "nets/soundnet8": _soundnet("nets/soundnet8", 20, 7, True),
    "nets/vgg16_fc6": vgg16_fc6,
}
