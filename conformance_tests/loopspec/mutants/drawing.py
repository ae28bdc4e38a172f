"""Progress bars that count wrongly, are not there, or stay open."""

from __future__ import annotations

import msgspec

from loopspec.machine.display import Display
from loopspec.machine.players import Stage
from loopspec.machine.profile import Profile
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.scenario import Scenario
from loopspec.vocabulary import Event


class BarOneBehind(Display):
    """The bar moves on when a step begins, and so never comes to the last one."""

    def _draw(self, stage: Stage, event: Event) -> None:
        moves = {Event.STEP_BEGIN: Event.STEP_END, Event.STEP_END: Event.STEP_BEGIN}
        super()._draw(stage, moves.get(event, event))


class BarCountsItsOwnSteps(Display):
    """The bar moves on by one at each step, also in a run that was resumed."""

    def _draw(self, stage: Stage, event: Event) -> None:
        super()._draw(stage, event)
        if event is Event.STEP_END and self._training is not None:
            self._training[-1] = len(self._training) - 1


class BarFilledAtTheEnd(Display):
    """The end of training fills the bar, whether or not all steps were made."""

    def _draw(self, stage: Stage, event: Event) -> None:
        if event is Event.TRAIN_END and self._training is not None:
            self._training.append(stage.state.max_steps)
        super()._draw(stage, event)


class FirstBatchNotCounted(Display):
    """The first batch of an evaluation opens the bar, and only the next ones move it on."""

    def _draw(self, stage: Stage, event: Event) -> None:
        opens = event is Event.PREDICTION_STEP and self._evaluation is None
        super()._draw(stage, event)
        if opens and self._evaluation is not None:
            self._evaluation.pop()


class NoBarOutsideOfTraining(Display):
    """An evaluation's bar is drawn below that of training, and without that not at all."""

    def _draw(self, stage: Stage, event: Event) -> None:
        if event is not Event.PREDICTION_STEP or self._training is not None:
            super()._draw(stage, event)


class PredictionBarLeftOpen(Display):
    """on_predict is younger than on_evaluate, and closes nothing."""

    def _draw(self, stage: Stage, event: Event) -> None:
        if event is not Event.PREDICT:
            super()._draw(stage, event)


class TrainingBarLeftOpen(Display):
    """The bar of training is closed where the next one is made."""

    def _draw(self, stage: Stage, event: Event) -> None:
        if event is not Event.TRAIN_END:
            super()._draw(stage, event)


class BarsSurviveExceptions(Display):
    """Bars are closed by events, and after an exception there are none."""

    def __init__(self, scenario: Scenario, profile: Profile) -> None:
        super().__init__(scenario, msgspec.structs.replace(profile, leaves_bars_open=True))


DRAWING: tuple[Mutant, ...] = (
    simulated(BarOneBehind, "SHOW-7"),
    simulated(BarCountsItsOwnSteps, "SHOW-7"),
    simulated(BarFilledAtTheEnd, "SHOW-7"),
    simulated(FirstBatchNotCounted, "SHOW-8"),
    simulated(NoBarOutsideOfTraining, "SHOW-8"),
    simulated(PredictionBarLeftOpen, "SHOW-14"),
    simulated(TrainingBarLeftOpen, "SHOW-14"),
    simulated(BarsSurviveExceptions, "SHOW-17"),
)
