"""The report for the page of a CI job: Markdown, with a bug report for each broken rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from loopspec.report.again import again
from loopspec.report.bug import bug_report, escaped, evidence_parts
from loopspec.report.chapters import COLUMNS, chapters
from loopspec.report.form import Asked
from loopspec.report.json import json_evidence
from loopspec.report.model import Report, RuleResult
from loopspec.report.terminal import conclusion
from loopspec.vocabulary import Verdict

LIMIT = 900_000
"""Bytes of the whole: GitHub shows a summary of 1 MiB and refuses a longer one."""


def markdown(report: Report, asked: Asked) -> str:
    """The report as Markdown. Past `LIMIT` bytes the remaining rules are named, not described."""
    head = "\n\n".join(_head(report, asked))
    tail = "\n\n".join(_tail(report))
    room = LIMIT - len(f"{head}{tail}".encode())
    described: list[str] = []
    left: list[str] = []
    for name, text in _bugs(report, asked):
        room -= len(text.encode()) + 2
        if room > 0:
            described.append(text)
        else:
            left.append(name)
    if left:
        described.append(f"Too long to be described here: {', '.join(left)}.\n")
    return "\n\n".join(part.strip("\n") for part in (head, *described, tail) if part) + "\n"


def _head(report: Report, asked: Asked) -> Iterator[str]:
    fine = report.conforms(strict=asked.strict)
    mark = "⚠️" if not report.judged else "✅" if fine else "❌"
    yield f"## {mark} {escaped(conclusion(report, strict=asked.strict).plain)}"
    counts = Counter(result.verdict for result in report.results)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])
    by = report.by
    packages = [f"{name} {version}" for name, version in by.packages.items()] if by else []
    version = [by.version] if by and by.version != "unknown" else []
    on = f" on {', '.join(packages)}" if packages else ""
    yield (
        f"{escaped(' '.join([by.subject if by else 'no traces', *version]) + on)}, judged by "
        f"edition `{report.edition}`{f' with loopspec {by.suite}' if by else ''}: "
        f"{report.traces} scenarios, {len(report.results)} rules: {told or 'none'}."
    )
    names = ("chapter", "rules", *COLUMNS, "observations")
    rows = ((row.chapter, *(str(cell or "-") for cell in row.cells)) for row in chapters(report))
    yield _table(names, rows, "l" + "r" * (len(names) - 1))
    if report.doubts:
        yield "**Look at the adapter first**"
        yield "\n".join(f"- {escaped(doubt)}" for doubt in report.doubts)


def _bugs(report: Report, asked: Asked) -> Iterator[tuple[str, str]]:
    """The name and the text of each finding."""
    for result in report.failures:
        yield result.rule.id, _bug(result, again(asked.command, result, report.edition))
    for crash in report.loose_crashes:
        name = crash.trace.scenario.name
        parts = [f"### error in scenario {escaped(name)}", *evidence_parts(json_evidence(crash))]
        yield name, "\n\n".join(parts) + "\n"


def _bug(result: RuleResult, repeat: str) -> str:
    rule = result.rule
    if result.evidence is None or result.verdict is Verdict.STALE:
        title = f"### {rule.id} {rule.level}: {result.verdict}"
        return f"{title}\n\n{escaped(result.message)}\n"
    more = result.against - 1
    seen = f"And {more} more of {result.observations} observations." if more > 0 else ""
    evidence = json_evidence(result.evidence)
    return bug_report(rule, result.verdict, evidence, seen=seen, repeat=repeat)


def _tail(report: Report) -> Iterator[str]:
    """What needs no action, folded away."""
    known = report.with_verdict(Verdict.KNOWN)
    rows = ([r.rule.id, r.level, escaped(r.reason), _link(r)] for r in known)
    yield from _folded("Known deviations", len(known), _table(("rule", "level", "why", ""), rows))
    gaps = {"Blocked": report.with_verdict(Verdict.BLOCKED), "Not exercised": report.gaps}
    for title, results in gaps.items():
        lines = (
            f"- {result.rule.id} {result.level}: {escaped(result.message)}" for result in results
        )
        yield from _folded(title, len(results), "\n".join(lines))
    varied = [result for result in report.results if result.variants]
    told = (f"- {result.rule.id}: {', '.join(result.variants)}" for result in varied)
    yield from _folded("Variants", len(varied), "\n".join(told))


def _link(result: RuleResult) -> str:
    return f"<{result.known.link}>" if result.known and result.known.link else ""


def _folded(title: str, count: int, text: str) -> Iterator[str]:
    if count:
        yield f"<details><summary>{title} ({count})</summary>\n\n{text}\n\n</details>"


def _table(names: Sequence[str], rows: Iterable[Sequence[str]], sides: str = "") -> str:
    ruled = ["---:" if side == "r" else "---" for side in sides or "l" * len(names)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (names, ruled, *rows))
