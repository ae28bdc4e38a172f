"""Simulated trainers that keep their list of callbacks wrongly."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from loopspec.machine.players import Actor, Player
from loopspec.machine.predict import Simulation
from loopspec.machine.profile import Profile
from loopspec.machine.walk import Table
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.scenario import Act, Scenario
from loopspec.vocabulary import Event


class FlowComesLast(Simulation):
    """The trainer's own callbacks are put behind those that it is given."""

    def _make_trainer(self) -> None:
        super()._make_trainer()
        self._players.remove(self.flow)
        self._players.append(self.flow)


class FlowBuiltIn(Simulation):
    """What is due is worked out by the loop, and the callback of that name does nothing."""

    def _perform_call(self, call: str) -> dict[str, object]:
        return {} if call == "remove-flow" else super()._perform_call(call)


class LoopCountsToo(Simulation):
    """The loop ends at max_steps by a count of its own."""

    def _is_batch_left(self) -> bool:
        return super()._is_batch_left() and self.state.global_step < self.state.max_steps


class ClassesPassedOver(Simulation):
    """What is not an instance of the base class is sorted out, and so are classes."""

    def _make_trainer(self) -> None:
        super()._make_trainer()
        for player in self._registered("class"):
            self._players.remove(player)


class ClassesMadeAnew(Simulation):
    """A class stays in the list, and is instantiated whenever it is called."""

    def _called(self, event: Event) -> Iterable[Player]:
        for player in super()._called(event):
            if isinstance(player, Actor) and player.part.given == "class":
                yield self.actor(player.part)
            else:
                yield player


class AddedGoFirst(Simulation):
    """A callback that is added is put in front, so that it hears of everything first."""

    def _change(self, name: str, who: str) -> None:
        super()._change(name, who)
        if name == "add":
            self._players.insert(1, self._players.pop())


class ListOfTheRun(Simulation):
    """train() takes the list of callbacks once, when it begins."""

    _taken: Iterable[Player] = ()

    def _called(self, event: Event) -> Iterable[Player]:
        if event is Event.TRAIN_BEGIN:
            self._taken = super()._called(event)
        taken = self._taken or super()._called(event)
        if event is Event.TRAIN_END:
            self._taken = ()
        return taken


class AddedForTheNextRun(ListOfTheRun):
    """Callbacks that are added wait in a list that train() looks into when it begins."""

    def _called(self, event: Event) -> Iterable[Player]:
        return [player for player in super()._called(event) if player in self._players]


class RemovedIsStillCalled(Simulation):
    """Who is called at which event is worked out when one is added, and not when one is removed."""

    def _make_trainer(self) -> None:
        super()._make_trainer()
        self._ever = list(self._players)

    def _restore_callbacks(self, kept: dict[str, int]) -> None:
        super()._restore_callbacks(kept)
        self._ever = list(self._players)

    def _called(self, event: Event) -> Iterable[Player]:
        self._ever += [player for player in super()._called(event) if player not in self._ever]
        return list(self._ever)


class LiveCallbackList(Simulation):
    """Dispatch walks the list that a callback is changing."""

    def __init__(self, scenario: Scenario, profile: Profile, table: Table) -> None:
        live = msgspec.structs.replace(profile, live_callback_list=True)
        super().__init__(scenario, live, table)


class OneOfAClass(Simulation):
    """Callbacks are kept by class, so that a second one takes the place of the first."""

    def _make_trainer(self) -> None:
        super()._make_trainer()
        for part in self.scenario.callbacks:
            if part.twin and self._actors[part.twin] in self._players:
                self._players.remove(self._actors[part.twin])


class MethodsFoundAtFirst(Simulation):
    """Dispatch keeps the methods that it found when a callback was added."""

    def act(self, act: Act) -> None:
        if act.does != "patch":
            super().act(act)


REGISTERING: tuple[Mutant, ...] = (
    simulated(FlowComesLast, "DISP-18"),
    simulated(FlowBuiltIn, "DISP-32"),
    simulated(LoopCountsToo, "DISP-32"),
    simulated(ClassesPassedOver, "DISP-19"),
    simulated(ClassesMadeAnew, "DISP-19"),
    simulated(AddedGoFirst, "DISP-1"),
    simulated(AddedForTheNextRun, "DISP-20"),
    simulated(RemovedIsStillCalled, "DISP-21"),
    simulated(ListOfTheRun, "DISP-20"),
    simulated(LiveCallbackList, "DISP-22"),
    simulated(OneOfAClass, "DISP-27"),
    simulated(MethodsFoundAtFirst, "DISP-38"),
)
