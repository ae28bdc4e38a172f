"""Comparing two traces of one scenario, record for record."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from loopspec.trace import Record, Return, Trace


class Difference(NamedTuple):
    """The first place where two traces part: the record's number, the field, both values."""

    at: int
    field: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"record {self.at}, {self.field}: expected {self.expected!r}, got {self.got!r}"


def difference(expected: Trace, got: Trace) -> Difference | None:
    """Where `got` first differs from `expected`; None if they are the same, but for the words of
    an error."""
    for one, other in zip(expected.records, got.records, strict=False):
        if one != other:
            return _in_record(one.i, one, other)
    counts = len(expected.records), len(got.records)
    if counts[0] != counts[1]:
        longer = max(expected, got, key=lambda trace: len(trace.records)).records[min(counts)]
        names = [longer.event.value if n > min(counts) else "nothing" for n in counts]
        return Difference(min(counts), "event", *names)
    if expected.outcome.kind != got.outcome.kind:
        return Difference(counts[0], "outcome", expected.outcome.kind, got.outcome.kind)
    calls = len(expected.returns), len(got.returns)
    if calls[0] != calls[1]:
        return Difference(counts[0], "returns", *calls)
    for before, after in zip(expected.returns, got.returns, strict=True):
        if before != after:
            return _in_record(counts[0], before, after)
    return None


def _in_record(at: int, one: Record | Return, other: Record | Return) -> Difference:
    if isinstance(one, Record) and isinstance(other, Record) and one.event is not other.event:
        return Difference(at, "event", one.event.value, other.event.value)
    left, right = msgspec.to_builtins(one), msgspec.to_builtins(other)
    field = next(name for name in left if left[name] != right[name])
    return Difference(at, field, left[field], right[field])
