"""Early stopping, or a best metric, that compares or counts wrongly."""

from __future__ import annotations

import math

import msgspec

from loopspec.machine import players
from loopspec.machine.players import Control, Stage, Stopper
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.scenario import EarlyStopping
from loopspec.vocabulary import Event


def _value(stage: Stage, event: Event) -> float | None:
    """The metric that this event brings to early stopping."""
    if event is not Event.EVALUATE:
        return None
    return stage.metrics.get(players.metric_key(stage.scenario))


class PatienceOneMore(Stopper):
    """It stops when the misses are more than the patience."""

    def __init__(self, wanted: EarlyStopping) -> None:
        super().__init__(EarlyStopping(wanted.patience + 1, wanted.threshold))


class MissesNeverForgiven(Stopper):
    """The count of misses is never set back by an improvement."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        before = self.kept
        super().__call__(stage, event, control)
        self.kept = max(before, self.kept)


class EqualIsBetter(Stopper):
    """A value equal to the best one counts as an improvement."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        value = _value(stage, event)
        if value is not None and value == stage.state.best_metric:
            self.kept = 0
            return
        super().__call__(stage, event, control)


class ThresholdIgnored(Stopper):
    """early_stopping_threshold is an argument that nobody reads."""

    def __init__(self, wanted: EarlyStopping) -> None:
        super().__init__(EarlyStopping(wanted.patience, 0.0))


class NanIsBetter(Stopper):
    """`not value <= best` where `value > best` was meant: NaN counts as an improvement."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        value = _value(stage, event)
        if value is not None and math.isnan(value):
            self.kept = 0
            return
        super().__call__(stage, event, control)


class StopsAtLogs(Stopper):
    """The decision is made at on_log, where the metrics come by too."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        if event is Event.LOG and players.metric_key(stage.scenario) in stage.metrics:
            super().__call__(stage, Event.EVALUATE, control)
        elif event is Event.TRAIN_BEGIN:
            super().__call__(stage, event, control)


class DirectionIgnored(Simulation):
    """Greater is always better."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        if self.scenario.metric_for_best_model:
            self.scenario = msgspec.structs.replace(self.scenario, greater_is_better=True)


class BestBeforeEvaluate(Simulation):
    """best_metric is updated before on_evaluate, so each evaluation is compared with itself."""

    def _do_log_metrics(self) -> None:
        super()._do_log_metrics()
        scenario = self.scenario
        key = players.metric_key(scenario)
        if scenario.metric_for_best_model and key in self.metrics:
            best, value = self.state.best_metric, self.metrics[key]
            if best is None or players.is_better(value, best, scenario):
                self.state.best_metric = value


STOPPING: tuple[Mutant, ...] = (
    simulated(PatienceOneMore, "STOP-1"),
    simulated(MissesNeverForgiven, "STOP-2"),
    simulated(EqualIsBetter, "STOP-3"),
    simulated(ThresholdIgnored, "STOP-4"),
    simulated(NanIsBetter, "STOP-12"),
    simulated(StopsAtLogs, "STOP-20"),
    simulated(DirectionIgnored, "STOP-6"),
    simulated(BestBeforeEvaluate, "STOP-9"),
)
