"""Trainers whose resumed runs begin with something else than the checkpoint holds."""

from __future__ import annotations

import msgspec

from loopspec.machine.job import Saved
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.vocabulary import Event


class StateLoadedLate(Simulation):
    """The checkpoint is read when on_train_begin has fired."""

    def dispatch(self, event: Event, clears: str) -> None:
        loaded, resumes = self.state, event is Event.TRAIN_BEGIN and self.resume_from
        if resumes:
            self.state = msgspec.structs.replace(
                loaded, global_step=0, epoch=0.0, log_history=[], best_metric=None, best_step=None
            )
        super().dispatch(event, clears)
        self.state = loaded if resumes else self.state


class StepNotLoaded(Simulation):
    """The steps of this process are counted; the checkpoint only says where the data goes on."""

    def _do_begin_run(self) -> None:
        super()._do_begin_run()
        self.state.max_steps -= self.state.global_step
        self.state.global_step = self._logged = self._started = 0


class ResumesFromTheNewest(Simulation):
    """The newest checkpoint of the folder is taken, whichever was named."""

    def _do_begin_run(self) -> None:
        if self.resume_from in self.checkpoints:
            self.resume_from = max(self.checkpoints)
        super()._do_begin_run()


class EpochNotLoaded(Simulation):
    """global_step comes from the checkpoint, and epoch from the first step that ends."""

    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        self.state.epoch = 0.0


class HistoryNotLoaded(Simulation):
    """A tracker has the curves, so log_history is no part of the checkpoint."""

    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        self.state.log_history = []


class HistoryKeptTwice(Simulation):
    """The saved logs are added to those that the trainer still holds."""

    def _do_begin_run(self) -> None:
        held = self.state.log_history
        super()._do_begin_run()
        if self.resume_from:
            self.state.log_history = [*held, *self.state.log_history]


class BestNotLoaded(Simulation):
    """The best value is not in the checkpoint, so the first evaluation is the best one again."""

    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        self.state.best_metric = self.state.best_step = None


class WeightsNotLoaded(Simulation):
    """The state is read from the checkpoint, and the model is left to the one who made it."""

    def _load(self, saved: Saved) -> None:
        before = self._weights, self.moved
        super()._load(saved)
        self._weights, self.moved = before


class WeightsLoadedLate(Simulation):
    """The weights are loaded into the wrapped model, which is there when the first epoch begins."""

    def _load(self, saved: Saved) -> None:
        before = self._weights, self.moved
        super()._load(saved)
        self._weights, self.moved = before
        self._late: int | None = saved.weights

    def _do_begin_epoch(self) -> None:
        super()._do_begin_epoch()
        if self.resume_from and self._late is not None:
            self._load_weights(self._late)
            self._late = None


class StopOfTheCheckpoint(Simulation):
    """The flags are restored after on_train_begin has cleared the stop."""

    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        restores = self.scenario.restore_callback_states_from_checkpoint
        if event is Event.TRAIN_BEGIN and self.resume_from and restores:
            self._flagged().change(self.checkpoints[self.resume_from].flags)


class StartsAnewWithoutCheckpoint(Simulation):
    """Where the checkpoint is not found, a warning is written, and the run starts anew."""

    def _do_begin_run(self) -> None:
        self.resume_from = self.resume_from if self.resume_from in self.checkpoints else None
        super()._do_begin_run()


class BuiltAgainToResume(Simulation):
    """A resumed run goes through the construction of the trainer once more."""

    def dispatch(self, event: Event, clears: str) -> None:
        if event is Event.TRAIN_BEGIN and self.resume_from:
            super().dispatch(Event.INIT_END, "")
        super().dispatch(event, clears)


class BeginningNotTold(Simulation):
    """on_train_begin is for runs that begin, and not for those that go on."""

    def dispatch(self, event: Event, clears: str) -> None:
        if event is Event.TRAIN_BEGIN and self.resume_from:
            self._flagged().change(lowers=clears)
            return
        super().dispatch(event, clears)


class BeginningToldTwice(Simulation):
    """on_train_begin fires in train(), and once more where the checkpoint is loaded."""

    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        if event is Event.TRAIN_BEGIN and self.resume_from:
            super().dispatch(event, clears)


RESUMING: tuple[Mutant, ...] = (
    simulated(StateLoadedLate, "CKPT-1"),
    simulated(StepNotLoaded, "CKPT-1"),
    simulated(ResumesFromTheNewest, "CKPT-1"),
    simulated(EpochNotLoaded, "CKPT-1"),
    simulated(HistoryNotLoaded, "CKPT-2"),
    simulated(HistoryKeptTwice, "CKPT-2"),
    simulated(BestNotLoaded, "CKPT-3"),
    simulated(WeightsNotLoaded, "CKPT-4"),
    simulated(WeightsLoadedLate, "CKPT-4"),
    simulated(StopOfTheCheckpoint, "CKPT-26"),
    simulated(StartsAnewWithoutCheckpoint, "CKPT-13"),
    simulated(BuiltAgainToResume, "EVT-1"),
    simulated(BeginningNotTold, "EVT-2"),
    simulated(BeginningToldTwice, "EVT-2"),
)
