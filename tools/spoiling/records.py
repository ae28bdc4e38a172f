"""Changes of records: which there are, and what stands in their fields."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from loopspec.trace import Record, Trace

Change = Callable[[Trace, Random], bool | None]
"""Changes a trace; gives False where there was nothing to change."""
VALUES = (None, 0, 1, 2, 0.5, "nan", "text", True)
"""What is put in place of any other value."""


def one(trace: Trace, lot: Random) -> Record:
    return lot.choice(trace.records)


def drop(trace: Trace, lot: Random) -> bool:
    several = len(trace.records) > 1
    if several:
        trace.records.remove(one(trace, lot))
    return several


def repeat(trace: Trace, lot: Random) -> None:
    record = one(trace, lot)
    trace.records.insert(record.i, msgspec.structs.replace(record))


def swap(trace: Trace, lot: Random) -> None:
    records = trace.records
    n = lot.randrange(len(records))
    records[n - 1 : n + 1] = reversed(records[n - 1 : n + 1])


def cut(trace: Trace, lot: Random) -> None:
    """The rest is missing, or all of it."""
    del trace.records[0 if lot.random() < 0.1 else lot.randrange(len(trace.records)) :]


def call(trace: Trace, lot: Random) -> None:
    """Another call of the user fired an event, or all from there on."""
    first, on = one(trace, lot), lot.random() < 0.3
    other = lot.randint(0, len(trace.scenario.calls))
    for record in trace.records[first.i :] if on else [first]:
        record.call = other


def piece(trace: Trace, lot: Random) -> None:
    """The trace is a later piece of a longer one."""
    trace.piece = lot.choice((1, 2))
    trace.batches_before, trace.epochs_before = lot.randrange(4), lot.randrange(2)


def on(field: str, *values: Callable[[Any], Any]) -> Change:
    """A field of one record has another value, or of all from there on."""

    def change(trace: Trace, lot: Random) -> None:
        first, rest = one(trace, lot), lot.random() < 0.3
        now = getattr(first, field)
        value = lot.choice([value for value in values if value(now) != now])
        for record in trace.records[first.i :] if rest else [first]:
            setattr(record, field, value(getattr(record, field)))

    return change


def more(by: float) -> Callable[[Any], Any]:
    return lambda value: value + by if isinstance(value, int | float) else by


def const(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def inside(field: str, *values: Any) -> Change:
    """Something in a dict of a record is gone, new, or other than it was."""

    def change(trace: Trace, lot: Random) -> bool:
        having = [record for record in trace.records if getattr(record, field)]
        if having:
            record = lot.choice(having)
            setattr(record, field, changed(getattr(record, field), values, lot))
        return bool(having)

    return change


def changed(found: dict[str, Any], values: tuple[Any, ...], lot: Random) -> dict[str, Any]:
    name, how = lot.choice(sorted(found)), lot.randrange(4)
    if how == 0:
        return {key: value for key, value in found.items() if key != name}
    if how == 1:
        return {**found, "stranger": lot.choice(values)}
    return {**found, name: other(found[name], values, lot)}


def other(value: Any, values: tuple[Any, ...], lot: Random) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, list) and value:
        cut = lot.randrange(len(value))
        return lot.choice((value[:cut] + value[cut + 1 :], [*value, value[cut]], value[::-1]))
    if isinstance(value, dict) and value:
        return changed(value, values, lot)
    if isinstance(value, int | float) and lot.random() < 0.5:
        return value + lot.choice((-1, 1, 0.25))
    return lot.choice(values)
