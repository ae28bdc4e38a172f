"""Keeps how much is observed, so that the suite cannot shrink in silence.

`python tools/observations.py` judges the reference and transformers by every scenario and writes
`conformance_tests/observations/`; with `--check` it only tells what fell below what is kept.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from writing import ROOT

from loopspec.report.model import Report
from loopspec.run import check
from loopspec.spec import by_number
from loopspec.vocabulary import Verdict

KEPT = ROOT / "conformance_tests" / "observations"
SUBJECTS = ("reference", "transformers")
COMMAND = "python tools/observations.py"


def counted(report: Report) -> dict[str, Any]:
    """How many scenarios were played, rules judged, and observations made for each rule."""
    seen = {result.rule.id: result.observations for result in report.results}
    return {
        "scenarios": report.traces,
        "rules": len(report.judged),
        "observations": dict(sorted(seen.items(), key=lambda item: by_number(item[0]))),
    }


def kept(subject: str) -> dict[str, Any]:
    """What is committed for a subject."""
    loaded: dict[str, Any] = json.loads((KEPT / f"{subject}.json").read_text("utf-8"))
    return loaded


def shrunk(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What is less than it was, or not kept yet: one line each. That there is more is no matter."""
    lines = [
        f"{now[what]} {what}, where there were {before[what]}"
        for what in ("scenarios", "rules")
        if now[what] < before[what]
    ]
    seen, was = now["observations"], before["observations"]
    lines += [f"{rule} is judged no more" for rule in was if rule not in seen]
    lines += [f"{rule} is not kept yet; run {COMMAND}" for rule in seen if rule not in was]
    lines += [
        f"{seen[rule]} observations of {rule}, where there were {count}"
        for rule, count in was.items()
        if seen.get(rule, count) < count
    ]
    return lines


def unexercised(report: Report) -> list[str]:
    """The rules that a subject with every capability gave nothing to look at."""
    return [result.rule.id for result in report.with_verdict(Verdict.NOT_EXERCISED)]


def main() -> int:
    told = []
    for subject in SUBJECTS:
        report = check(subject, processes=2)
        told += [f"{subject}: no scenario exercises {rule}" for rule in unexercised(report)]
        now = counted(report)
        if "--check" in sys.argv[1:]:
            told += [f"{subject}: {line}" for line in shrunk(kept(subject), now)]
        else:
            KEPT.mkdir(exist_ok=True)
            (KEPT / f"{subject}.json").write_text(json.dumps(now, indent=1) + "\n", "utf-8")
    print("\n".join(told) or "nothing is observed less")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
