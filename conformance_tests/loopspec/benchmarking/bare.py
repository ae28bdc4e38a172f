"""The loop that everybody writes by hand: what a step takes without a trainer around it.

It does the same work on tensors as a trainer with default arguments: the loss of each step is
added up, and one that is not finite left out; gradients are clipped; the learning rate moves.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from loopspec.subjects.tiny_torch import TinyData, TinyModel


def bare_loop(
    steps: int,
    accumulation: int = 1,
    *,
    model: nn.Module | None = None,
    data: Dataset[dict[str, torch.Tensor]] | None = None,
    optimizer: torch.optim.Optimizer | None = None,
    device: torch.device | None = None,
) -> Callable[[], None]:
    """A function that trains `model` for one epoch of so many steps.

    Args:
        model: takes the batch by keywords and returns a dict with `loss`; the tiny model if left
            out.
        data: `steps * accumulation` samples, of which each is a batch.
        optimizer: a fused AdamW if left out, as trainers have it.
        device: where the model is, and batches are to be; the host if left out.
    """
    torch.set_num_threads(1)
    model = TinyModel() if model is None else model
    data = TinyData(steps * accumulation) if data is None else data
    if optimizer is None:
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.125, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
    loader = DataLoader(data, batch_size=1, shuffle=True)

    def train() -> None:
        total = torch.zeros((), device=device)
        since = 0
        for index, inputs in enumerate(loader):
            model.train()
            if device is not None:
                inputs = {name: value.to(device) for name, value in inputs.items()}
            loss = model(**inputs)["loss"] / accumulation
            loss.backward()
            loss = loss.detach()
            total = total + torch.where(torch.isfinite(loss), loss, total / (1 + since))
            if (index + 1) % accumulation == 0:
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                model.zero_grad()
                since += 1

    return train
