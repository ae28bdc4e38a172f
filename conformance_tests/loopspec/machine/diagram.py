"""Drawing the protocol table as a state diagram, in Mermaid, which forges render."""

from __future__ import annotations

from collections.abc import Iterable

from loopspec.machine.table import DONE, PROTOCOL, Row
from loopspec.vocabulary import Flag

TITLES = {
    "train": "train()",
    "serve": "serving what is due, after a step and after an epoch",
    "evaluate": "an evaluation",
    "predict": "predict()",
}
"""The routines that are worth a drawing, by the place at which they begin."""


def diagram(start: str, rows: Iterable[Row] = PROTOCOL) -> str:
    """The state diagram of the routine that begins at `start`, as Mermaid text."""
    listed = list(rows)
    mine = _reachable(start, listed)
    lines = ["stateDiagram-v2", f"    [*] --> {_name(start)}"]
    lines += [f"    {_name(place)} : {place}" for place in mine]
    for row in listed:
        if row.place in mine:
            target = "[*]" if row.then == DONE else _name(row.then)
            label = _label(row)
            lines.append(f"    {_name(row.place)} --> {target}" + (f" : {label}" if label else ""))
    return "\n".join(lines) + "\n"


def _label(row: Row) -> str:
    parts = []
    if row.when:
        parts.append(f"[{' and '.join(map(_condition, row.when))}]")
    if row.event is not None:
        parts.append(row.event.value)
    if row.clears:
        parts.append(f"({row.clears} falls)")
    if row.enters:
        parts.append(f"«{row.enters}»")
    return " ".join(parts)


def _condition(condition: str) -> str:
    return f"{condition} set" if condition in frozenset(Flag) else condition


def _reachable(start: str, rows: list[Row]) -> list[str]:
    found, waiting = [start], [start]
    while waiting:
        here = waiting.pop(0)
        for row in rows:
            if row.place == here and row.then != DONE and row.then not in found:
                found.append(row.then)
                waiting.append(row.then)
    return found


def _name(place: str) -> str:
    return place.replace(" ", "_")
