"""Losses and norms, which the engine composes of its operations: forward and gradient."""

import torch
from torch.nn import functional as F

from witness.fixture import Fixture
from witness.ops import Case


def loss():
    """All losses are means, over elements or over rows, unless the case has another reduction."""
    fixture = Fixture("ops/loss")
    _elementwise(fixture)
    _scores(fixture)
    _classes(fixture)
    _angles(fixture)
    return fixture


def _elementwise(fixture):
    for name, label, reach in [("ones", 1.0, 4.0), ("zeros", 0.0, 4.0), ("large", 1.0, 200.0)]:
        case = Case(fixture, f"bce_with_logits_{name}", op="bce_with_logits", target=label)
        x = case.input("x", (2, 1, 5, 7), -reach, reach)
        case.finish(F.binary_cross_entropy_with_logits(x, torch.full_like(x, label)))
    case = Case(fixture, "bce_with_logits_soft", op="bce_with_logits", target="seeded")
    x, target = case.input("x", (3, 31), -4.0, 4.0), case.constant("target", (3, 31), 0.0, 1.0)
    case.finish(F.binary_cross_entropy_with_logits(x, target))
    for name, reach in [("weighted", 4.0), ("weighted_large", 200.0)]:
        case = Case(fixture, f"bce_with_logits_{name}", op="weighted_bce")
        x, target = case.input("x", (3, 31), -reach, reach), case.constant("target", (3, 31), 0, 1)
        weight = case.constant("positive_weight", (31,), 0.1, 9.0)
        case.finish(F.binary_cross_entropy_with_logits(x, target, pos_weight=weight))
    for name, function in [("l1", F.l1_loss), ("mse", F.mse_loss)]:
        case = Case(fixture, name, op=name)
        case.finish(function(case.input("x", (2, 3, 5, 7)), case.input("y", (2, 3, 5, 7))))
    for name, delta, reduction in [
        ("huber", 0.7, "mean"),
        ("huber_wide", 2.5, "sum"),
        ("huber_terms", 1.3, "none"),
    ]:
        case = Case(fixture, name, op="huber", delta=delta, reduction=reduction)
        x, y = case.input("x", (2, 3, 5, 7), -2.0, 2.0), case.input("y", (2, 3, 5, 7), -2.0, 2.0)
        case.finish(F.huber_loss(x, y, reduction=reduction, delta=delta))
    case = Case(fixture, "smooth_l1", op="smooth_l1", beta=0.3)
    case.finish(F.smooth_l1_loss(case.input("x", (7, 31)), case.input("y", (7, 31)), beta=0.3))


def _scores(fixture):
    """Signs are 2 target - 1."""
    for name, margin in [("hinge", 1.0), ("hinge_narrow", 0.25)]:
        case = Case(fixture, name, op="hinge", margin=margin)
        x, target = case.input("x", (3, 31), -2.0, 2.0), _coins(case, (3, 31))
        signs = 2.0 * target - 1.0
        case.finish(F.margin_ranking_loss(x, torch.zeros_like(x), signs, margin=margin))
    case = Case(fixture, "hinge_discriminator", op="hinge_discriminator")
    x, y = case.input("x", (2, 1, 5, 7), -2.0, 2.0), case.input("y", (2, 1, 5, 7), -2.0, 2.0)
    case.finish(F.relu(1.0 - x).mean() + F.relu(1.0 + y).mean())
    case = Case(fixture, "hinge_generator", op="hinge_generator")
    case.finish(-case.input("x", (2, 1, 5, 7), -2.0, 2.0).mean())


def _classes(fixture):
    """Targets below 0 stand for no class."""
    case = Case(fixture, "cross_entropy", op="cross_entropy", classes=31)
    x = case.input("x", (7, 31), -4.0, 4.0)
    case.finish(F.cross_entropy(x, case.constant("target", (7,), 0.0, 31.0, "floor").long()))
    rows = [
        # name, logits, smoothing, lowest target
        ("smoothed", (7, 31), 0.1, 0.0),
        ("planes", (2, 5, 3, 4), 0.0, 0.0),
        ("ignoring", (33, 5), 0.0, -3.0),
        ("planes_smoothed_ignoring", (2, 5, 3, 7), 0.2, -3.0),
    ]
    for name, shape, smoothing, lowest in rows:
        attributes = dict(smoothing=smoothing, ignoring=lowest < 0)
        case = Case(fixture, f"cross_entropy_{name}", op="cross_entropy_of", **attributes)
        x = case.input("x", shape, -4.0, 4.0)
        places = (shape[0], *shape[2:])
        target = case.constant("target", places, lowest, float(shape[1]), "floor").long()
        target = torch.where(target < 0, torch.full_like(target, -100), target)
        case.finish(F.cross_entropy(x, target, label_smoothing=smoothing))
    for name, detached in [("soft_cross_entropy", True), ("soft_cross_entropy_undetached", False)]:
        case = Case(fixture, name, op="soft_cross_entropy", detached=detached)
        p = (case.constant if detached else case.input)("p", (5, 17), -3.0, 3.0)
        q = case.input("q", (5, 17), -3.0, 3.0)
        case.finish(-(F.softmax(p, 1) * F.log_softmax(q, 1)).sum(1).mean())
    case = Case(fixture, "soft_cross_entropy_planes", op="soft_cross_entropy", detached=True)
    p, q = case.constant("p", (2, 5, 3, 4), -3.0, 3.0), case.input("q", (2, 5, 3, 4), -3.0, 3.0)
    case.finish(F.cross_entropy(q, F.softmax(p, 1)))
    case = Case(fixture, "kl_divergence", op="kl_divergence")
    p, q = case.input("p", (5, 17), -3.0, 3.0), case.input("q", (5, 17), -3.0, 3.0)
    case.finish(F.kl_div(F.log_softmax(q, 1), F.softmax(p, 1), reduction="batchmean"))


def _angles(fixture):
    case = Case(fixture, "cosine_similarity", op="cosine_similarity", axis=1, eps=1e-8)
    case.finish(F.cosine_similarity(case.input("x", (3, 7, 5)), case.input("y", (3, 7, 5)), 1))
    case = Case(fixture, "cosine_similarity_last", op="cosine_similarity", axis=2, eps=1e-3)
    x, y = case.input("x", (3, 7, 5)), case.input("y", (3, 7, 5))
    case.finish(F.cosine_similarity(x, y, 2, eps=1e-3))
    for name, margin in [("cosine_embedding", 0.0), ("cosine_embedding_margin", 0.25)]:
        case = Case(fixture, name, op="cosine_embedding", margin=margin)
        x, y = case.input("x", (33, 5)), case.input("y", (33, 5))
        signs = 2.0 * _coins(case, (33,)) - 1.0
        case.finish(F.cosine_embedding_loss(x, y, signs, margin=margin))


def _coins(case, shape):
    return case.constant("target", shape, 0.0, 2.0, "floor")


def norm():
    """`gamma` and `beta` are there when the case says `affine`."""
    fixture = Fixture("ops/norm")

    def weights(case, affine, shape):
        return (case.input("gamma", shape), case.input("beta", shape)) if affine else (None, None)

    rows = [
        # name, input, affine, eps
        ("plain", (2, 3, 5, 7), False, 1e-5),
        ("affine", (3, 5, 4, 3), True, 1e-3),
        ("line", (2, 7, 31), True, 1e-5),
        ("flat", (2, 4, 3, 3), False, 1e-1),
    ]
    for name, shape, affine, eps in rows:
        case = Case(fixture, f"instance_{name}", op="instance_norm", affine=affine, eps=eps)
        x = case.input("x", shape, -2.0, 3.0)
        gamma, beta = weights(case, affine, (shape[1],))
        case.finish(F.instance_norm(x, weight=gamma, bias=beta, eps=eps))
    rows = [
        # name, input, groups, affine, eps
        ("one", (2, 6, 5, 3), 1, True, 1e-5),
        ("three", (2, 6, 5, 3), 3, True, 1e-3),
        ("each", (3, 4, 7), 4, False, 1e-5),
        ("vectors", (5, 32), 8, True, 1e-5),
    ]
    for name, shape, groups, affine, eps in rows:
        attributes = dict(groups=groups, affine=affine, eps=eps)
        case = Case(fixture, f"group_{name}", op="group_norm", **attributes)
        x = case.input("x", shape, -2.0, 3.0)
        gamma, beta = weights(case, affine, (shape[1],))
        case.finish(F.group_norm(x, groups, gamma, beta, eps))
    rows = [
        # name, input, axes, affine, eps
        ("rows", (7, 33), 1, True, 1e-5),
        ("sequence", (2, 5, 31), 1, True, 1e-3),
        ("planes", (2, 3, 5, 7), 2, False, 1e-5),
        ("samples", (2, 3, 5, 7), 3, True, 1e-5),
        ("all", (3, 5), 2, True, 1e-5),
    ]
    for name, shape, axes, affine, eps in rows:
        case = Case(fixture, f"layer_{name}", op="layer_norm", axes=axes, affine=affine, eps=eps)
        x = case.input("x", shape, -2.0, 3.0)
        gamma, beta = weights(case, affine, shape[-axes:])
        case.finish(F.layer_norm(x, shape[-axes:], gamma, beta, eps))
    return fixture


BUILDERS = {"ops/loss": loss, "ops/norm": norm}
