"""Events that fire everywhere but at one place: at the end, at a stop, or under accumulation."""

from __future__ import annotations

from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event


class _Gap(Simulation):
    """What is done at the place is done all the same, and no callback hears of it."""

    def _skips(self, event: Event) -> bool:
        raise NotImplementedError

    def dispatch(self, event: Event, clears: str) -> None:
        if not self._skips(event):
            super().dispatch(event, clears)

    @property
    def _is_over(self) -> bool:
        """Whether the run has come to the step at which it was to end."""
        return self.state.global_step >= self.state.max_steps

    @property
    def _accumulates(self) -> bool:
        return self.scenario.gradient_accumulation_steps > 1


class LastStepNeverEnds(_Gap):
    """The loop is left as soon as max_steps is reached, before on_step_end."""

    def _skips(self, event: Event) -> bool:
        return event is Event.STEP_END and self._is_over


class LastEpochNeverEnds(_Gap):
    """One `return` leaves both loops when max_steps is reached."""

    def _skips(self, event: Event) -> bool:
        return event is Event.EPOCH_END and self._is_over


class StoppedEpochNeverEnds(_Gap):
    """A stop leaves both loops at once, and the epoch stays open."""

    def _skips(self, event: Event) -> bool:
        return event is Event.EPOCH_END and "T" in self.flags() and not self._is_over


class StoppedRunNeverEnds(_Gap):
    """A stop returns from train(), past its closing event."""

    def _skips(self, event: Event) -> bool:
        return event is Event.TRAIN_END and "T" in self.flags() and not self._is_over


class StoppedRunNotSummedUp(_Gap):
    """Only a run that reaches its end logs its sums."""

    def _skips(self, event: Event) -> bool:
        return event is Event.LOG and "train_loss" in self.logs and not self._is_over


class EmptyRunNeverBegins(_Gap):
    """A run without an epoch returns before it has begun."""

    def _skips(self, event: Event) -> bool:
        return event in (Event.TRAIN_BEGIN, Event.TRAIN_END) and self.state.max_steps == 0


class AccumulatedUpdatesUntold(_Gap):
    """Accumulation has an update of its own, without the optimizer's events."""

    def _skips(self, event: Event) -> bool:
        return self._accumulates and event in (Event.PRE_OPTIMIZER_STEP, Event.OPTIMIZER_STEP)


class AccumulatedStepsNeverBegin(_Gap):
    """Accumulation has a loop of its own, which fires on_substep_end and on_step_end only."""

    def _skips(self, event: Event) -> bool:
        return self._accumulates and event is Event.STEP_BEGIN


class _Everywhere(Simulation):
    """An event that belongs to a group of micro-batches fires at each of them."""

    event: Event

    def _do_forward_and_backward(self) -> None:
        first = self._is_group_begins()
        if self.event is Event.STEP_BEGIN and not first:
            self.dispatch(Event.STEP_BEGIN, "SVL")
        last = not self._is_group_goes_on()
        super()._do_forward_and_backward()
        if self.event is Event.SUBSTEP_END and last:
            self.dispatch(Event.SUBSTEP_END, "")


class StepBeginsAtEachMicroBatch(_Everywhere):
    """on_step_begin fires at the top of the loop over batches, whatever accumulation says."""

    event = Event.STEP_BEGIN


class SubstepEndsWithTheStepToo(_Everywhere):
    """on_substep_end fires after each backward pass, the last one of a step not left out."""

    event = Event.SUBSTEP_END


GAPS: tuple[Mutant, ...] = (
    simulated(LastStepNeverEnds, "EVT-11"),
    simulated(LastEpochNeverEnds, "EVT-6"),
    simulated(StoppedEpochNeverEnds, "EVT-6"),
    simulated(StoppedRunNeverEnds, "EVT-3"),
    simulated(StoppedRunNotSummedUp, "STATE-4"),
    simulated(EmptyRunNeverBegins, "EVT-2"),
    simulated(AccumulatedUpdatesUntold, "EVT-12"),
    simulated(AccumulatedStepsNeverBegin, "EVT-11"),
    simulated(StepBeginsAtEachMicroBatch, "EVT-13"),
    simulated(SubstepEndsWithTheStepToo, "EVT-13"),
)
