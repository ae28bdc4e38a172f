"""The counts of a report by chapter."""

from __future__ import annotations

from typing import NamedTuple

from loopspec.report.model import Report
from loopspec.vocabulary import Verdict

COLUMNS = {
    "pass": (Verdict.PASS,),
    "fail": (Verdict.FAIL, Verdict.ERROR, Verdict.STALE, Verdict.BLOCKED),
    "known": (Verdict.KNOWN,),
    "n/a": (Verdict.NOT_APPLICABLE,),
    "not exercised": (Verdict.NOT_EXERCISED,),
}
"""The verdicts that are counted together, by the title of their column."""


class Chapter(NamedTuple):
    """One chapter: its number of rules, one count for each of `COLUMNS`, and of observations."""

    chapter: str
    cells: list[int]


def chapters(report: Report) -> list[Chapter]:
    """The chapters whose rules were judged, in their order."""
    made = []
    for chapter in dict.fromkeys(sorted(result.rule.chapter for result in report.results)):
        mine = [result for result in report.results if result.rule.chapter == chapter]
        counts = [sum(r.verdict in verdicts for r in mine) for verdicts in COLUMNS.values()]
        observed = sum(result.observations for result in mine)
        made.append(Chapter(chapter, [len(mine), *counts, observed]))
    return made
