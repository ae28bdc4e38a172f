"""Early stopping that takes a wrong value for an improvement, or none for one."""

from __future__ import annotations

import math

from loopspec.machine.players import Control, Stage, Stopper
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.mutants.stopping import value_of
from loopspec.scenario import EarlyStopping
from loopspec.vocabulary import Event


class EqualIsBetter(Stopper):
    """A value equal to the best one counts as an improvement."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        value = value_of(stage, event)
        if value is not None and value == stage.state.best_metric:
            self.kept = 0
            return
        super().__call__(stage, event, control)


class ThresholdIgnored(Stopper):
    """early_stopping_threshold is an argument that nobody reads."""

    def __init__(self, wanted: EarlyStopping) -> None:
        super().__init__(EarlyStopping(wanted.patience, 0.0))


class ThresholdReachedIsEnough(Stopper):
    """`>=` where `>` was meant: a gain of just the threshold counts as an improvement."""

    def __init__(self, wanted: EarlyStopping) -> None:
        super().__init__(EarlyStopping(wanted.patience, math.nextafter(wanted.threshold, -1)))


class ThresholdOfTheBest(Stopper):
    """The threshold is a share of the best value, as that of a learning rate's schedule is."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        threshold = self.wanted.threshold
        best = stage.state.best_metric
        if best is not None and math.isfinite(best):
            self.wanted = EarlyStopping(self.wanted.patience, threshold * abs(best))
        super().__call__(stage, event, control)
        self.wanted = EarlyStopping(self.wanted.patience, threshold)


class FirstIsComparedWithZero(Stopper):
    """`state.best_metric or 0.0`: where there is no best value yet, the first loss misses zero."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        best = stage.state.best_metric
        stage.state.best_metric = best or 0.0
        super().__call__(stage, event, control)
        stage.state.best_metric = best


class NanIsBetter(Stopper):
    """`not value <= best` where `value > best` was meant: NaN counts as an improvement."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        value = value_of(stage, event)
        if value is not None and math.isnan(value):
            self.kept = 0
            return
        super().__call__(stage, event, control)


class InfinityStopsAtOnce(Stopper):
    """A check for values that are not finite stops the run, as Lightning's check_finite does."""

    def __call__(self, stage: Stage, event: Event, control: Control | str) -> None:
        super().__call__(stage, event, control)
        value = value_of(stage, event)
        if value is not None and math.isinf(value) and isinstance(control, Control):
            control.change("T")


IMPROVING: tuple[Mutant, ...] = (
    simulated(EqualIsBetter, "STOP-3"),
    simulated(ThresholdIgnored, "STOP-4"),
    simulated(ThresholdReachedIsEnough, "STOP-4"),
    simulated(ThresholdOfTheBest, "STOP-4"),
    simulated(FirstIsComparedWithZero, "STOP-5"),
    simulated(NanIsBetter, "STOP-12"),
    simulated(InfinityStopsAtOnce, "STOP-23"),
)
