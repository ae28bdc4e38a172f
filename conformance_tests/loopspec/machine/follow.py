"""Following a run by the protocol table: is each event one that may come here?

A watcher sees events and flags, not the facts of the job: whether another batch was left, it cannot
know. So it keeps all the places at which the loop may be (there are few), and an event is illegal
when from none of them it could come.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple, TypeAlias

from loopspec.machine.table import CHANGES_FLAGS, DONE, OPTIONAL, PROTOCOL, ROUTINES, Row
from loopspec.machine.walk import Table, index
from loopspec.trace import Record
from loopspec.vocabulary import Event, Flag

_Place: TypeAlias = tuple[str, ...]
"""A place and the places to come back to, innermost last; empty between the user's calls."""
_Places: TypeAlias = frozenset[_Place]


class Violation(NamedTuple):
    """The first event that may not come where it came: the record's number, and what could have."""

    at: int
    got: Event
    expected: tuple[Event, ...]


def follow(
    records: Sequence[Record],
    broken_off: Set[int] = frozenset(),
    *,
    absent: frozenset[Event] = frozenset(),
    requests: bool = True,
) -> Violation | None:
    """Follow the records of one trainer from its construction on; None if all are legal.

    Events fired from inside a callback are followed as calls of their own. A trainer that fires
    none of the optional events is taken to have none. After a call in `broken_off`, which an
    exception ended, the loop is at no place any more.

    Args:
        absent: events that the trainer has not; a record of one is none of its doing.
        requests: whether it has the three flags that ask for something; without them a watcher
            cannot tell what was asked for.
    """
    fired = {record.event for record in records}
    if fired.isdisjoint(OPTIONAL):
        absent = absent.union(OPTIONAL)
    own = (record for record in records if record.event not in absent)
    return _follower(absent, requests).follow(own, broken_off)


class Follower:
    """Follows runs by one table, and remembers which places lead where."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._table: Table = index(rows)
        self._known: dict[tuple[_Places, str, Event], _Places] = {}

    def follow(self, records: Iterable[Record], broken_off: Set[int]) -> Violation | None:
        """The first illegal event; None if there is none."""
        between: _Places = frozenset({()})
        # By depth: the places where the loop may be, and the flags found there.
        levels: list[tuple[_Places, str]] = [(_Places({("construct",)}), "")]
        call = 0
        for record in records:
            if record.call != call:
                if call in broken_off:
                    levels = [(between, "")]
                call = record.call
            # What fires from inside an event is followed as calls of their own.
            del levels[record.depth + 1 :]
            while len(levels) <= record.depth:
                levels.append((between, levels[-1][1]))
            here, flags = levels[-1]
            after = self._after(here, flags, record.event)
            if not after:
                return Violation(record.i, record.event, self._expected(here, flags))
            levels[-1] = after, record.exit
        return None

    def _after(self, places: _Places, flags: str, event: Event) -> _Places:
        key = (places, flags, event)
        if key not in self._known:
            moves = (move for place in places for move in _moves(place, flags, self._table))
            self._known[key] = frozenset(after for fired, after in moves if fired is event)
        return self._known[key]

    def _expected(self, places: _Places, flags: str) -> tuple[Event, ...]:
        may = {event for place in places for event, _ in _moves(place, flags, self._table)}
        return tuple(event for event in Event if event in may)


def _moves(place: _Place, flags: str, table: Table) -> Iterator[tuple[Event, _Place]]:
    """Every event that may come next from a place, with the place after it."""
    waiting: list[tuple[_Place, str]] = [(place, flags)]
    known = set(waiting)
    while waiting:
        here, now = waiting.pop()
        onward: list[tuple[_Place, str]] = []
        if not here:
            onward += [((start,), now) for start in sorted(set(ROUTINES.values()))]
        for row in _possible(table[here[-1]], now) if here else ():
            after = _onward(here, row)
            if row.event is not None:
                yield row.event, after
            else:
                onward.append((after, _unsettled(now, row)))
        waiting += [step for step in onward if step not in known]
        known.update(onward)


def _onward(here: _Place, row: Row) -> _Place:
    rest = here[:-1] + (() if row.then == DONE else (row.then,))
    return (*rest, row.enters) if row.enters else rest


_LETTERS = frozenset(Flag)


def _possible(rows: Sequence[Row], flags: str) -> Iterator[Row]:
    """The rows that may be taken: up to the first whose conditions surely hold."""
    for row in rows:
        told = [_told(condition, flags) for condition in row.when]
        if False not in told:
            yield row
        if all(told):
            return


def _told(condition: str, flags: str) -> bool | None:
    """Whether a condition holds; None where a watcher cannot know."""
    name = condition.removeprefix("not ")
    if name not in _LETTERS or f"{name}?" in flags:
        return None
    return (name in flags) is (name == condition)


def _unsettled(flags: str, row: Row) -> str:
    """The flags, with a question mark behind those that the row's effect may have changed."""
    return flags + "".join(f"{letter}?" for letter in CHANGES_FLAGS.get(row.effect, ""))


_REQUESTS = (Flag.SAVE, Flag.EVALUATE, Flag.LOG)


@functools.cache
def _follower(absent: frozenset[Event], requests: bool) -> Follower:
    """One for a trainer that has not all of the table."""
    without = () if requests else _REQUESTS
    return Follower(_reduced(row, absent, without) for row in PROTOCOL)


def _reduced(row: Row, absent: frozenset[Event], without: Sequence[str]) -> Row:
    """The row without its event if that is absent, and with the flags that there are not as facts,
    of which a watcher cannot know."""
    event = None if row.event in absent else row.event
    when = tuple(
        f"{part} asked" if part.removeprefix("not ") in without else part for part in row.when
    )
    return row._replace(event=event, when=when)
