"""What a mutant is: a trainer with one bug, and the rule that a person would name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from loopspec.machine.board import Board
from loopspec.machine.display import Display
from loopspec.machine.players import Actor, Control, Stage, Stopper
from loopspec.machine.predict import Simulation
from loopspec.machine.table import PROTOCOL
from loopspec.machine.walk import STANDARD, Table, index
from loopspec.mutants.edits import Edit
from loopspec.vocabulary import Event

Flow: TypeAlias = Callable[[Stage, Event, Control | str], None]
Piece: TypeAlias = type[Actor] | type[Stopper] | type[Board] | type[Display]
Part: TypeAlias = type[Simulation] | Piece | Flow


class Mutant(msgspec.Struct, frozen=True):
    """One bug: its name, how it happens in practice, and the first failure of its report.

    It is simulated, with another table or another part of the simulation; or `trainer` names a
    variant of a real trainer as `module:Class`, which is imported when it is run.
    """

    name: str
    how: str
    first: str
    simulation: type[Simulation] = Simulation
    edit: Edit | None = None
    trainer: str = ""

    @property
    def table(self) -> Table:
        """The table that it walks. ValueError if its edit changes nothing any more."""
        return STANDARD if self.edit is None else index(self.edit(PROTOCOL))


def tabled(name: str, how: str, edit: Edit, first: str) -> Mutant:
    """A mutant with an edited table."""
    return Mutant(name, how, first, edit=edit)


def variant(name: str, how: str, trainer: str, first: str) -> Mutant:
    """A mutant that is a real trainer, spoiled: a class in a module of this package."""
    return Mutant(name, how, first, trainer=f"loopspec.mutants.{trainer}")


def simulated(part: Part, first: str) -> Mutant:
    """A mutant of which one part is another: the trainer itself, how it calls a callback, its early
    stopping, its trackers, its display, or its default flow. The name and docstring of that part
    are the mutant's."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", part.__name__).lower().replace("_", "-")
    return Mutant(name, inspect.getdoc(part) or "", first, _with(part))


def _with(part: Any) -> type[Simulation]:
    if not isinstance(part, type):
        return type("Flowing", (Simulation,), {"flow": staticmethod(part)})
    if issubclass(part, Simulation):
        return part
    place = next(place for kind, place in _PLACES.items() if issubclass(part, kind))
    return type("Acting", (Simulation,), {place: part})


_PLACES = {Actor: "actor", Stopper: "stopper", Board: "board", Display: "display"}
