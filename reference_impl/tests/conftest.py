"""A tiny job, a recording callback, and a function that builds a trainer from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import Dataset, IterableDataset

from loopspec_reference import Trainer, TrainingArguments
from loopspec_reference.callback import EVENTS
from loopspec_reference.control import FLAGS

# The jobs are tiny: a second thread only costs, and one makes sums the same everywhere.
torch.set_num_threads(1)

#: Short names of the events, in the order of `EVENTS`.
CODES = ["IE", "TB", "EB", "SB", "SUB", "PO", "OS", "SE", "LG"]
CODES += ["ps", "EV", "PR", "PB", "SV", "EE", "TE"]
SHORT = dict(zip(EVENTS, CODES, strict=True))


class Numbers(Dataset[dict[str, torch.Tensor]]):
    """`n` random pairs and their sums, the same at each construction."""

    def __init__(self, n: int) -> None:
        self.x = torch.randn(n, 2, generator=torch.Generator().manual_seed(0))

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"x": self.x[index], "labels": self.x[index].sum().reshape(1)}


class Stream(IterableDataset[dict[str, torch.Tensor]]):
    """The same without a length."""

    def __init__(self, n: int) -> None:
        self.numbers = Numbers(n)

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        return (self.numbers[i] for i in range(len(self.numbers)))


class Line(nn.Module):
    """A linear model with its loss, and dropout if asked for."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(2, 1)

    def forward(
        self, x: torch.Tensor, labels: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        y = self.linear(self.dropout(x))
        return (
            {"logits": y} if labels is None else {"loss": ((y - labels) ** 2).mean(), "logits": y}
        )


class Recorder:
    """Notes every event. It subclasses nothing, which is allowed."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, int, float, str]] = []
        self.kwargs: list[dict[str, Any]] = []

    @property
    def codes(self) -> str:
        return " ".join(row[0] for row in self.rows)

    def _note(self, event: str, state: Any, control: Any, kwargs: dict[str, Any]) -> None:
        letters = zip("TESVL", FLAGS, strict=True)
        flags = "".join(letter for letter, flag in letters if getattr(control, flag))
        self.rows.append((SHORT[event], state.global_step, round(state.epoch, 6), flags))
        self.kwargs.append(kwargs)


def _noting(event: str) -> Callable[..., None]:
    def method(self: Recorder, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._note(event, state, control, kwargs)

    return method


for _event in EVENTS:
    setattr(Recorder, _event, _noting(_event))


@pytest.fixture
def numbers() -> type[Numbers]:
    return Numbers


@pytest.fixture
def stream() -> type[Stream]:
    return Stream


@pytest.fixture
def line() -> type[Line]:
    return Line


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def arguments(tmp_path: Path) -> Callable[..., TrainingArguments]:
    def make(**settings: Any) -> TrainingArguments:
        defaults: dict[str, Any] = {
            "output_dir": str(tmp_path),
            "per_device_train_batch_size": 1,
            "per_device_eval_batch_size": 2,
            "num_train_epochs": 1,
            "learning_rate": 0.1,
            "lr_scheduler_type": "constant",
            "logging_strategy": "no",
            "save_strategy": "no",
            "disable_tqdm": True,
            "report_to": "none",
            "use_cpu": True,
            "seed": 0,
        }
        return TrainingArguments(**{**defaults, **settings})

    return make


@pytest.fixture
def build(arguments: Callable[..., TrainingArguments]) -> Callable[..., Trainer]:
    """A function from `n` batches, callbacks and settings to a trainer.

    `scores` are the values of the metric "score", one per evaluation, the last one repeated.
    """

    def make(
        n: int = 4,
        callbacks: list[Any] | None = None,
        scores: list[float] | None = None,
        trainer_class: type[Trainer] = Trainer,
        trainer_settings: dict[str, Any] | None = None,
        **settings: Any,
    ) -> Trainer:
        given: dict[str, Any] = {"train_dataset": Numbers(n), "eval_dataset": Numbers(4)}
        if scores is not None:
            left = list(scores)
            given["compute_metrics"] = lambda _: {
                "score": left.pop(0) if len(left) > 1 else left[0]
            }
        given |= trainer_settings or {}
        model = given.pop("model", None) or Line()
        return trainer_class(model, arguments(**settings), callbacks=callbacks, **given)

    return make
