"""The stretch of a trace around a finding, as rows for a person or a program to read."""

from __future__ import annotations

import msgspec

from loopspec.trace import Call, Record, Trace
from loopspec.vocabulary import flag_names

AROUND = 4
"""How many records are shown to each side of the one that is meant."""


class Row(msgspec.Struct):
    """One event: its number, name and step, the flags found and left, what callbacks did."""

    record: int
    event: str
    step: int | None
    entry: str
    exit: str
    acts: list[str]
    here: bool = False
    """Whether this is the record that the finding is about."""


def stretch(trace: Trace, at: int, around: int = AROUND) -> list[Row]:
    """The records from `around` before to `around` after number `at`."""
    low = max(0, min(at, len(trace.records) - 1) - around)
    return [_row(record, record.i == at) for record in trace.records[low : at + around + 1]]


def _row(record: Record, here: bool) -> Row:
    acts = [text for call in record.calls if (text := _act(call))]
    # Flags that changed between two probes were changed by a callback of the trainer's own.
    for before, after in zip(record.calls, record.calls[1:], strict=False):
        if text := _changed(before.exit, after.entry):
            acts.append(f"another callback {text}")
    entry, exit_ = (record.entry, record.exit) if record.calls else ("", "")
    return Row(record.i, record.event, record.step, entry, exit_, acts, here)


def _act(call: Call) -> str:
    parts = [_changed(call.entry, call.exit)]
    if isinstance(call.returned, str):
        parts.append(f"returns a {call.returned}")
    elif call.returned is not None:
        parts.append(
            "returns " + ("control" if call.returned == call.control else "another control")
        )
    said = " and ".join(part for part in parts if part)
    return f"{call.who} {said}" if said else ""


def _changed(before: str, after: str) -> str:
    raised, fallen = (
        "".join(f for f in x if f not in y) for x, y in ((after, before), (before, after))
    )
    words = [f"{verb} {flag_names(f)}" for verb, f in (("sets", raised), ("clears", fallen)) if f]
    return " and ".join(words)
