"""The tiny job for frameworks that want a module, a loss function and batches of two tensors."""

from __future__ import annotations

from typing import Any

import torch

from loopspec.scenario import Scenario
from loopspec.subjects.tiny_torch import EVAL_LOSS, TinyModel


class LossModel(TinyModel):
    """Gives its loss, of shape (1,), where others give predictions. The k-th training pass has loss
    k; each pass of an evaluation 0.5, or the k-th of `metrics` if early stopping goes by it."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self.measured = 0
        self._scores = scenario.metrics if scenario.early_stopping else ()
        self._batches = scenario.eval_batches

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # type: ignore[override]  # see above
        if self.training:
            return super().forward(x)["loss"].reshape(1)
        score: Any = EVAL_LOSS
        if self._scores:
            score = self._scores[min(self.measured // self._batches, len(self._scores) - 1)]
            self.measured += 1
        return self.weight - self.weight.detach() + float(score)


class Pairs(torch.utils.data.Dataset[tuple[torch.Tensor, torch.Tensor]]):
    """`length` samples: two tensors of shape (1,)."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.ones(1), torch.ones(1)


def loss_of(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The loss function: the model has computed it."""
    return output.mean()


def batches(count: int) -> torch.utils.data.DataLoader[Any]:
    return torch.utils.data.DataLoader(Pairs(count), batch_size=1)


def validation(scenario: Scenario) -> torch.utils.data.DataLoader[Any] | None:
    """The batches of the validation of each epoch; None where the scenario evaluates nothing."""
    return batches(scenario.eval_batches) if scenario.eval_strategy != "no" else None
