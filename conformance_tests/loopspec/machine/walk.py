"""The interpreter of the protocol table: walks it for a world that knows the facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from loopspec.machine.table import DONE, PROTOCOL, Row
from loopspec.vocabulary import Event, Flag

Table = Mapping[str, Sequence[Row]]


def index(rows: Iterable[Row]) -> Table:
    """The rows of each place, in the order in which they are tried."""
    table: dict[str, list[Row]] = {}
    for row in rows:
        table.setdefault(row.place, []).append(row)
    return table


STANDARD = index(PROTOCOL)


class World(Protocol):
    """What the interpreter asks: the flags of control, the facts, and to do what a row says."""

    def flags(self) -> str: ...

    def fact(self, name: str) -> bool: ...

    def effect(self, name: str) -> None: ...

    def dispatch(self, event: Event, clears: str) -> None: ...


def walk(world: World, place: str, table: Table = STANDARD) -> None:
    """Go from `place` to the end of its routine."""
    back: list[str] = []
    while True:
        row = next(
            row for row in table[place] if all(_holds(world, condition) for condition in row.when)
        )
        if row.effect:
            world.effect(row.effect)
        if row.event is not None:
            world.dispatch(row.event, row.clears)
        if row.enters:
            back.append(row.then)
            place = row.enters
        else:
            place = row.then
            while place == DONE:
                if not back:
                    return
                place = back.pop()


def _holds(world: World, condition: str) -> bool:
    name = condition.removeprefix("not ")
    value = name in world.flags() if name in _LETTERS else world.fact(name)
    return value is (name == condition)


_LETTERS = frozenset(Flag)
