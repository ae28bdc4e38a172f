"""Simulated trainers that take out the wrong callback, or give back the wrong thing for it."""

from __future__ import annotations

from loopspec.machine.players import Actor
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated


class TakesOutTheLast(Simulation):
    """The list is searched from its end, as the newest callback is the likeliest."""

    def _take(self, name: str, by_class: bool) -> str | None:
        self._players.reverse()
        taken = super()._take(name, by_class)
        self._players.reverse()
        return taken


class TakesOutByExactClass(Simulation):
    """`type(callback) is given` where `isinstance` was meant, so that subclasses stay."""

    def _instances_of(self, name: str) -> set[str]:
        found = super()._instances_of(name)
        return {other for other in found if self._actors[other].part.heir != name}


class TakesOutAllOfAClass(Simulation):
    """A list comprehension keeps what is of another class, and so takes out all of this one."""

    def _take(self, name: str, by_class: bool) -> str | None:
        first = taken = super()._take(name, by_class)
        while taken and by_class:
            taken = super()._take(name, by_class)
        return first


class PopGivesNothing(Simulation):
    """pop_callback is remove_callback by another name, and returns nothing."""

    def _take(self, name: str, by_class: bool) -> str | None:
        super()._take(name, by_class)
        return None


class PopGivesTheNext(Simulation):
    """The callback is looked up again at its index, after it has been taken out."""

    def _take(self, name: str, by_class: bool) -> str | None:
        names = [player.part.name for player in self._players if isinstance(player, Actor)]
        taken = super()._take(name, by_class)
        return taken and (*names, None)[names.index(taken) + 1]


class NothingToTakeOutIsAnError(Simulation):
    """All that fit are looked up, and the first of them is taken where there is none."""

    def _take(self, name: str, by_class: bool) -> str | None:
        taken = super()._take(name, by_class)
        if taken is None:
            raise IndexError("list index out of range")
        return taken


class NothingFoundTakesTheLast(Simulation):
    """An index of -1 says that nothing was found, and `pop(-1)` takes the last one."""

    def _take(self, name: str, by_class: bool) -> str | None:
        taken = super()._take(name, by_class)
        return taken or super()._take(self.scenario.parts[-1].name, by_class=False)


TAKING_OUT: tuple[Mutant, ...] = (
    simulated(TakesOutTheLast, "DISP-28"),
    simulated(TakesOutByExactClass, "DISP-28"),
    simulated(TakesOutAllOfAClass, "DISP-28"),
    simulated(PopGivesNothing, "DISP-29"),
    simulated(PopGivesTheNext, "DISP-29"),
    simulated(NothingToTakeOutIsAnError, "DISP-30"),
    simulated(NothingFoundTakesTheLast, "DISP-30"),
)
