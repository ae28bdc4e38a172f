"""What the page tells of a cell beyond its verdict."""

from __future__ import annotations

from typing import Any

import msgspec

from loopspec.report.again import narrowed
from loopspec.report.beside import Pair, beside
from loopspec.report.html.column import Cell, Column
from loopspec.report.json import JsonEvidence
from loopspec.report.stretch import Row
from loopspec.vocabulary import Event

_EVENTS = {event.value: number for number, event in enumerate(Event)}


class Said:
    """What is said of many cells alike, each thing once; 0 is nothing."""

    def __init__(self) -> None:
        self.all: list[Any] = [""]
        self._numbers: dict[bytes, int] = {}

    def number(self, thing: Any) -> int:
        """The number under which a thing is said."""
        key = msgspec.json.encode(thing)
        if key not in self._numbers:
            self._numbers[key] = len(self.all)
            self.all.append(thing)
        return self._numbers[key]


def told(cell: Cell, rule: str, column: Column, said: Said) -> dict[str, Any]:
    """What there is to say beyond the verdict; empty for a plain pass. Texts and evidence are
    numbers of what is said."""
    evidence = cell.evidence
    facts = {
        "against": cell.against,
        "variants": cell.variants,
        "blocked": cell.blocked_by,
        "reason": cell.reason and said.number(cell.reason),
        "link": cell.link and said.number(cell.link),
        "message": cell.message and not evidence and said.number(cell.message),
        "evidence": evidence and said.number(_evidence(evidence, column)),
        "repeat": evidence and narrowed(column.command, rule, evidence.scenario, column.edition),
    }
    return {name: fact for name, fact in facts.items() if fact}


def told_crash(crash: JsonEvidence, column: Column, said: Said) -> dict[str, Any]:
    """A scenario that was not played to its end."""
    return {
        "scenario": crash.scenario,
        "evidence": said.number(_evidence(crash, column)),
        "repeat": narrowed(column.command, "", crash.scenario, column.edition),
    }


def _evidence(evidence: JsonEvidence, column: Column) -> dict[str, Any]:
    has = column.capabilities
    pairs = beside(evidence.scenario, evidence.scenario_text, evidence.stretch, has)
    whose = "" if evidence.process is None else f" (process {evidence.process})"
    return {
        "text": evidence.scenario_text + whose,
        "expected": evidence.expected,
        "got": evidence.got,
        "known": any(pair.due for pair in pairs),
        "pairs": [pair_data(pair) for pair in pairs],
    }


def pair_data(pair: Pair) -> list[Any]:
    """Both sides, 0 for one that is missing; what came alone where it is what was due."""
    if pair.came and not pair.differs:
        return [_row(pair.came)]
    return [(pair.due and _row(pair.due)) or 0, (pair.came and _row(pair.came)) or 0]


def _row(row: Row) -> list[Any]:
    facts = [row.record, _EVENTS[row.event], row.step, row.entry, row.exit]
    if row.here:
        return [*facts, row.acts, 1]
    return [*facts, row.acts] if row.acts else facts
