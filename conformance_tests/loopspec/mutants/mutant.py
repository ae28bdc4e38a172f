"""What a mutant is: a simulated trainer with one bug, and the rule that a person would name."""

from __future__ import annotations

import inspect
import re

import msgspec

from loopspec.machine.predict import Simulation
from loopspec.machine.table import PROTOCOL
from loopspec.machine.walk import STANDARD, Table, index
from loopspec.mutants.edits import Edit


class Mutant(msgspec.Struct, frozen=True):
    """One bug: its name, how it happens in practice, and the first failure of its report."""

    name: str
    how: str
    first: str
    simulation: type[Simulation] = Simulation
    edit: Edit | None = None

    @property
    def table(self) -> Table:
        """The table that it walks. ValueError if its edit changes nothing any more."""
        return STANDARD if self.edit is None else index(self.edit(PROTOCOL))


def tabled(name: str, how: str, edit: Edit, first: str) -> Mutant:
    """A mutant with an edited table."""
    return Mutant(name, how, first, edit=edit)


def simulated(simulation: type[Simulation], first: str) -> Mutant:
    """A mutant that does one thing otherwise; the class's name and docstring are its own."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "-", simulation.__name__).lower()
    return Mutant(name, inspect.getdoc(simulation) or "", first, simulation)
