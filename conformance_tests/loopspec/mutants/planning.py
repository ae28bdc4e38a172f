"""Runs that have other epochs, steps or batches than were asked for."""

from __future__ import annotations

import math

from loopspec.machine.players import TrainerError
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event


class DataUsedUpByOneEpoch(Simulation):
    """The iterator over the data is made once, outside the loop over the epochs."""

    def _do_begin_run(self) -> None:
        self._begun = 0
        super()._do_begin_run()

    def _do_begin_epoch(self) -> None:
        super()._do_begin_epoch()
        self._begun += 1

    def _is_batch_left(self) -> bool:
        return self._begun < 2 and super()._is_batch_left()


class RestNeverStepped(Simulation):
    """An update needs a full group, and the last one of an epoch may have too few micro-batches."""

    def _is_group_goes_on(self) -> bool:
        return (self._batch + 1) % self.scenario.gradient_accumulation_steps != 0


class RestLeftOut(Simulation):
    """The number of groups in an epoch is rounded down."""

    def _is_batch_left(self) -> bool:
        size = self.scenario.gradient_accumulation_steps
        return self._batch < self.scenario.train_batches // size * size


class EpochsRoundedDown(Simulation):
    """num_train_epochs goes through int(), as range() wants it."""

    def _plan(self) -> tuple[int, int]:
        if self.scenario.max_steps > 0:
            return super()._plan()
        epochs = math.floor(self.scenario.num_train_epochs)
        return epochs * self._per_epoch, epochs


class StepsOfAnEpochRoundedDown(Simulation):
    """The plan counts the full groups of an epoch only, and the loop makes all of them."""

    def _plan(self) -> tuple[int, int]:
        s = self.scenario
        if s.max_steps > 0:
            return super()._plan()
        per_epoch = max(1, s.train_batches // s.gradient_accumulation_steps)
        return math.ceil(s.num_train_epochs * per_epoch), math.ceil(s.num_train_epochs)


class MaxStepsPlannedLate(Simulation):
    """The length of a run is worked out after on_train_begin, with the first batch at hand."""

    def dispatch(self, event: Event, clears: str) -> None:
        planned = self.state.max_steps
        if event is Event.TRAIN_BEGIN:
            self.state.max_steps = 0
        super().dispatch(event, clears)
        self.state.max_steps = planned


class MaxStepsIgnored(Simulation):
    """max_steps is an argument that nobody reads."""

    def _plan(self) -> tuple[int, int]:
        steps = math.ceil(self.scenario.num_train_epochs * self._per_epoch)
        return steps, math.ceil(self.scenario.num_train_epochs)


class MaxStepsWithinTheEpochs(Simulation):
    """A run ends with max_steps or with its epochs, whatever comes first."""

    def _plan(self) -> tuple[int, int]:
        planned = math.ceil(self.scenario.num_train_epochs * self._per_epoch)
        steps, epochs = super()._plan()
        return (min(steps, planned) if planned else steps), epochs


class NoEpochsDivide(Simulation):
    """Speed is computed per epoch, and there may be none."""

    def _do_sum_up_run(self) -> None:
        if not self.scenario.num_train_epochs:
            raise TrainerError("division by zero")
        super()._do_sum_up_run()


class NoEpochsAreTheDefault(Simulation):
    """`num_train_epochs or 3`: 0 is taken for an argument that was not given."""

    def _plan(self) -> tuple[int, int]:
        if not self.scenario.num_train_epochs:
            return 3 * self._per_epoch, 3
        return super()._plan()


PLANNING: tuple[Mutant, ...] = (
    simulated(DataUsedUpByOneEpoch, "EVT-7"),
    simulated(RestNeverStepped, "EVT-14"),
    simulated(RestLeftOut, "EVT-14"),
    simulated(EpochsRoundedDown, "EVT-8"),
    simulated(StepsOfAnEpochRoundedDown, "EVT-8"),
    simulated(MaxStepsPlannedLate, "EVT-8"),
    simulated(MaxStepsIgnored, "EVT-9"),
    simulated(MaxStepsWithinTheEpochs, "EVT-9"),
    simulated(NoEpochsDivide, "EVT-10"),
    simulated(NoEpochsAreTheDefault, "EVT-10"),
)
