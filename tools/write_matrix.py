"""Writes `docs/matrix.md`, which trainer keeps which rules, from the results that are committed in
`results/` (`--check` only looks)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from environments import HERE, PINS
from matrix import Row, rows
from writing import ROOT, settle

from loopspec.report.kept import KeptResult, KeptRule, read_kept
from loopspec.spec import Rule, rules
from loopspec.vocabulary import Verdict

PAGE = ROOT / "docs" / "matrix.md"
DEVIATIONS = ROOT / "examples" / "deviations"

HEAD = """# The matrix: which trainer keeps which rules

Each trainer was judged by the whole suite, for real and offline, with a tiny model that is built in
code, in an environment that `make matrix` makes. What came out is kept in
[`results/`](../results), one file for each subject and version; this page is written from those
files. A verdict that changes fails `python tools/matrix.py --check` until it is committed.

A cell counts the rules of a chapter: those that hold, then ✗ those that are broken or could not be
judged for a crash, (✗) those that follow from another broken one, ~ known deviations, · rules that
are not applicable or that no scenario exercised.

"""
LOOPS = {
    "reference": "The reference",
    "transformers": "With transformers' loop",
    "own": "With a loop of their own that calls transformers' callbacks",
    "foreign": "With a protocol of their own, translated by an adapter",
}
MARKS: dict[str, tuple[Verdict, ...]] = {
    "": (Verdict.PASS,),
    "✗": (Verdict.FAIL, Verdict.ERROR, Verdict.STALE),
    "(✗)": (Verdict.BLOCKED,),
    "~": (Verdict.KNOWN,),
    "·": (Verdict.NOT_APPLICABLE, Verdict.NOT_EXERCISED),
}
BROKEN = MARKS["✗"]


def results(table: Iterable[Row]) -> dict[Row, KeptResult]:
    """The committed results of the subjects that have one."""
    return {row: read_kept(row.path) for row in table if row.path.exists()}


def page(table: list[Row], judged: Mapping[Row, KeptResult]) -> str:
    """The text of the page."""
    parts = [HEAD.rstrip()]
    for loop, title in LOOPS.items():
        some = {row: result for row, result in judged.items() if row.loop == loop}
        if some:
            parts.append(f"## {title}\n\n{_counts(some)}")
    late = [str(row) for row in table if row not in judged]
    if late:
        parts.append(f"Not judged yet: {', '.join(late)}.")
    broken = [_deviations(row, result) for row, result in judged.items()]
    if any(broken):
        parts += ["## What is broken", *filter(None, broken)]
    parts += ["## Known deviations", *_known(judged)]
    return "\n\n".join(parts) + "\n"


def _chapters() -> list[str]:
    return list(dict.fromkeys(rule.chapter for rule in rules().values()))


def _counts(judged: Mapping[Row, KeptResult]) -> str:
    titles = [chapter.partition("-")[2].replace("-", " ") for chapter in _chapters()]
    lines = [f"| trainer | version | {' | '.join(titles)} |", f"|---|---|{'---|' * len(titles)}"]
    for row, result in judged.items():
        cells = [_cell(result, chapter) for chapter in _chapters()]
        link = f"[{row.name}](../results/{row.path.name})"
        lines.append(f"| {link} | {row.package} {row.version} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(result: KeptResult, chapter: str) -> str:
    found = [
        kept.verdict
        for name, kept in result.rules.items()
        if name in rules() and rules()[name].chapter == chapter
    ]
    counts = {mark: sum(v in verdicts for v in found) for mark, verdicts in MARKS.items()}
    return " ".join(f"{mark}{count}" for mark, count in counts.items() if count)


def _deviations(row: Row, result: KeptResult) -> str:
    """What is broken of one subject, each as a report that its maintainers could act on."""
    broken = [
        (rules()[name], kept)
        for name, kept in result.rules.items()
        if kept.verdict in BROKEN and name in rules()
    ]
    if not broken:
        return ""
    lines = [f"### {row}", "", _where(row), "", *_scripts(row)]
    crashes: dict[str, list[tuple[Rule, KeptRule]]] = {}
    for rule, kept in broken:
        if kept.verdict is Verdict.ERROR and kept.evidence:
            crashes.setdefault(kept.evidence.got.partition(", during ")[0], []).append((rule, kept))
        else:
            lines += [*_told(rule, kept), f"  - repeat: `{result.command} --rule {rule.id}`"]
    for crash, some in crashes.items():
        lines += _crash(crash, some, result.command)
    return "\n".join([*lines, *_consequences(result)])


def _crash(crash: str, some: list[tuple[Rule, KeptRule]], command: str) -> list[str]:
    """One crash, with all the rules that could not be judged for it; the shortest scenario shows
    it."""
    shown = min((k.evidence for _, k in some if k.evidence), key=lambda e: len(e.scenario_text))
    rule = next(rule for rule, k in some if k.evidence is shown)
    during = shown.got.partition(", during ")[2]
    return [
        f"- **A crash** during {during}: {crash}.",
        f"  - scenario {shown.scenario_text}",
        f"  - not judged for it: {', '.join(_link(rule) for rule, _ in some)}",
        f"  - why it matters: {rule.sentence} {rule.why}",
        f"  - repeat: `{command} --rule {rule.id} --scenario {shown.scenario}`",
    ]


def _consequences(result: KeptResult) -> list[str]:
    """The rules that say nothing of their own, as one that they build on is broken."""
    by_cause: dict[str, list[str]] = {}
    for name, kept in result.rules.items():
        if kept.verdict is Verdict.BLOCKED:
            by_cause.setdefault(kept.blocked_by, []).append(name)
    return [
        f"- follows from {cause}: {', '.join(_link(rules()[name]) for name in names)}"
        for cause, names in by_cause.items()
    ]


def _where(row: Row) -> str:
    """What it runs on, for who wants to repeat it."""
    pins = ROOT / "constraints.txt" if row.environment == HERE else PINS / f"{row.environment}.txt"
    path = pins.relative_to(ROOT)
    return (
        f"Judged with [these packages](../{path}), which `make matrix NAMES={row.name}` installs."
    )


def _scripts(row: Row) -> list[str]:
    """The scripts that show it without the suite."""
    made = sorted(DEVIATIONS.glob(f"{row.name.replace('-', '_')}_*.py"))
    if not made:
        return []
    links = ", ".join(f"[{path.stem}](../{path.relative_to(ROOT)})" for path in made)
    return [f"Without the suite: {links}.", ""]


def _told(rule: Rule, kept: KeptRule) -> list[str]:
    lines = [f"- **{_link(rule)}** {rule.level}: {rule.sentence}"]
    if kept.evidence:
        seen = kept.evidence
        lines.append(f"  - expected {seen.expected}; got {seen.got}")
        lines.append(f"  - scenario {seen.scenario_text}")
    else:
        lines.append(f"  - {kept.message}")
    return [*lines, f"  - why it matters: {rule.why}"]


def _known(judged: Mapping[Row, KeptResult]) -> Iterable[str]:
    """Each known deviation once, with the reason and the subjects that have it."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row, result in judged.items():
        for name, kept in result.rules.items():
            if kept.verdict is Verdict.KNOWN and name in rules():
                found.setdefault((name, kept.reason, kept.link), []).append(row)
    if not found:
        yield "None."
    for (name, reason, link), some in found.items():
        rule, more = rules()[name], list(_scripts_about(name, some))
        more += [f"[what its makers say]({link})"] if link else []
        told = f" {', '.join(more)}." if more else ""
        subjects = ", ".join(map(str, some))
        yield f"**{_link(rule)}** {rule.sentence} {reason}{told} *{subjects}*"


def _scripts_about(rule: str, some: Iterable[Row]) -> Iterable[str]:
    """Links to the scripts about a rule, for any of these subjects."""
    names = {row.name.replace("-", "_") for row in some}
    for path in sorted(DEVIATIONS.glob("*_*.py")):
        about = path.read_text("utf-8").split('"""')[1]
        if path.stem.startswith(tuple(names)) and re.search(rf"\b{rule}\b", about):
            yield f"[{path.stem}](../{path.relative_to(ROOT)})"


def _link(rule: Rule) -> str:
    return f"[{rule.id}](../{rule.link})"


def main() -> int:
    table = rows()
    return settle({PAGE: page(table, results(table))}, "python tools/write_matrix.py")


def stray(folder: Path, table: Iterable[Row]) -> list[str]:
    """Committed results that belong to no subject of the table."""
    wanted = {row.path.name for row in table}
    return [path.name for path in sorted(folder.glob("*.json")) if path.name not in wanted]


if __name__ == "__main__":
    sys.exit(main())
