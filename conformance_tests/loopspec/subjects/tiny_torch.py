"""The tiny deterministic job in PyTorch: a model whose loss is what the scenario says.

The k-th training forward pass has loss k and gradient 1, every evaluation pass has loss 0.5: so
what a trainer logs can be known beforehand, whatever it shuffles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from loopspec.scenario import Scenario

EVAL_LOSS = 0.5


class TinyModel(torch.nn.Module):
    """One weight. Input `x` of shape (batch, 1), `labels` alike; returns `loss` and `logits`."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))
        self.passes = 0

    def forward(
        self, x: torch.Tensor, labels: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        if self.training:
            self.passes += 1
        value = float(self.passes) if self.training else EVAL_LOSS
        loss = (self.weight - self.weight.detach() + value).sum()
        return {"loss": loss, "logits": x * self.weight}


class OneOfSeveral(TinyModel):
    """The model in one of several processes: what only this one has is told apart from what they
    have together.

    Args:
        rank: which process it is; so much greater are its losses.

    Attributes:
        own: the last loss.
        before_writing: called when somebody asks for the weights, as to write a checkpoint.
    """

    def __init__(self, rank: int) -> None:
        super().__init__()
        self.rank = rank
        self.own: float | None = None
        self.before_writing: Callable[[], None] | None = None

    def forward(
        self, x: torch.Tensor, labels: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        output = super().forward(x, labels)
        output["loss"] = output["loss"] + self.rank
        self.own = output["loss"].item()
        return output

    def state_dict(self, *args: Any, **keywords: Any) -> Any:
        if self.before_writing is not None:
            self.before_writing()
        return super().state_dict(*args, **keywords)


class Learner(torch.nn.Module):
    """One weight that learns: what it is in the end depends on each sample, on their order, on
    random numbers, and on what the optimizer remembers."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    def forward(
        self, x: torch.Tensor, labels: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        noise = torch.rand(()) if self.training else torch.zeros(())
        loss = ((x - self.weight * (1 + noise)) ** 2).mean()
        return {"loss": loss, "logits": x * self.weight}


class TinyData(torch.utils.data.Dataset[dict[str, torch.Tensor]]):
    """`length` samples of one number, with label."""

    def __init__(self, length: int) -> None:
        self.values = torch.arange(length, dtype=torch.float32).reshape(length, 1)

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"x": self.values[index], "labels": self.values[index]}


def scripted_metrics(scenario: Scenario) -> Callable[[Any], dict[str, float]] | None:
    """`compute_metrics` for a scenario: `score` at the k-th evaluation is its k-th value.

    With several processes there is `counted` too, the number of predictions that it is from.
    """
    if not scenario.metrics:
        return None
    values: Iterator[Any] = iter(scenario.metrics)
    last = [scenario.metrics[-1]]

    def compute_metrics(prediction: Any) -> dict[str, float]:
        value = next(values, last[0])
        metrics = {} if value is None else {scenario.metric_name: float(value)}
        if scenario.world > 1 and prediction is not None:  # some trainers have none to give
            metrics["counted"] = float(len(prediction.predictions))
        return metrics

    return compute_metrics


class Watch:
    """Looks at a model between events: did it move, has it a gradient, is it training?

    It looks at one parameter that is trained, and at a few numbers of it: this is done at every
    event.
    """

    def __init__(self) -> None:
        self._model: torch.nn.Module | None = None
        self._weight: list[float] | float | None = None

    def look(self, model: torch.nn.Module) -> dict[str, Any]:
        if model is not self._model:
            trained = (p for p in model.parameters() if p.requires_grad)
            self._model, self._parameter = model, next(trained)
        parameter, gradient = self._parameter, self._parameter.grad
        single = parameter.numel() == 1
        weight = parameter.item() if single else parameter.detach().flatten()[:4].tolist()
        moved = self._weight is not None and weight != self._weight
        self._weight = weight
        pending = gradient is not None and bool(gradient.item() if single else gradient.any())
        return {"moved": moved, "gradient": pending, "training": model.training}
