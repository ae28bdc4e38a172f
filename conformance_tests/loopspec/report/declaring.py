"""A file of known deviations made from a report: what is broken now, to be given reasons."""

from __future__ import annotations

from loopspec.known import TODO, Known, known_text
from loopspec.report.model import Report
from loopspec.vocabulary import Verdict

_BROKEN = (Verdict.FAIL, Verdict.ERROR, Verdict.BLOCKED, Verdict.KNOWN)


def known_deviations(report: Report) -> str:
    """The text of the file. What was declared already keeps its entry; what is stale loses it."""
    results = sorted(report.with_verdict(*_BROKEN), key=lambda result: result.rule.where)
    entries = [(result.known or Known(result.rule.id, TODO), result.message) for result in results]
    return known_text(entries) or "# Nothing is broken.\n"
