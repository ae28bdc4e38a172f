"""skorch.

What the translation decides: the flags and the count of steps, as skorch has neither. A request to
stop is handed over as skorch has it, by a KeyboardInterrupt that the callback raises.
What it leaves out: no hook tells that a validation is over (the end of the epoch does), and nobody
calls for one; an epoch cannot be ended without ending the run; no hook follows the update.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from skorch import NeuralNet
from skorch.callbacks import Callback, EarlyStopping
from skorch.helper import predefined_split

from loopspec.scenario import EarlyStopping as Wanted
from loopspec.scenario import Scenario
from loopspec.subjects.foreign.base import ForeignDriver, ForeignSubject, Run, Tell
from loopspec.subjects.foreign.tiny import LossModel, Pairs, loss_of
from loopspec.vocabulary import Capability, Event


class _Stop(KeyboardInterrupt):
    """What a callback raises to stop training."""


class _Run(Run):
    asked = False

    def before(self, event: Event) -> None:
        super().before(event)
        self.asked = self.asked and event is not Event.TRAIN_BEGIN

    def obey(self, event: Event) -> None:
        if self.control.should_training_stop and not self.asked:
            self.asked = True
            raise _Stop("should_training_stop")


class _Loss(torch.nn.Module):
    def forward(self, output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return loss_of(output, target)


class _Told(Callback):
    def __init__(self, tell: Tell) -> None:
        self.tell = tell

    def on_train_begin(self, net: Any, X: Any = None, y: Any = None, **rest: Any) -> None:  # noqa: N803  # as skorch calls it
        self.tell(Event.TRAIN_BEGIN)

    def on_epoch_begin(self, net: Any, **rest: Any) -> None:
        self.tell(Event.EPOCH_BEGIN)

    def on_batch_begin(self, net: Any, training: bool = False, **rest: Any) -> None:
        if training:
            self.tell(Event.STEP_BEGIN)

    def on_batch_end(self, net: Any, training: bool = False, **rest: Any) -> None:
        self.tell(Event.STEP_END if training else Event.PREDICTION_STEP)

    def on_epoch_end(self, net: Any, **rest: Any) -> None:
        self.tell(Event.EPOCH_END)

    def on_train_end(self, net: Any, X: Any = None, y: Any = None, **rest: Any) -> None:  # noqa: N803  # as skorch calls it
        self.tell(Event.TRAIN_END)


class SkorchSubject(ForeignSubject):
    name = "skorch"
    distribution = "skorch"
    capabilities = ForeignSubject.capabilities - {Capability.EVALUATION}
    adapted = {
        "global_step": "The history has no count of steps; the adapter counts them.",
        "should_training_stop": "A KeyboardInterrupt stops training; the adapter keeps the flag.",
    }

    def assemble(self, scenario: Scenario, callbacks: Sequence[Any], folder: Path) -> ForeignDriver:
        model = LossModel(scenario)
        run = _Run(scenario, model)
        own = run.hooked(callbacks, _Told, _early_stopping)
        validates = scenario.eval_strategy != "no"
        net = NeuralNet(
            model,
            criterion=_Loss,
            optimizer=torch.optim.SGD,
            max_epochs=int(scenario.num_train_epochs),
            batch_size=1,
            train_split=predefined_split(Pairs(scenario.eval_batches)) if validates else None,
            callbacks=own,
            verbose=0,
        )
        return ForeignDriver(run, lambda: _fit(net, scenario))


def _fit(net: Any, scenario: Scenario) -> None:
    try:
        net.fit(Pairs(scenario.train_batches), None)
    except _Stop as error:
        # A KeyboardInterrupt would end the program that judges; to the caller it is an exception.
        raise RuntimeError("the KeyboardInterrupt that asks to stop left fit()") from error


def _early_stopping(wanted: Wanted) -> Any:
    return EarlyStopping(
        patience=wanted.patience,
        threshold=wanted.threshold,
        threshold_mode="abs",
        sink=lambda text: None,
    )
