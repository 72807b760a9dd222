"""Training steps in the exact order of the pix2pix reference, and of the multimodal layers."""

import torch
from torch.nn import functional as F

from witness.fixture import Fixture
from witness.networks import PatchGan, UNet
from witness.nets import (
    JOINT,
    PARAMETER_LIMIT,
    describe_dropout,
    describe_multimodal,
    multimodal_losses,
    seed_gan,
    seed_multimodal,
    store_running,
)

STEPS = 10
RATE, BETAS, LAMBDA = 2e-4, (0.5, 0.999), 100.0


def _set_requires_grad(module, value):
    for parameter in module.parameters():
        parameter.requires_grad_(value)


def _label_loss(logits, real):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, float(real)))


class Pix2Pix:
    """A step: fake; D on the detached fake, then on real; Adam D; G against the new D; Adam G.

    d_scale multiplies the discriminator's loss, beside the reference's 0.5 (feature GAN: 0.001).
    """

    def __init__(self, generator, discriminator, d_scale):
        self.d_scale = d_scale
        self.generator, self.discriminator = generator.train(), discriminator.train()
        self.adam_g = torch.optim.Adam(generator.parameters(), lr=RATE, betas=BETAS)
        self.adam_d = torch.optim.Adam(discriminator.parameters(), lr=RATE, betas=BETAS)

    def step(self, source, target):
        """Returns G_GAN, G_L1 (times lambda), D_real, D_fake."""
        fake = self.generator(source)

        _set_requires_grad(self.discriminator, True)
        self.adam_d.zero_grad()
        d_fake = _label_loss(self.discriminator(torch.cat((source, fake), 1).detach()), False)
        d_real = _label_loss(self.discriminator(torch.cat((source, target), 1)), True)
        ((d_fake + d_real) * 0.5 * self.d_scale).backward()
        self.adam_d.step()

        _set_requires_grad(self.discriminator, False)
        self.adam_g.zero_grad()
        g_gan = _label_loss(self.discriminator(torch.cat((source, fake), 1)), True)
        g_l1 = F.l1_loss(fake, target) * LAMBDA
        (g_gan + g_l1).backward()
        self.adam_g.step()
        return [loss.item() for loss in (g_gan, g_l1, d_real, d_fake)]


def _train(fixture, levels, source, target, ngf, ndf, layers, batch, dropout, d_scale):
    """Ten steps; returns the trained networks and a (steps, 4) float64 tensor of losses."""
    generator = seed_gan(fixture, "generator", UNet(levels, source, target, ngf), ngf)
    discriminator = seed_gan(fixture, "discriminator", PatchGan(source + target, ndf, layers), ndf)
    describe_dropout(fixture, generator, dropout)
    model, losses, side = Pix2Pix(generator, discriminator, d_scale), [], 2**levels
    for step in range(1, STEPS + 1):
        a = fixture.seeded(f"step{step}/source", (batch, source, side, side))
        b = fixture.seeded(f"step{step}/target", (batch, target, side, side))
        losses.append(model.step(a, b))
    return generator, discriminator, torch.tensor(losses, dtype=torch.float64)


def _pix2pix(identity, dtype, levels, source, target, ngf, ndf, layers, batch, *extra):
    dropout, scale = extra or (False, 1.0)

    def build():
        fixture = Fixture(identity, dtype)
        sizes = (levels, source, target, ngf, ndf, layers, batch, dropout, scale)
        channels = dict(in_channels=source, out_channels=target)
        fixture.describe("generator", net="unet", levels=levels, **channels, ngf=ngf)
        channels = dict(in_channels=source + target)
        fixture.describe("discriminator", net="patchgan", **channels, ndf=ndf, n_layers=layers)
        fixture.describe(
            "training",
            steps=STEPS,
            batch=batch,
            lr=RATE,
            betas=BETAS,
            eps=1e-8,
            lambda_l1=LAMBDA,
            d_loss_scale=scale,
            gan_mode="vanilla",
        )
        fixture.metadata["losses"] = "G_GAN,G_L1,D_real,D_fake"
        generator, discriminator, losses = _train(fixture, *sizes)
        fixture.store("losses", losses)
        for prefix, module in (("generator", generator), ("discriminator", discriminator)):
            for key, parameter in module.named_parameters():
                fixture.store(f"final/{prefix}/{key}", parameter, PARAMETER_LIMIT)
            store_running(fixture, f"final/{prefix}", module)
        if dtype == torch.float32:
            # The same run without rounding: how far FP32 itself strays in ten steps.
            double = Fixture(identity, torch.float64)
            fixture.store("losses_f64", _train(double, *sizes)[2])
        return fixture

    return build


def multimodal():
    """Adam on the joint loss: `losses` are JOINT's components in the order of their names."""
    fixture, dims, batch = Fixture("training/multimodal", torch.float64), (40, 31, 24, 7), 5
    describe_multimodal(fixture, dims, batch)
    rate, betas = 1e-4, (0.9, 0.999)
    optimizer = dict(lr=rate, betas=betas, eps=1e-8)
    fixture.describe("training", steps=STEPS, batch=batch, **optimizer, detached=True)
    fixture.metadata["losses"] = ",".join(["joint", *sorted(JOINT)])
    module = seed_multimodal(fixture, "multimodal", dims)
    adam, rows = torch.optim.Adam(module.parameters(), lr=rate, betas=betas), []
    for step in range(1, STEPS + 1):
        x_image = fixture.seeded(f"step{step}/x.image", (batch, dims[0]))
        x_sound = fixture.seeded(f"step{step}/x.sound", (batch, dims[1]))
        labels = fixture.seeded(f"step{step}/labels", (batch,), 0.0, float(dims[3]), "floor").long()
        _, _, losses = multimodal_losses(module, x_image, x_sound, labels)
        joint = sum(weight * losses[key] for key, weight in JOINT.items())
        rows.append([joint.item(), *(losses[key].item() for key in sorted(JOINT))])
        adam.zero_grad()
        joint.backward()
        adam.step()
    fixture.store("losses", torch.tensor(rows, dtype=torch.float64))
    for key, parameter in module.named_parameters():
        fixture.store(f"final/multimodal/{key}", parameter)
    return fixture


BUILDERS = {
    **{
        identity: _pix2pix(identity, dtype, *arguments)
        for identity, dtype, *arguments in (
            # levels, in, out, ngf, ndf, n_layers, batch, dropout, D loss scale
            ("training/pix2pix_unet128", torch.float32, 7, 1, 3, 64, 64, 3, 1),
            ("training/pix2pix_small", torch.float64, 5, 3, 3, 8, 8, 3, 2),
            ("training/pix2pix_small_batch1", torch.float64, 5, 1, 3, 8, 8, 2, 1),
            ("training/pix2pix_small_dropout", torch.float64, 6, 1, 3, 8, 8, 3, 2, True, 1.0),
            ("training/pix2pix_small_feature", torch.float64, 5, 1, 1, 8, 8, 3, 1, False, 0.001),
        )
    },
    "training/multimodal": multimodal,
}
