"""Optimizers on given gradients, clipping, and schedules as numbers."""

import torch

from witness.fixture import Fixture
from witness.ops import Case

STEPS = 6
SHAPE = (3, 31)


def _walk(case, optimizer, parameter, reach, state):
    """`after.T` is the parameter after step T = 1, 2, ...; then the optimizer's last state."""
    for step in range(1, STEPS + 1):
        parameter.grad = case.constant(f"gradient.{step}", SHAPE, -reach, reach)
        optimizer.step()
        case.store(f"after.{step}", parameter)
    for name, key in state.items():
        if optimizer.state[parameter].get(key) is not None:
            case.store(name, optimizer.state[parameter][key])


def sgd():
    fixture = Fixture("optim/sgd")
    rows = [
        # name, learning rate, momentum, Nesterov, weight decay
        ("plain", 0.1, 0.0, False, 0.0),
        ("momentum", 0.1, 0.9, False, 0.0),
        ("nesterov", 0.03, 0.5, True, 0.0),
        ("decay", 0.3, 0.0, False, 0.05),
        ("momentum_decay", 0.1, 0.9, False, 0.1),
        ("nesterov_decay", 0.1, 0.8, True, 0.02),
    ]
    for name, rate, momentum, nesterov, decay in rows:
        attributes = dict(momentum=momentum, nesterov=nesterov, weight_decay=decay)
        case = Case(fixture, name, op="sgd", lr=rate, steps=STEPS, **attributes)
        parameter = case.constant("parameter", SHAPE).requires_grad_()
        optimizer = torch.optim.SGD([parameter], lr=rate, **attributes)
        _walk(case, optimizer, parameter, 1.0, {"velocity": "momentum_buffer"})
    return fixture


def _adams(identity, kind, rows):
    fixture = Fixture(identity)
    for name, rate, betas, eps, decay, reach in rows:
        attributes = dict(betas=betas, eps=eps, weight_decay=decay)
        op = kind.__name__.lower()
        case = Case(fixture, name, op=op, lr=rate, steps=STEPS, **attributes)
        parameter = case.constant("parameter", SHAPE).requires_grad_()
        optimizer = kind([parameter], lr=rate, **attributes)
        _walk(case, optimizer, parameter, reach, {"m": "exp_avg", "v": "exp_avg_sq"})
    return fixture


def adam_decay():
    rows = [
        # name, learning rate, betas, eps, weight decay, gradient reach
        ("discogan", 2e-4, (0.5, 0.999), 1e-8, 1e-5, 1e-4),
        ("strong", 1e-2, (0.9, 0.999), 1e-8, 0.3, 0.1),
        ("large_eps", 1e-2, (0.5, 0.9), 1e-3, 1e-2, 1e-2),
    ]
    return _adams("optim/adam_decay", torch.optim.Adam, rows)


def adamw():
    rows = [
        # name, learning rate, betas, eps, weight decay, gradient reach
        ("default", 1e-3, (0.9, 0.999), 1e-8, 1e-2, 1.0),
        ("strong", 0.1, (0.5, 0.99), 1e-8, 0.5, 0.1),
        ("no_decay", 1e-2, (0.9, 0.95), 1e-6, 0.0, 1e-2),
    ]
    return _adams("optim/adamw", torch.optim.AdamW, rows)


def clipping():
    """`CASE/clipped.a` and `.b` are the gradients after clip_grad_norm_, `norm` what it returns."""
    fixture = Fixture("optim/clipping")
    for name, limit in [("shortened", 0.5), ("short_enough", 50.0)]:
        case = Case(fixture, name, max_norm=limit)
        parameters = {"a": torch.zeros(SHAPE), "b": torch.zeros(7)}
        for key, parameter in parameters.items():
            parameter.grad = case.constant(key, parameter.shape)
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), limit)
        case.store("norm", norm)
        for key, parameter in parameters.items():
            case.store(f"clipped.{key}", parameter.grad)
    return fixture


def schedule():
    """`CASE/rates`: the learning rate of epoch t = 0, 1, ...; it begins at `lr`.

    A plateau sees after each epoch the seeded figure less t / epochs, so that it falls, to below 0.
    """
    fixture = Fixture("optim/schedule", torch.float64)
    schedulers = torch.optim.lr_scheduler

    def run(name, epochs, rate, make, figures=None, **attributes):
        case = Case(fixture, name, lr=rate, epochs=epochs, **attributes)
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=rate)
        scheduler = make(optimizer)
        values = case.constant("figures", (epochs,), *figures) if figures else None
        rates = []
        for epoch in range(epochs):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            figure = [] if values is None else [values[epoch].item() - epoch / epochs]
            scheduler.step(*figure)
        case.store("rates", torch.tensor(rates, dtype=torch.float64))

    for name, constant, decay in [("linear", 5, 7), ("linear_at_once", 0, 9)]:

        def factor(epoch, constant=constant, decay=decay):
            return 1.0 - max(0, epoch + 1 - constant) / float(decay + 1)

        attributes = dict(schedule="linear", constant=constant, decay=decay)
        make = lambda o: schedulers.LambdaLR(o, factor)  # noqa: E731
        run(name, constant + decay, 2e-4, make, **attributes)
    for name, every, gamma in [("step", 4, 0.1), ("step_each", 1, 0.97)]:
        attributes = dict(schedule="step", every=every, gamma=gamma)
        run(name, 15, 0.1, lambda o: schedulers.StepLR(o, every, gamma), **attributes)
    for name, minimum in [("cosine", 0.0), ("cosine_above", 0.02)]:
        attributes = dict(schedule="cosine", period=12, min=minimum / 0.1)
        run(name, 13, 0.1, lambda o: schedulers.CosineAnnealingLR(o, 12, minimum), **attributes)
    rows = [
        # name, factor, patience, threshold, relative, cooldown, smallest rate
        ("plateau", 0.1, 3, 1e-4, True, 0, 0.0),
        ("plateau_absolute", 0.5, 1, 0.05, False, 0, 0.0),
        ("plateau_cooldown", 0.2, 2, 0.01, True, 4, 1e-3),
    ]
    for name, by, patience, threshold, relative, cooldown, least in rows:
        attributes = dict(factor=by, patience=patience, threshold=threshold)
        rest = dict(cooldown=cooldown, min_lr=least)
        mode = "rel" if relative else "abs"
        make = lambda o: schedulers.ReduceLROnPlateau(  # noqa: E731
            o, threshold_mode=mode, **attributes, **rest
        )
        words = dict(schedule="plateau", relative=relative, **attributes, **rest)
        run(name, 40, 0.1, make, figures=(0.0, 1.0), **words)
    return fixture


BUILDERS = {
    f"optim/{build.__name__}": build for build in (sgd, adam_decay, adamw, clipping, schedule)
}
