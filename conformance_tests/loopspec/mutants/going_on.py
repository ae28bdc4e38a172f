"""Trainers whose resumed runs go on at a wrong place, or for a wrong length."""

from __future__ import annotations

from typing import Any

import msgspec

from loopspec.machine import players
from loopspec.machine.job import Saved
from loopspec.machine.players import Control
from loopspec.machine.predict import Simulation
from loopspec.machine.profile import Profile
from loopspec.machine.walk import Table
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.scenario import Scenario
from loopspec.vocabulary import Event


class SkipsNothing(Simulation):
    """The first epoch of a resumed run starts with its first batch, whatever was learned from."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self._skip = 0


class SkipsOneMore(Simulation):
    """The batch of the next step is skipped too."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self._skip += bool(self._skip)


class SkipsStepsNotBatches(Simulation):
    """As many batches are skipped as there were steps, accumulation or not."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self._skip //= self.scenario.gradient_accumulation_steps

    def _do_begin_epoch(self) -> None:
        super()._do_begin_epoch()
        self._first = self._batch

    def _is_group_begins(self) -> bool:
        return (self._batch - self._first) % self.scenario.gradient_accumulation_steps == 0

    def _is_group_goes_on(self) -> bool:
        done = self._batch + 1
        size = self.scenario.gradient_accumulation_steps
        return (done - self._first) % size != 0 and done < self.scenario.train_batches


class OldEpochEndsAgain(Simulation):
    """A checkpoint from the end of an epoch goes on in that epoch, of which nothing is left."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        whole = not self._skip and not self.scenario.ignore_data_skip
        if self.resume_from and self._epochs and whole:
            self._epoch -= 1
            self._skip = self.scenario.train_batches


class ShortGroupLostOnResume(Simulation):
    """An epoch ends with the last of all its batches, counted from the resume: its rest is lost."""

    def _is_group_goes_on(self) -> bool:
        last = self._batch + 1 == self.scenario.train_batches
        return super()._is_group_goes_on() or (last and self._rest and bool(self.resume_from))

    def _do_begin_epoch(self) -> None:
        super()._do_begin_epoch()
        s = self.scenario
        self._rest = self._batch > 0 and s.train_batches % s.gradient_accumulation_steps > 0


class EpochOfBatchesSeen(Simulation):
    """epoch counts the batches since the resume, not those that were skipped."""

    def _do_begin_epoch(self) -> None:
        super()._do_begin_epoch()
        self._skipped = self._batch

    def _do_count_step(self) -> None:
        super()._do_count_step()
        self.state.epoch -= self._skipped / self.scenario.train_batches


class AlwaysSkips(Simulation):
    """ignore_data_skip is an argument that nobody reads."""

    def _do_begin_run(self) -> None:
        self.scenario = msgspec.structs.replace(self.scenario, ignore_data_skip=False)
        super()._do_begin_run()


class LengthCountedFromResume(Simulation):
    """max_steps are the updates of the current training, as the page has it."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        if self.resume_from and self._epochs:
            self.state.max_steps += self.resume_from
            self._epochs += self.resume_from


class LengthOfTheCheckpoint(Simulation):
    """max_steps is part of the state, and so it is loaded like the rest of it."""

    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        self.state.max_steps, self._epochs = saved.state.max_steps, saved.state.num_train_epochs


class OneStepPastTheEnd(Simulation):
    """Whether max_steps is reached is asked after a step, and not before the first one."""

    def __init__(self, scenario: Scenario, profile: Profile, table: Table) -> None:
        profile = msgspec.structs.replace(profile, trains_past_the_end=True)
        super().__init__(scenario, profile, table)


class FirstEpochNotTold(Simulation):
    """The epoch of a checkpoint has begun already, so that on_epoch_begin does not fire again."""

    def dispatch(self, event: Event, clears: str) -> None:
        if event is Event.EPOCH_BEGIN and self.resume_from and self._batch:
            self._flagged().change(lowers=clears)
            return
        super().dispatch(event, clears)


class SkippedStepsBegin(Simulation):
    """on_step_begin fires before it is asked whether the batch is one to skip."""

    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        if event is Event.EPOCH_BEGIN:
            for _ in range(self._batch // self.scenario.gradient_accumulation_steps):
                super().dispatch(Event.STEP_BEGIN, "SVL")


class LossAveragedFromTheStart(Simulation):
    """The loss since the resume is divided by all steps: where it was logged last is not loaded."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self._logged = 0


def intervals_since_the_resume(stage: Any, event: Event, control: Control | str) -> None:
    """Intervals are counted from the first step of this process."""
    state, before = stage.state, stage.resume_from or 0
    state.global_step, state.max_steps = state.global_step - before, state.max_steps - before
    players.default_flow(stage, event, control)
    state.global_step, state.max_steps = state.global_step + before, state.max_steps + before


GOING_ON: tuple[Mutant, ...] = (
    simulated(SkipsNothing, "CKPT-6"),
    simulated(SkipsOneMore, "CKPT-6"),
    simulated(SkipsStepsNotBatches, "CKPT-6"),
    simulated(OldEpochEndsAgain, "CKPT-6"),
    simulated(ShortGroupLostOnResume, "CKPT-7"),
    simulated(EpochOfBatchesSeen, "CKPT-8"),
    simulated(AlwaysSkips, "CKPT-9"),
    simulated(LengthCountedFromResume, "CKPT-10"),
    simulated(LengthOfTheCheckpoint, "CKPT-11"),
    simulated(OneStepPastTheEnd, "CKPT-12"),
    simulated(FirstEpochNotTold, "EVT-6"),
    simulated(SkippedStepsBegin, "EVT-11"),
    simulated(LossAveragedFromTheStart, "STATE-3"),
    simulated(intervals_since_the_resume, "FLOW-2"),
)
