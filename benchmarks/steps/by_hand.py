"""Loops written by hand: what is subtracted from all others."""

from __future__ import annotations

import torch
from torch import nn
from torch.utils.data import DataLoader

from loopspec.benchmarking.bare import bare_loop
from steps.job import Job, Named, Pairs, WithLoss, make_model, make_optimizer


def plain(job: Job) -> None:
    """Forward, backward, update."""
    model = make_model(job)
    optimizer = make_optimizer(model)
    for index, (x, y) in enumerate(DataLoader(Pairs(job))):
        nn.functional.mse_loss(model(x.to(job.device)), y.to(job.device)).backward()
        if (index + 1) % job.accumulation == 0:
            optimizer.step()
            optimizer.zero_grad()


def whole(job: Job) -> None:
    """What trainers of this protocol do besides: clip, move the rate, add up the loss."""
    model = WithLoss(make_model(job))
    optimizer = make_optimizer(model)
    device = torch.device(job.device)
    bare_loop(
        job.steps,
        job.accumulation,
        model=model,
        data=Named(job),
        optimizer=optimizer,
        device=device,
    )()
