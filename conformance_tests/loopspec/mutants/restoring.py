"""Trainers that store, or give back, something else than what callbacks have counted."""

from __future__ import annotations

import msgspec

from loopspec.machine.job import Saved
from loopspec.machine.predict import Simulation
from loopspec.machine.profile import Profile
from loopspec.machine.walk import Table
from loopspec.mutants.calling import CallsTwice
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.scenario import Scenario
from loopspec.vocabulary import Event


class StatesNotRestored(Simulation):
    """restore_callback_states_from_checkpoint is an argument that nobody reads."""

    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        pass


class StatesRestoredLate(Simulation):
    """What callbacks had counted is given back when on_train_begin has fired."""

    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        self._late = kept

    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        restores = self.scenario.restore_callback_states_from_checkpoint
        if event is Event.TRAIN_BEGIN and self.resume_from and restores:
            super()._restore_callbacks(self._late)


class StatesOfTheBeginning(Simulation):
    """What callbacks export is written into the state once, when the run begins, as up to 4.41."""

    def _do_write_checkpoint(self) -> None:
        super()._do_write_checkpoint()
        step = self.state.global_step
        kept = self.checkpoints[step].kept
        begun = {name: self._stored.get(name, count) for name, count in kept.items()}
        self.checkpoints[step] = self.checkpoints[step]._replace(kept=begun)


class StatesAlwaysRestored(Simulation):
    """What a checkpoint holds of callbacks is given back, asked for or not."""

    def _load(self, saved: Saved) -> None:
        super()._load(saved)
        if not self.scenario.restore_callback_states_from_checkpoint:
            self._restore_callbacks(saved.kept)


class GoneCallbackIsAnError(Simulation):
    """Each state of the checkpoint is looked up among the callbacks that there are."""

    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        if not kept.keys() <= self._stateful().keys():
            raise LookupError
        super()._restore_callbacks(kept)


class NewCallbackCannotBeSaved(Simulation):
    """Each callback's state is written over the one that was there when the run began."""

    def __init__(self, scenario: Scenario, profile: Profile, table: Table) -> None:
        profile = msgspec.structs.replace(profile, loses_new_callbacks=True)
        super().__init__(scenario, profile, table)


class StatesOfAClassPileUp(Simulation):
    """The states of one class are a list: each save adds to its end, and its head is restored."""

    def __init__(self, scenario: Scenario, profile: Profile, table: Table) -> None:
        profile = msgspec.structs.replace(profile, keeps_first_of_doubles=True)
        super().__init__(scenario, profile, table)


class OneStateForEachClass(Simulation):
    """States are stored by the name of the class, so that the last of two writes over the first."""

    def _counted(self) -> dict[str, int]:
        counted = super()._counted()
        pairs = [(p.name, p.twin) for p in self.scenario.callbacks if p.twin in counted]
        return counted | {first: counted[last] for last, first in pairs if last in counted}


class RestoredBesideTheOld(CallsTwice):
    """The restored callback is a new one, and the one in whose place it is to be is not found."""

    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        before = list(self._players)
        super()._restore_callbacks(kept)
        self._players += [player for player in before if player not in self._players]


class PatienceNotRestored(Simulation):
    """Early stopping counts in an attribute that it does not export."""

    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        super()._restore_callbacks({name: count for name, count in kept.items() if name})


class PatienceStoredBeforeEvaluation(Simulation):
    """Callbacks are asked for their states when the step ends, before it is evaluated."""

    def dispatch(self, event: Event, clears: str) -> None:
        super().dispatch(event, clears)
        if event is Event.STEP_END:
            self._exported = self._counted()

    def _do_write_checkpoint(self) -> None:
        super()._do_write_checkpoint()
        step = self.state.global_step
        self.checkpoints[step] = self.checkpoints[step]._replace(kept=self._exported)


RESTORING: tuple[Mutant, ...] = (
    simulated(StatesNotRestored, "CKPT-15"),
    simulated(StatesRestoredLate, "CKPT-15"),
    simulated(StatesOfTheBeginning, "CKPT-16"),
    simulated(StatesAlwaysRestored, "CKPT-17"),
    simulated(GoneCallbackIsAnError, "CKPT-18"),
    simulated(NewCallbackCannotBeSaved, "CKPT-19"),
    simulated(StatesOfAClassPileUp, "CKPT-25"),
    simulated(OneStateForEachClass, "CKPT-25"),
    simulated(RestoredBesideTheOld, "DISP-3"),
    simulated(PatienceNotRestored, "CKPT-21"),
    simulated(PatienceStoredBeforeEvaluation, "CKPT-21"),
)
