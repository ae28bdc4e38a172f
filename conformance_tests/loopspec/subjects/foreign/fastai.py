"""fastai, its Learner.

What the translation decides: the flags, as fastai has none. Requests are handed over by the
exceptions that fastai has for them, raised by the callback: CancelFitException to stop, and within
a step CancelTrainException to end the epoch. `fit` always validates, so a run without a validation
is one with an empty set, and the end of that one is not told.
What it leaves out: accumulation, which is a callback that cancels batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastai.callback.core import Callback, CancelFitException, CancelTrainException
from fastai.callback.tracker import EarlyStoppingCallback
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner
from fastai.optimizer import SGD

from loopspec.scenario import EarlyStopping as Wanted
from loopspec.scenario import Scenario
from loopspec.subjects.foreign.base import ForeignDriver, ForeignSubject, Run, Tell
from loopspec.subjects.foreign.tiny import LossModel, Pairs, loss_of
from loopspec.vocabulary import Capability, Event

_IN_STEPS = (Event.STEP_BEGIN, Event.PRE_OPTIMIZER_STEP, Event.OPTIMIZER_STEP, Event.STEP_END)


class _Run(Run):
    fitting = False

    def before(self, event: Event) -> None:
        super().before(event)
        if event in (Event.TRAIN_BEGIN, Event.TRAIN_END):
            self.fitting = event is Event.TRAIN_BEGIN

    def obey(self, event: Event) -> None:
        if self.fitting and self.control.should_training_stop:
            self.fitting = False
            raise CancelFitException
        if self.fitting and self.control.should_epoch_stop and event in _IN_STEPS:
            raise CancelTrainException


class _Told(Callback):
    def __init__(self, tell: Tell) -> None:
        self.tell = tell

    def after_create(self) -> None:
        self.tell(Event.INIT_END)

    def before_fit(self) -> None:
        self.tell(Event.TRAIN_BEGIN)

    def before_epoch(self) -> None:
        self.tell(Event.EPOCH_BEGIN)

    def before_batch(self) -> None:
        if self.learn.training:
            self.tell(Event.STEP_BEGIN)

    def before_step(self) -> None:
        self.tell(Event.PRE_OPTIMIZER_STEP)

    def after_step(self) -> None:
        self.tell(Event.OPTIMIZER_STEP)

    def after_batch(self) -> None:
        self.tell(Event.STEP_END if self.learn.training else Event.PREDICTION_STEP)

    def after_validate(self) -> None:
        if len(self.learn.dl):
            self.tell(Event.EVALUATE, metrics={"eval_loss": self.learn.recorder.loss.value})

    def after_epoch(self) -> None:
        self.tell(Event.EPOCH_END)

    def after_fit(self) -> None:
        self.tell(Event.TRAIN_END)


class FastaiSubject(ForeignSubject):
    name = "fastai"
    distribution = "fastai"
    capabilities = ForeignSubject.capabilities | {
        Capability.EPOCH_STOP,
        Capability.OPTIMIZER_EVENTS,
    }
    without = frozenset({"on_init_end"})
    adapted = {
        "should_training_stop": "An exception stops training; the adapter keeps the flag.",
        "should_epoch_stop": "An exception ends an epoch; the adapter keeps the flag.",
    }

    def assemble(self, scenario: Scenario, callbacks: Sequence[Any], folder: Path) -> ForeignDriver:
        model = LossModel(scenario)
        run = _Run(scenario, model, lambda: getattr(learner, "train_iter", 0))
        own = run.hooked(callbacks, _Told, _early_stopping)
        validated = scenario.eval_batches if scenario.eval_strategy != "no" else 0
        loaders = DataLoaders(_loader(scenario.train_batches), _loader(validated))
        learner: Any = None
        learner = Learner(
            loaders, model, loss_func=loss_of, opt_func=SGD, cbs=own, path=folder, lr=0.125
        )

        def fit() -> None:
            with learner.no_logging():
                learner.fit(int(scenario.num_train_epochs))

        def validate() -> None:
            learner.validate(dl=_loader(scenario.eval_batches))

        return ForeignDriver(run, fit, validate)


def _loader(count: int) -> Any:
    return DataLoader(Pairs(count), bs=1, device="cpu")


def _early_stopping(wanted: Wanted) -> Any:
    return EarlyStoppingCallback(min_delta=wanted.threshold, patience=wanted.patience)
