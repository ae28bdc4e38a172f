"""Poutyne.

What the translation decides: it counts the steps, as Poutyne counts them anew in each epoch.
`should_training_stop` is `model.stop_training`. The logs that a validation or an evaluation ends
with are handed on as metrics, with `eval_` before their names.
What it leaves out: an epoch cannot be ended without ending the run; no hook follows the update.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from poutyne import Callback, EarlyStopping, Model

from loopspec.scenario import EarlyStopping as Wanted
from loopspec.scenario import Scenario
from loopspec.subjects.foreign.base import ForeignDriver, ForeignSubject, Run
from loopspec.subjects.foreign.keras_hooks import KerasHooks, StopControl
from loopspec.subjects.foreign.tiny import LossModel, batches, loss_of, validation
from loopspec.vocabulary import Event


def _metrics(logs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"eval_{name.removeprefix('val_').removeprefix('test_')}": v for name, v in logs.items()
    }


class _Told(KerasHooks, Callback):
    def on_valid_batch_end(self, batch_number: int, logs: Any) -> None:
        self.tell(Event.PREDICTION_STEP)

    def on_valid_end(self, logs: Any) -> None:
        self.tell(Event.EVALUATE, metrics=_metrics(logs))

    def on_test_batch_end(self, batch_number: int, logs: Any) -> None:
        self.tell(Event.PREDICTION_STEP)

    def on_test_end(self, logs: Any) -> None:
        self.tell(Event.EVALUATE, metrics=_metrics(logs))


class PoutyneSubject(ForeignSubject):
    name = "poutyne"
    distribution = "poutyne"
    adapted = {"global_step": "Steps are counted within an epoch; the adapter counts the run's."}

    def assemble(self, scenario: Scenario, callbacks: Sequence[Any], folder: Path) -> ForeignDriver:
        network = LossModel(scenario)
        model = Model(network, torch.optim.SGD(network.parameters(), lr=0.125), loss_of)
        run = Run(scenario, network)
        run.control = StopControl(model)
        own = run.hooked(callbacks, _Told, _early_stopping)
        return ForeignDriver(
            run,
            lambda: model.fit_generator(
                batches(scenario.train_batches),
                validation(scenario),
                epochs=int(scenario.num_train_epochs),
                verbose=False,
                callbacks=own,
            ),
            lambda: model.evaluate_generator(
                batches(scenario.eval_batches), verbose=False, callbacks=own
            ),
        )


def _early_stopping(wanted: Wanted) -> Any:
    return EarlyStopping(
        monitor="val_loss",
        min_delta=wanted.threshold,
        patience=wanted.patience,
    )
