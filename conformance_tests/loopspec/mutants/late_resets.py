"""Flags that fall when an event is over: what its callbacks set in it is lost with what stood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from loopspec.machine.predict import Simulation
from loopspec.mutants.mutant import Mutant
from loopspec.vocabulary import Event


class _Late(NamedTuple):
    """Flags that fall after the callbacks of this event; `again`: before them too, as they should.

    `first` are the rules that the two mutants are reported by: the late one, and the one that
    clears twice.
    """

    event: Event
    letters: str
    name: str
    first: tuple[str, str]


_LATE = (
    _Late(Event.TRAIN_BEGIN, "T", "stop", ("CTRL-1", "CTRL-2")),
    _Late(Event.EPOCH_BEGIN, "E", "epoch-stop", ("CTRL-3", "CTRL-4")),
    _Late(Event.STEP_BEGIN, "S", "save", ("CTRL-5", "CTRL-21")),
    _Late(Event.STEP_BEGIN, "V", "evaluate", ("CTRL-6", "CTRL-21")),
    _Late(Event.STEP_BEGIN, "L", "log", ("CTRL-7", "CTRL-21")),
    _Late(Event.SAVE, "S", "save", ("CTRL-8", "CTRL-21")),
    _Late(Event.EVALUATE, "V", "evaluate", ("CTRL-9", "CTRL-21")),
    _Late(Event.LOG, "L", "log", ("CTRL-10", "CTRL-21")),
)


def _clearing(late: _Late, again: bool) -> type[Simulation]:
    class Clearing(Simulation):
        def dispatch(self, event: Event, clears: str) -> None:
            mine = late.letters if event is late.event else ""
            before = clears if again else "".join(f for f in clears if f not in mine)
            super().dispatch(event, before)
            self._flagged().change(lowers=mine)

    return Clearing


def _mutants() -> Iterator[Mutant]:
    for late in _LATE:
        where = late.event.removeprefix("on_").replace("_", "-")
        how = f"{late.event} first calls the callbacks, and then resets the flag."
        yield Mutant(f"{late.name}-falls-after-{where}", how, late.first[0], _clearing(late, False))
        how = f"The flag is reset by {late.event}, and by whoever fired it once more afterwards."
        yield Mutant(
            f"{late.name}-falls-twice-at-{where}", how, late.first[1], _clearing(late, True)
        )


LATE_RESETS: tuple[Mutant, ...] = tuple(_mutants())
