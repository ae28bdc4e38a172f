"""Early stopping that counts wrongly, or stops in a wrong way."""

from __future__ import annotations

from loopspec.machine import players
from loopspec.machine.players import Control, Stage, Stopper
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.scenario import EarlyStopping
from loopspec.vocabulary import Event


def value_of(stage: Stage, event: Event) -> float | None:
    """The metric that this event brings to early stopping."""
    if event is not Event.EVALUATE:
        return None
    return stage.metrics.get(players.metric_key(stage.scenario))


class PatienceOneMore(Stopper):
    """It stops when the misses are more than the patience."""

    def __init__(self, wanted: EarlyStopping) -> None:
        super().__init__(EarlyStopping(wanted.patience + 1, wanted.threshold))


class PatienceOneLess(Stopper):
    """It stops when one more miss would use the patience up."""

    def __init__(self, wanted: EarlyStopping) -> None:
        super().__init__(EarlyStopping(max(1, wanted.patience - 1), wanted.threshold))


class StopsTheEpoch(Stopper):
    """It sets should_epoch_stop, which ends nothing but the epoch."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        before = "T" in control.flags if isinstance(control, Control) else False
        super().__call__(stage, event, control)
        if isinstance(control, Control) and "T" in control.flags and not before:
            control.change("E", "T")


class MissesNeverForgiven(Stopper):
    """The count of misses is never set back by an improvement."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        before = self.kept
        super().__call__(stage, event, control)
        self.kept = max(before, self.kept)


class StopDropsTheSave(Stopper):
    """The run is over, so the callback that stops it takes back what is asked for at this step."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        super().__call__(stage, event, control)
        if value_of(stage, event) is not None and isinstance(control, Control):
            control.change(lowers="S" if "T" in control.flags else "")


class StopsAtSavesOnly(Stopper):
    """It stops only where a checkpoint is due, as the page has it."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        super().__call__(stage, event, control)
        saves = stage.scenario.save_strategy != "no"
        if saves and value_of(stage, event) is not None and isinstance(control, Control):
            control.change(lowers="" if "S" in control.flags else "T")


class MissesOutliveTheRun(Stopper):
    """The count belongs to the callback, and nobody sets it back when a second run begins."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        before = self.kept
        super().__call__(stage, event, control)
        if value_of(stage, event) is not None and stage.state.best_metric is None:
            self.kept = before


class SetWithoutMetricIsAMiss(Stopper):
    """A set that lacks the metric has not improved it, so it counts."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        super().__call__(stage, event, control)
        if event is Event.EVALUATE and stage.scenario.eval_sets:
            self.kept += value_of(stage, event) is None


class StopsAtLogs(Stopper):
    """The decision is made at on_log, where the metrics come by too."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        if event is Event.LOG and players.metric_key(stage.scenario) in stage.metrics:
            super().__call__(stage, Event.EVALUATE, control)
        elif event is Event.TRAIN_BEGIN:
            super().__call__(stage, event, control)


class ChecksStripped(Stopper):
    """What it needs is asked for by `assert`, and the program runs under `python -O`."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        if event is Event.EVALUATE:
            super().__call__(stage, event, control)


class PrefixPutTwice(Stopper):
    """`eval_` is put in front of the metric's name also where it stands there already."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        full = (stage.scenario.metric_for_best_model or "").startswith("eval_")
        if not (full and event is Event.EVALUATE):
            super().__call__(stage, event, control)


STOPPING: tuple[Mutant, ...] = (
    simulated(PatienceOneMore, "STOP-1"),
    simulated(PatienceOneLess, "STOP-1"),
    simulated(StopsTheEpoch, "STOP-1"),
    simulated(MissesNeverForgiven, "STOP-2"),
    simulated(StopDropsTheSave, "STOP-8"),
    simulated(StopsAtSavesOnly, "STOP-11"),
    simulated(MissesOutliveTheRun, "STOP-15"),
    simulated(SetWithoutMetricIsAMiss, "STOP-18"),
    simulated(StopsAtLogs, "STOP-20"),
    simulated(ChecksStripped, "STOP-21"),
    simulated(PrefixPutTwice, "STOP-22"),
)
