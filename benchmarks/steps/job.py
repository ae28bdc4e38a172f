"""A job, its model and its data."""

from __future__ import annotations

import time
from array import array
from typing import NamedTuple

import torch
from torch import nn

#: Width of the layers of each model; 0 is the model of one parameter.
WIDTHS = {"one parameter": 0, "small MLP": 64, "large MLP": 2048}
LEARNING_RATE = 1e-3


class Job(NamedTuple):
    """One training run of one epoch, with a batch of one sample."""

    model: str = "one parameter"
    steps: int = 1
    accumulation: int = 1
    callbacks: int = 0
    device: str = "cpu"
    strict: bool = False
    """Whether whatever makes the host wait for a GPU is an error, from the fifth batch on."""

    @property
    def batches(self) -> int:
        return self.steps * self.accumulation

    @property
    def width(self) -> int:
        return max(WIDTHS[self.model], 1)


class OneParameter(nn.Module):
    """Takes and gives a tensor of shape (batch, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.weight


class WithLoss(nn.Module):
    """A model as trainers of this protocol take it: it computes its loss."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(
        self, x: torch.Tensor, labels: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        output = self.inner(x)
        return {"loss": nn.functional.mse_loss(output, labels), "logits": output}


def make_model(job: Job) -> nn.Module:
    """A model that takes and gives a tensor of shape (batch, width)."""
    if not WIDTHS[job.model]:
        return OneParameter().to(job.device)
    width = job.width
    layers = [nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width)]
    return nn.Sequential(*layers).to(job.device)


def make_optimizer(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), LEARNING_RATE)


#: When each sample was read, in nanoseconds. It keeps no objects, as what a step leaves is counted.
READ = array("q")


class Pairs(torch.utils.data.Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """Samples of an input and a label, of shape (width,)."""

    def __init__(self, job: Job) -> None:
        self._length = job.batches
        # The processor's time of this process: what other programs do hardly moves it. Where a
        # device works besides, its work counts too.
        self._clock = time.process_time_ns if job.device == "cpu" else time.perf_counter_ns
        self._sample, self._strict = torch.ones(job.width), job.strict

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        READ.append(self._clock())
        if self._strict:
            read = len(READ)
            late = "error" if 5 <= read < self._length else "default"
            torch.cuda.set_sync_debug_mode(late)
        return self._sample, self._sample


class Named(torch.utils.data.Dataset[dict[str, torch.Tensor]]):
    """The same, by the names that a model with a loss takes."""

    def __init__(self, job: Job) -> None:
        self._pairs = Pairs(job)

    def __len__(self) -> int:
        return len(self._pairs)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        x, labels = self._pairs[index]
        return {"x": x, "labels": labels}
