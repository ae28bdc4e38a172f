"""Edits to the protocol table: each turns the table into that of a trainer with one bug.

An edit is a function from the rows to the rows. One that finds nothing to change is an error, so
that no mutant silently becomes a correct trainer when the table changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from loopspec.machine.table import Row
from loopspec.vocabulary import Event

Rows: TypeAlias = tuple[Row, ...]
Edit: TypeAlias = Callable[[Rows], Rows]


def keeps(event: Event, letters: str) -> Edit:
    """The event no longer clears these flags."""

    def change(row: Row) -> Row:
        return row._replace(clears="".join(f for f in row.clears if f not in letters))

    return _each(lambda row: row.event is event, change)


def clears(event: Event, letters: str) -> Edit:
    """The event clears these flags too."""
    return _each(
        lambda row: row.event is event, lambda row: row._replace(clears=row.clears + letters)
    )


def silent(event: Event, *places: str) -> Edit:
    """The event does not fire (at these places); what is done there is done all the same."""

    def meant(row: Row) -> bool:
        return row.event is event and (not places or row.place in places)

    return _each(meant, lambda row: row._replace(event=None, clears=""))


def twice(event: Event, place: str) -> Edit:
    """The event of this place fires a second time right after the first."""

    def change(rows: Rows) -> Iterable[Row]:
        for row in rows:
            if row.event is event and row.place == place:
                yield row._replace(then=f"{place} again")
                yield Row(f"{place} again", row.then, event=event)
            else:
                yield row

    return _checked(lambda rows: tuple(change(rows)))


def swapped(one: Event, other: Event, *places: str) -> Edit:
    """At these places each of the two events fires where the other should, with its own resets."""

    def change(rows: Rows) -> Rows:
        there = [row for row in rows if row.event in (one, other) and row.place in places]
        clears = {row.event: row.clears for row in there}
        other_of: dict[Event | None, Event] = {one: other, other: one}
        return tuple(
            row._replace(event=other_of[row.event], clears=clears[other_of[row.event]])
            if row in there
            else row
            for row in rows
        )

    return _checked(change)


def late(effect: str, place: str) -> Edit:
    """What is done before an event is done after it, when this later place is over."""

    def change(rows: Rows) -> Iterable[Row]:
        for row in rows:
            kept = row._replace(effect="") if row.effect == effect else row
            if row.place == place:
                yield kept._replace(then=f"{place} late")
                yield Row(f"{place} late", row.then, effect=effect)
            else:
                yield kept

    return _checked(lambda rows: tuple(change(rows)))


def undone(effect: str) -> Edit:
    """It is not done at all; the event fires."""
    return _each(lambda row: row.effect == effect, lambda row: row._replace(effect=""))


def early(effect: str, place: str) -> Edit:
    """It is done at an earlier place, and no longer at its own."""

    def change(row: Row) -> Row:
        if row.effect == effect:
            return row._replace(effect="")
        return row._replace(effect=effect) if row.place == place else row

    return _each(lambda row: row.effect == effect or row.place == place, change)


def without(place: str, *when: str) -> Edit:
    """A row of the table is missing: that transition is never taken."""
    return _checked(
        lambda rows: tuple(row for row in rows if (row.place, row.when) != (place, when))
    )


def leads(place: str, to: str, *when: str) -> Edit:
    """A transition leads to another place."""
    return _each(
        lambda row: (row.place, row.when) == (place, when), lambda row: row._replace(then=to)
    )


def asks(place: str, before: tuple[str, ...], after: tuple[str, ...]) -> Edit:
    """A transition hangs on other conditions."""
    return _each(
        lambda row: (row.place, row.when) == (place, before), lambda row: row._replace(when=after)
    )


def skips(place: str) -> Edit:
    """The routine that this place goes through is left out."""
    return _each(lambda row: row.place == place, lambda row: row._replace(enters=""))


def more(*added: Row) -> Edit:
    """Transitions too many, each tried before the others of its place."""
    return _checked(lambda rows: (*added, *rows))


def moved(letters: str, here: Event, there: Event) -> Edit:
    """These flags are cleared by another event than they should be."""
    return lambda rows: clears(there, letters)(keeps(here, letters)(rows))


def _each(meant: Callable[[Row], bool], change: Callable[[Row], Row]) -> Edit:
    return _checked(lambda rows: tuple(change(row) if meant(row) else row for row in rows))


def _checked(edit: Edit) -> Edit:
    def checked(rows: Rows) -> Rows:
        edited = edit(rows)
        if edited == rows:
            raise ValueError("the edit changes nothing: the table has no such row any more")
        return edited

    return checked
