"""Judges every mutant: `python tools/kill_matrix.py` writes what each is reported for
(`--check` only looks) into `conformance_tests/kill_matrix.json` and `docs/mutants.md`."""

from __future__ import annotations

import json
import sys
from typing import Any

from writing import ROOT, settle

from loopspec.corpus import CORPUS
from loopspec.judge import judge
from loopspec.mutants import ZOO, Mutant, MutantSubject
from loopspec.recording import record
from loopspec.report.model import RuleResult
from loopspec.spec import rules
from loopspec.vocabulary import Level

MATRIX = ROOT / "conformance_tests" / "kill_matrix.json"
PAGE = ROOT / "docs" / "mutants.md"

HEAD = """# Mutants: what the suite reports

A suite is worth what it reports. Each line is a trainer with one bug, played through the whole
corpus and judged by all rules: the first failure of its report, as a person reads it, and the other
rules that fail for it. `loopspec check mutant:NAME` shows the report.

| mutant | how it happens | first reported | what came | also |
|---|---|---|---|---|
"""


def judged(mutant: Mutant) -> dict[str, Any]:
    """What a mutant's report says: its first failure in full, and the rules of the others."""
    subject = MutantSubject(mutant)
    report = judge((record(subject, scenario) for scenario in CORPUS.values()), whole=True)
    return {
        "first": _message(report.failures[0]) if report.failures else None,
        "also": [result.rule.id for result in report.failures[1:]],
    }


def _message(result: RuleResult) -> dict[str, Any]:
    seen = result.evidence
    assert seen is not None, "a failure has its evidence"
    records = seen.trace.records
    at = records[seen.at] if 0 <= seen.at < len(records) else None
    return {
        "rule": result.rule.id,
        "scenario": seen.trace.scenario.name,
        "event": at and at.event.value,
        "step": at and at.step,
        "expected": seen.expected,
        "got": seen.got,
    }


def matrix() -> dict[str, Any]:
    """Every mutant's report, and the MUST and SHOULD rules that no mutant shows first yet."""
    mutants = {name: judged(mutant) for name, mutant in ZOO.items()}
    shown = {said["first"]["rule"] for said in mutants.values() if said["first"]}
    wanted = [r.id for r in rules().values() if r.level is not Level.MAY and not r.untestable]
    return {"mutants": mutants, "without": [rule for rule in wanted if rule not in shown]}


def page(found: dict[str, Any]) -> str:
    """The matrix as a table to read."""
    rows = [_row(name, said) for name, said in found["mutants"].items()]
    without = found["without"]
    rest = (
        f"\n{len(without)} MUST and SHOULD rules have no mutant of their own yet (each is broken "
        f"in a test of its own):\n{', '.join(map(_link, without))}.\n"
        if without
        else "\nEvery MUST and SHOULD rule has a mutant of its own.\n"
    )
    return HEAD + "".join(rows) + rest


def _row(name: str, said: dict[str, Any]) -> str:
    first = said["first"]
    came = f"`{first['event']}` at step {first['step']}: {first['got']}".replace("|", "\\|")
    also = ", ".join(map(_link, said["also"]))
    how = " ".join(ZOO[name].how.split())
    return f"| `{name}` | {how} | {_link(first['rule'])} | {came} | {also} |\n"


def _link(rule: str) -> str:
    return f"[{rule}](../spec/{rules()[rule].chapter}.md#{rule.lower()})"


def main() -> int:
    found = matrix()
    files = {
        MATRIX: json.dumps(found, indent=1, ensure_ascii=False) + "\n",
        PAGE: page(found),
    }
    return settle(files, "python tools/kill_matrix.py")


if __name__ == "__main__":
    sys.exit(main())
