"""What the page knows: rules, subjects and verdicts as compact JSON, read by `js/data.js`."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import msgspec

from loopspec.corpus import CORPUS
from loopspec.machine.predict import predict
from loopspec.report.again import narrowed
from loopspec.report.beside import Pair, beside, predicted
from loopspec.report.html.column import Cell, Column
from loopspec.report.json import JsonEvidence
from loopspec.report.stretch import AROUND, Row
from loopspec.rules import CHECKS
from loopspec.spec import Rule, chapters_folder, judged_rules
from loopspec.vocabulary import Capability, Event, Flag, Verdict

LETTERS = {
    Verdict.PASS: "p",
    Verdict.FAIL: "f",
    Verdict.ERROR: "e",
    Verdict.STALE: "s",
    Verdict.KNOWN: "k",
    Verdict.BLOCKED: "b",
    Verdict.NOT_EXERCISED: "x",
    Verdict.NOT_APPLICABLE: "n",
}
"""A verdict in the string of verdicts of a subject."""

NOT_JUDGED = "-"
"""In the place of a verdict, for a rule that the subject was not judged by."""

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


def page_data(columns: Sequence[Column], *, title: str, spec: str) -> dict[str, Any]:
    """The data of a page.

    Args:
        spec: where the folder `spec` is seen from the page; empty where it is not.
    """
    said = Said()
    rules = [rule for rule in judged_rules().values() if any(rule.id in c.cells for c in columns)]
    chapters = list(dict.fromkeys(rule.chapter for rule in rules))
    subjects = [_subject(column, rules, said) for column in columns]
    return {
        "title": title,
        "spec": spec,
        "letters": {letter: verdict.value for verdict, letter in LETTERS.items()},
        "events": list(_EVENTS),
        "flags": {flag.value: flag.field for flag in Flag},
        "chapters": [_title(chapter) for chapter in chapters],
        "rules": [_rule(rule, chapters.index(rule.chapter)) for rule in rules],
        "subjects": subjects,
        "said": said.all,
    }


def _title(chapter: str) -> str:
    first, *_ = (chapters_folder() / f"{chapter}.md").read_text("utf-8").splitlines()
    return first.removeprefix("# ")


def _rule(rule: Rule, chapter: int) -> dict[str, Any]:
    return {
        "id": rule.id,
        "level": rule.level,
        "chapter": chapter,
        "sentence": rule.sentence,
        "why": rule.why,
        "wild": rule.wild,
        "sources": rule.sources,
        "link": rule.link,
        "shown": _shown(rule.id),
    }


@functools.cache
def _shown(rule: str) -> dict[str, Any] | None:
    """How it is due, in a scenario that is there for the rule: around what its check looks at."""
    scenario = next((s for s in CORPUS.values() if rule in s.shows), None)
    if scenario is None:
        return None
    seen = next(CHECKS[rule](predict(scenario)), None)
    rows = predicted(scenario.name)
    if seen is None or not 0 <= seen.at < len(rows):
        return None
    near = [Pair(row, None) for row in rows[max(0, seen.at - AROUND) : seen.at + AROUND + 1]]
    return {
        "text": str(scenario),
        "at": seen.at,
        "pairs": [_pair(pair) for pair in near],
    }


def _subject(column: Column, rules: Sequence[Rule], said: Said) -> dict[str, Any]:
    by = column.by
    cells = {n: column.cells[rule.id] for n, rule in enumerate(rules) if rule.id in column.cells}
    told = {str(n): _told(cell, rules[n].id, column, said) for n, cell in cells.items()}
    return {
        "name": by.subject if by else "nothing",
        "version": "" if by is None or by.version == "unknown" else by.version,
        "packages": by.packages if by else {},
        "suite": by.suite if by else "",
        "lacks": [one.value for one in Capability if one not in column.capabilities],
        "edition": column.edition,
        "conforms": column.conforms,
        "scenarios": column.scenarios,
        "doubts": column.doubts,
        "crashes": [_crash(crash, column, said) for crash in column.crashes],
        "verdicts": "".join(
            LETTERS[cells[n].verdict] if n in cells else NOT_JUDGED for n in range(len(rules))
        ),
        "seen": [cells[n].observations if n in cells else 0 for n in range(len(rules))],
        "told": {n: facts for n, facts in told.items() if facts},
    }


def _told(cell: Cell, rule: str, column: Column, said: Said) -> dict[str, Any]:
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


def _crash(crash: JsonEvidence, column: Column, said: Said) -> dict[str, Any]:
    return {
        "scenario": crash.scenario,
        "evidence": said.number(_evidence(crash, column)),
        "repeat": narrowed(column.command, "", crash.scenario, column.edition),
    }


def _evidence(evidence: JsonEvidence, column: Column) -> dict[str, Any]:
    has = column.capabilities
    pairs = beside(evidence.scenario, evidence.scenario_text, evidence.stretch, has)
    return {
        "text": evidence.scenario_text,
        "expected": evidence.expected,
        "got": evidence.got,
        "known": any(pair.due for pair in pairs),
        "pairs": [_pair(pair) for pair in pairs],
    }


def _pair(pair: Pair) -> list[Any]:
    """Both sides, 0 for one that is missing; what came alone where it is what was due."""
    if pair.came and not pair.differs:
        return [_row(pair.came)]
    return [(pair.due and _row(pair.due)) or 0, (pair.came and _row(pair.came)) or 0]


def _row(row: Row) -> list[Any]:
    facts = [row.record, _EVENTS[row.event], row.step, row.entry, row.exit]
    if row.here:
        return [*facts, row.acts, 1]
    return [*facts, row.acts] if row.acts else facts
