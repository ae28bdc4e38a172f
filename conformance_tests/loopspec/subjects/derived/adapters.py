"""adapters' `AdapterTrainer`: transformers' loop, which saves and loads adapters."""

from __future__ import annotations

from typing import Any

from loopspec.scenario import Scenario
from loopspec.subjects.base import Subject
from loopspec.subjects.derived import tiny_lm
from loopspec.subjects.derived.scripting import DerivedSubject


class _Adapters(DerivedSubject):
    def make_model(self, scenario: Scenario) -> Any:
        import adapters

        model = tiny_lm.make_model()
        adapters.init(model)
        model.add_adapter("tiny")
        model.train_adapter("tiny")
        return model

    def make_dataset(self, scenario: Scenario, batches: int) -> Any:
        import torch

        row = torch.arange(4)
        return [{"input_ids": row, "labels": row} for _ in range(batches)]


def adapters() -> Subject:
    """adapters' AdapterTrainer."""
    from adapters import AdapterTrainer

    return _Adapters(AdapterTrainer, "adapters", name="adapters", arguments={"optim": "sgd"})
