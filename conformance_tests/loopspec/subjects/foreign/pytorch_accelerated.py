"""pytorch-accelerated.

What the translation decides: the flags and the count of steps, as there are neither. A request to
stop is handed over by a StopTrainingError that the callback raises. Of the two hooks that end an
epoch, before its validation and after it, `on_train_epoch_end` is taken, the counterpart of
`on_train_epoch_start`: so whether a validation comes before the end of an epoch is not judged.
What it leaves out: an epoch cannot be ended without ending the run; no hook follows the update.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from pytorch_accelerated import Trainer
from pytorch_accelerated.callbacks import (
    EarlyStoppingCallback,
    StopTrainingError,
    TrainerCallback,
)

from loopspec.scenario import EarlyStopping as Wanted
from loopspec.scenario import Scenario
from loopspec.subjects.foreign.base import ForeignDriver, ForeignSubject, Run, Tell
from loopspec.subjects.foreign.tiny import LossModel, Pairs, loss_of
from loopspec.vocabulary import Event


class _Run(Run):
    running = False

    def before(self, event: Event) -> None:
        super().before(event)
        if event in (Event.TRAIN_BEGIN, Event.TRAIN_END):
            self.running = event is Event.TRAIN_BEGIN

    def obey(self, event: Event) -> None:
        if self.running and self.control.should_training_stop:
            self.running = False
            raise StopTrainingError("should_training_stop")


class _Told(TrainerCallback):
    def __init__(self, tell: Tell) -> None:
        self.tell = tell

    def on_init_end(self, trainer: Any, **rest: Any) -> None:
        self.tell(Event.INIT_END)

    def on_training_run_start(self, trainer: Any, **rest: Any) -> None:
        self.tell(Event.TRAIN_BEGIN)

    def on_train_epoch_start(self, trainer: Any, **rest: Any) -> None:
        self.tell(Event.EPOCH_BEGIN)

    def on_train_step_start(self, trainer: Any, **rest: Any) -> None:
        self.tell(Event.STEP_BEGIN)

    def on_train_step_end(self, trainer: Any, **rest: Any) -> None:
        self.tell(Event.STEP_END)

    def on_eval_step_end(self, trainer: Any, **rest: Any) -> None:
        self.tell(Event.PREDICTION_STEP)

    def on_eval_epoch_end(self, trainer: Any, **rest: Any) -> None:
        history = trainer.run_history
        by_the_user = "evaluation_loss" in history.get_metric_names()
        name = "evaluation_loss" if by_the_user else "eval_loss_epoch"
        self.tell(Event.EVALUATE, metrics={"eval_loss": history.get_latest_metric(name)})

    def on_train_epoch_end(self, trainer: Any, **rest: Any) -> None:
        self.tell(Event.EPOCH_END)

    def on_training_run_end(self, trainer: Any, **rest: Any) -> None:
        self.tell(Event.TRAIN_END)


class AcceleratedSubject(ForeignSubject):
    name = "pytorch-accelerated"
    distribution = "pytorch-accelerated"
    without = frozenset({"on_init_end"})
    adapted = {
        "global_step": "The run history counts epochs alone; the adapter counts the steps.",
        "should_training_stop": "An exception stops training; the adapter keeps the flag.",
        "two-of-a-class": "Two callbacks of a class are refused; the adapter gives each its own.",
        "moment-of-validation": "Of the hooks before and after it the earlier one was taken.",
    }

    def assemble(self, scenario: Scenario, callbacks: Sequence[Any], folder: Path) -> ForeignDriver:
        model = LossModel(scenario)
        run = _Run(scenario, model)
        own = run.hooked(callbacks, lambda tell: type("_Told", (_Told,), {})(tell), _early_stopping)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.125)
        trainer = Trainer(model, loss_of, optimizer, callbacks=own)
        validates = scenario.eval_strategy != "no"
        loading = {"num_workers": 0, "pin_memory": False, "batch_size": 1}

        def train() -> None:
            trainer.train(
                Pairs(scenario.train_batches),
                int(scenario.num_train_epochs),
                Pairs(scenario.eval_batches) if validates else None,
                per_device_batch_size=1,
                train_dataloader_kwargs=loading,
                eval_dataloader_kwargs=loading,
            )

        def evaluate() -> None:
            trainer.evaluate(
                Pairs(scenario.eval_batches), per_device_batch_size=1, dataloader_kwargs=loading
            )

        return ForeignDriver(run, train, evaluate)


def _early_stopping(wanted: Wanted) -> Any:
    return EarlyStoppingCallback(
        early_stopping_patience=wanted.patience,
        early_stopping_threshold=wanted.threshold,
    )
