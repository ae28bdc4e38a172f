"""Judges every mutant: `python tools/kill_matrix.py` writes what each is reported for
(`--check` only looks) into `conformance_tests/kill_matrix.json` and `docs/mutants.md`.

With names only these are played, and the rest is taken from what is committed; with `--played`
only the mutants of real trainers are, which the tests do not play whole."""

from __future__ import annotations

import functools
import gc
import json
import sys
from collections.abc import Collection, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from writing import ROOT, settle

from loopspec import check
from loopspec.corpus import ALONE, CORPUS
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.mutants import ZOO, Mutant, MutantSubject
from loopspec.recording import record
from loopspec.report.model import Report, RuleResult
from loopspec.rules import is_about
from loopspec.scenario import Scenario
from loopspec.spec import rules
from loopspec.targets import resolve
from loopspec.trace import Trace
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


@functools.cache
def _conforming() -> dict[str, Trace]:
    return {name: predict(scenario) for name, scenario in ALONE.items()}


def judged(name: str) -> dict[str, Any]:
    """What a mutant's report says: its first failure in full, and the rules of the others."""
    mutant = ZOO[name]
    return said(played(mutant, _scenarios(mutant)) if mutant.trainer else _simulated(mutant))


def _scenarios(mutant: Mutant) -> Iterable[Scenario]:
    """What a spoiled trainer plays. Several processes only where that is what is spoiled, together
    or one after the other: to launch them for each of the others would take as long as all the
    rest."""
    return (one for one in CORPUS.values() if one.processes == 1 or is_about(mutant.first, one))


def said(report: Report) -> dict[str, Any]:
    """What a report says first, in full, and the rules that come after."""
    return {
        "first": said_of(report.failures[0]) if report.failures else None,
        "also": [result.rule.id for result in report.failures[1:]],
    }


def _simulated(mutant: Mutant) -> Report:
    """The report of the traces in which this mutant differs from a trainer without a bug: the
    others hold nothing against it."""
    subject = MutantSubject(mutant)
    traces = (record(subject, scenario) for scenario in ALONE.values())
    return judge(
        trace for trace in traces if _seen(trace) != _seen(_conforming()[trace.scenario.name])
    )


def played(mutant: Mutant, scenarios: Iterable[Scenario]) -> Report:
    """The report of a real trainer, which takes seconds to a minute for the whole corpus."""
    subject = resolve(f"mutant:{mutant.name}")
    # accelerate collects garbage at each train(), and would look through all that is imported.
    gc.collect()
    gc.freeze()
    return check(subject, scenarios=scenarios, processes=0)


def _seen(trace: Trace) -> tuple[object, ...]:
    return trace.records, trace.returns, trace.outcome


def said_of(result: RuleResult) -> dict[str, Any]:
    """What a person reads of one failure."""
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


def matrix(names: Collection[str] = ZOO) -> dict[str, Any]:
    """The report of every mutant, and the MUST and SHOULD rules that no mutant shows first yet.

    Only those of `names` are played; what is committed is taken for the others.
    """
    known = {} if len(names) == len(ZOO) else json.loads(MATRIX.read_text("utf-8"))["mutants"]
    # The slow ones first, so that no processor waits for the last of them.
    wanted = sorted(names, key=lambda name: ZOO[name].trainer, reverse=True)
    with ProcessPoolExecutor() as pool:
        known |= zip(wanted, pool.map(judged, wanted), strict=True)
    mutants = {name: known[name] for name in ZOO if name in known}
    shown = {one["first"]["rule"] for one in mutants.values() if one["first"]}
    every = [r.id for r in rules().values() if r.level is not Level.MAY and not r.untestable]
    return {"mutants": mutants, "without": [rule for rule in every if rule not in shown]}


def page(found: dict[str, Any]) -> str:
    """The matrix as a table to read."""
    rows = [_row(name, one) for name, one in found["mutants"].items()]
    without = found["without"]
    rest = (
        f"\n{len(without)} MUST and SHOULD rules have no mutant of their own yet (each is broken "
        f"in a test of its own):\n{', '.join(map(_link, without))}.\n"
        if without
        else "\nEvery MUST and SHOULD rule has a mutant of its own.\n"
    )
    return HEAD + "".join(rows) + rest


def _row(name: str, one: dict[str, Any]) -> str:
    first = one["first"]
    came = f"`{first['event']}` at step {first['step']}: {first['got']}".replace("|", "\\|")
    also = ", ".join(map(_link, one["also"]))
    how = " ".join(ZOO[name].how.split())
    return f"| `{name}` | {how} | {_link(first['rule'])} | {came} | {also} |\n"


def _link(rule: str) -> str:
    return f"[{rule}](../spec/{rules()[rule].chapter}.md#{rule.lower()})"


def main() -> int:
    names = [name for name in sys.argv[1:] if not name.startswith("-")]
    if unknown := [name for name in names if name not in ZOO]:
        print(f"there is no mutant {', '.join(unknown)}", file=sys.stderr)
        return 2
    if "--played" in sys.argv:
        names = [name for name, mutant in ZOO.items() if mutant.trainer]
    found = matrix(names or ZOO)
    files = {
        MATRIX: json.dumps(found, indent=1, ensure_ascii=False) + "\n",
        PAGE: page(found),
    }
    return settle(files, "python tools/kill_matrix.py")


if __name__ == "__main__":
    sys.exit(main())
