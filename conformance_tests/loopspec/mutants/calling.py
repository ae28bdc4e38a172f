"""Simulated trainers that call the right callbacks too often, or not when they should."""

from __future__ import annotations

from collections.abc import Iterable

from loopspec.machine.players import Actor, Control, Player, Stage
from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant, simulated
from loopspec.trace import Call
from loopspec.vocabulary import Event


class CallsTwice(Simulation):
    """As the recorder sees it: a callback that is called again begins a record anew."""

    def saw(self, call: Call) -> None:
        times = self._players.count(self._actors[call.who])
        if sum(call.who == other.who for other in self._open[-1].calls) >= times:
            event = self._open[-1].event
            self.lines.append(self._open.pop())
            self._open.append(self._record(event))
        super().saw(call)


class AddedAreCalledTwice(CallsTwice):
    """add_callback puts it into the trainer's list and the handler's, and both are gone through."""

    def _called(self, event: Event) -> Iterable[Player]:
        there = list(super()._called(event))
        added = [p for p in there if isinstance(p, Actor) and p.part.given in ("added", "spare")]
        return [*there, *added]


class _AskedAgain(Actor):
    def __call__(self, stage: Stage, event: Event, control: Control | str) -> Control | str | None:
        back = super().__call__(stage, event, control)
        return super().__call__(stage, event, control) if back is None else back


class AskedAgainForAnAnswer(CallsTwice):
    """A callback that returns nothing is called once more, as if the call had failed."""

    actor = _AskedAgain


class NoEventsInsideEvents(Simulation):
    """A guard against recursion drops what fires while an event is under way."""

    def dispatch(self, event: Event, clears: str) -> None:
        if self._open:
            self._flagged().change(lowers=clears)
        else:
            super().dispatch(event, clears)


class EventsInsideWait(Simulation):
    """What fires while an event is under way is put into a queue, and fires when that is over."""

    _waiting: tuple[tuple[Event, str], ...] = ()

    def dispatch(self, event: Event, clears: str) -> None:
        if self._open:
            self._waiting = (*self._waiting, (event, clears))
            return
        super().dispatch(event, clears)
        waiting, self._waiting = self._waiting, ()
        for one in waiting:
            super().dispatch(*one)


class EventInsideEndsTheOuter(Simulation):
    """Who is left to be called is kept in the handler, and an event inside begins that anew."""

    def _called(self, event: Event) -> Iterable[Player]:
        self._left = list(super()._called(event))
        while self._left:
            yield self._left.pop(0)


CALLING: tuple[Mutant, ...] = (
    simulated(AddedAreCalledTwice, "DISP-3"),
    simulated(AskedAgainForAnAnswer, "DISP-3"),
    simulated(NoEventsInsideEvents, "DISP-24"),
    simulated(EventsInsideWait, "DISP-24"),
    simulated(EventInsideEndsTheOuter, "DISP-24"),
)
