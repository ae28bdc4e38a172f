"""What the page knows: rules, subjects and verdicts as compact JSON, read by `js/data.js`."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from loopspec.corpus import ALONE
from loopspec.machine.predict import predict
from loopspec.report.beside import Pair, predicted
from loopspec.report.html.column import Column
from loopspec.report.html.told import Said, pair_data, told, told_crash
from loopspec.report.stretch import AROUND
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
        "events": [event.value for event in Event],
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
    scenario = next((s for s in ALONE.values() if rule in s.shows), None)
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
        "pairs": [pair_data(pair) for pair in near],
    }


def _subject(column: Column, rules: Sequence[Rule], said: Said) -> dict[str, Any]:
    by = column.by
    cells = {n: column.cells[rule.id] for n, rule in enumerate(rules) if rule.id in column.cells}
    facts = {str(n): told(cell, rules[n].id, column, said) for n, cell in cells.items()}
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
        "crashes": [told_crash(crash, column, said) for crash in column.crashes],
        "verdicts": "".join(
            LETTERS[cells[n].verdict] if n in cells else NOT_JUDGED for n in range(len(rules))
        ),
        "seen": [cells[n].observations if n in cells else 0 for n in range(len(rules))],
        "told": {n: fact for n, fact in facts.items() if fact},
    }
