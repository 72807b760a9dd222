#!/usr/bin/env python3
"""PyTorch's side of benchmarks/peers/run: U-Net-128 1->3 and PatchGAN as in junyanz's pix2pix.

Inference in evaluation mode, or the whole training step in the reference's order: the generator
forward; the discriminator on the detached fake pair and the real pair, backward, Adam; the
generator's losses through the updated discriminator, backward without its weights, Adam. Dropout
and batch statistics as in training. Prints one line of key=value; with --check the largest
difference of the losses from those that our side has written (Pix2PixMain check).
"""
import argparse
import resource
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F

SIDE = 128
LEVELS = 7
NGF = NDF = 64
LEAST_RUNS = 5


class Level(nn.Module):
    """Level k of the U-Net; the skip is joined by the level outside of it."""

    def __init__(self, k, channels_in, out_channels, dropout):
        super().__init__()
        width = lambda level: NGF * min(2 ** (level - 1), 8)
        self.k, self.innermost = k, k == LEVELS
        self.down = nn.Conv2d(channels_in, width(k), 4, 2, 1, bias=False)
        self.down_norm = nn.BatchNorm2d(width(k)) if 1 < k < LEVELS else None
        self.inner = None if self.innermost else Level(k + 1, width(k), None, dropout)
        up_in = width(k) * (1 if self.innermost else 2)
        up_out = out_channels if k == 1 else width(k - 1)
        self.up = nn.ConvTranspose2d(up_in, up_out, 4, 2, 1, bias=k == 1)
        self.up_norm = nn.BatchNorm2d(up_out) if k > 1 else None
        self.drop = nn.Dropout(0.5) if dropout and 5 <= k < LEVELS else None

    def forward(self, x):
        down = self.down(x)
        if self.down_norm is not None:
            down = self.down_norm(down)
        if self.innermost:
            joined = F.relu(down)
        else:
            # In the reference the skip is activated in place before it is joined.
            activated = F.leaky_relu(down, 0.2)
            joined = F.relu(torch.cat([activated, self.inner(activated)], 1))
        up = self.up(joined)
        if self.k == 1:
            return torch.tanh(up)
        up = self.up_norm(up)
        return up if self.drop is None else self.drop(up)


def discriminator():
    d = NDF
    return nn.Sequential(
        nn.Conv2d(4, d, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Conv2d(d, 2 * d, 4, 2, 1, bias=False), nn.BatchNorm2d(2 * d), nn.LeakyReLU(0.2),
        nn.Conv2d(2 * d, 4 * d, 4, 2, 1, bias=False), nn.BatchNorm2d(4 * d), nn.LeakyReLU(0.2),
        nn.Conv2d(4 * d, 8 * d, 4, 1, 1, bias=False), nn.BatchNorm2d(8 * d), nn.LeakyReLU(0.2),
        nn.Conv2d(8 * d, 1, 4, 1, 1))


def initialise(net):
    for m in net.modules():
        if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(m.weight, 0, 0.02)
        elif isinstance(m, nn.BatchNorm2d):
            nn.init.normal_(m.weight, 1, 0.02)


def caster(args):
    """Autocast to bf16, whose weights stay FP32; or nothing."""
    bf16 = args.precision == "bf16"
    return lambda: torch.autocast(args.device, dtype=torch.bfloat16, enabled=bf16)


def adam(parameters, **more):
    parameters = list(parameters)  # since they may be tried twice
    options = dict(lr=2e-4, betas=(0.5, 0.999), **more)
    try:
        return torch.optim.Adam(parameters, fused=True, **options)  # one pass, where the CPU has it
    except (TypeError, RuntimeError, ValueError):
        return torch.optim.Adam(parameters, **options)


class Step:
    def __init__(self, args, memory_format, **adam_options):
        self.generator = Level(1, 1, 3, dropout=not args.check)
        self.discriminator = discriminator()
        for net in (self.generator, self.discriminator):
            initialise(net)
            net.to(args.device, memory_format=memory_format)
        self.source = (torch.rand(args.batch, 1, SIDE, SIDE) * 2 - 1).to(
            args.device, memory_format=memory_format)
        self.target = (torch.rand(args.batch, 3, SIDE, SIDE) * 2 - 1).to(
            args.device, memory_format=memory_format)
        self.adam_g = adam(self.generator.parameters(), **adam_options)
        self.adam_d = adam(self.discriminator.parameters(), **adam_options)
        self.g, self.d = self.generator, self.discriminator
        self.cast = caster(args)
        if args.compile:
            self.g, self.d = torch.compile(self.g), torch.compile(self.d)

    def judge(self, pair):
        with self.cast():
            logits = self.d(pair)
        return logits.float()

    def step(self):
        """One training step; its losses, still on the device."""
        bce = lambda logits, to: F.binary_cross_entropy_with_logits(
            logits, torch.full_like(logits, to))
        with self.cast():
            fake = self.g(self.source)
        fake = fake.float()
        pair = torch.cat([self.source, fake], 1)
        self.discriminator.requires_grad_(True)
        self.adam_d.zero_grad(set_to_none=True)
        d_fake = bce(self.judge(pair.detach()), 0.0)
        d_real = bce(self.judge(torch.cat([self.source, self.target], 1)), 1.0)
        ((d_fake + d_real) * 0.5).backward()
        self.adam_d.step()
        self.discriminator.requires_grad_(False)
        self.adam_g.zero_grad(set_to_none=True)
        g_gan = bce(self.judge(pair), 1.0)
        g_l1 = F.l1_loss(fake, self.target) * 100
        (g_gan + g_l1).backward()
        self.adam_g.step()
        return g_gan, g_l1, d_real, d_fake

    def losses(self):
        return [v.item() for v in self.step()]

    def run(self):
        return sum(self.losses())


class Inference:
    def __init__(self, args, memory_format):
        net = Level(1, 1, 3, dropout=False)
        initialise(net)
        net.eval().to(args.device, memory_format=memory_format)
        self.net = torch.compile(net) if args.compile else net
        self.cast = caster(args)
        self.source = (torch.rand(args.batch, 1, SIDE, SIDE) * 2 - 1).to(
            args.device, memory_format=memory_format)

    def picture(self):
        with torch.inference_mode(), self.cast():
            return self.net(self.source)

    def run(self):
        return self.picture()[0, 0, 0, 0].item()


def timed(work):
    begun = time.perf_counter()
    work.run()
    return (time.perf_counter() - begun) * 1e3


def faster_format(args, make):
    """Channels last where that is faster, which differs from version to version."""
    if args.format != "auto":
        chosen = torch.channels_last if args.format == "nhwc" else torch.contiguous_format
        return make(args, chosen), args.format
    # A compiled step takes a minute to warm up: the formats are compared as they are interpreted.
    plain = argparse.Namespace(**{**vars(args), "compile": False})
    best = {}
    for name, f in (("nchw", torch.contiguous_format), ("nhwc", torch.channels_last)):
        work = make(plain, f)
        timed(work)
        best[name] = min(timed(work) for _ in range(3))
    name = min(best, key=best.get)
    return make(args, torch.channels_last if name == "nhwc" else torch.contiguous_format), name


def our_names(k=1, prefix="model.model."):
    """Our parameters of each level in the order of Level's."""
    innermost = k == LEVELS
    yield prefix + ("0" if k == 1 else "1"), f"{'inner.' * (k - 1)}down"
    if 1 < k < LEVELS:
        yield prefix + "2", f"{'inner.' * (k - 1)}down_norm"
    yield prefix + ("3" if k == 1 or innermost else "5"), f"{'inner.' * (k - 1)}up"
    if k > 1:
        yield prefix + ("4" if innermost else "6"), f"{'inner.' * (k - 1)}up_norm"
    if not innermost:
        yield from our_names(k + 1, prefix + ("1.model." if k == 1 else "3.model."))


def differences(args):
    """The largest relative difference of a loss from ours in each step that ours has written."""
    import array
    import pathlib

    folder = pathlib.Path(args.check)

    def load(name, tensor):
        values = array.array("f")
        values.frombytes((folder / (name + ".f32")).read_bytes())
        with torch.no_grad():
            tensor.copy_(torch.tensor(values).reshape(tensor.shape))

    step = Step(args, torch.contiguous_format)
    load("source", step.source)
    load("target", step.target)
    for ours, theirs in our_names():
        for name, tensor in step.generator.get_submodule(theirs).named_parameters():
            load(f"generator.{ours}.{name}", tensor)
    for name, tensor in step.discriminator.named_parameters():
        load(f"discriminator.model.{name}", tensor)
    for line in (folder / "losses.txt").read_text().splitlines():
        pairs = list(zip(map(float, line.split()), step.losses()))
        yield max(abs(ours - theirs) / abs(theirs) for ours, theirs in pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", choices=["inference", "step"], default="step")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--compile", action="store_true", help="torch.compile instead of eager")
    parser.add_argument("--format", choices=["auto", "nchw", "nhwc"], default="auto")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--check", metavar="FOLDER", help="compare losses with ours")
    parser.set_defaults(device="cpu")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    if args.check:
        print("largest relative difference of a loss, step by step:",
              *(f"{d:.1e}" for d in differences(args)))
        return
    work, layout = faster_format(args, Step if args.work == "step" else Inference)
    # The allocator's blocks and oneDNN's primitives are there after one run; compiled code after two.
    for _ in range(3):
        work.run()
    ms, begun = [], time.perf_counter()
    while len(ms) < LEAST_RUNS or time.perf_counter() - begun < args.seconds:
        ms.append(timed(work))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"median_ms={statistics.median(ms):.3f} least_ms={min(ms):.3f} runs={len(ms)} "
          f"peak_rss_mib={peak} version={torch.__version__} format={layout}")


if __name__ == "__main__":
    main()
