"""Writes `spec/13-versions.md`, which rules changed in which version of transformers, from the
reports in `tools/versions/` (`--check` only looks)."""

from __future__ import annotations

import json
import sys
from typing import Any

from writing import ROOT, settle

from loopspec.spec import Rule, rules

PAGE = ROOT / "spec" / "13-versions.md"
REPORTS = ROOT / "tools" / "versions"

HEAD = """# Which version does what

The specification is held against five versions of transformers. Each was recorded in an
environment of its own and judged offline by the rules of this repository, without its known
deviations, by the edition `transformers-5`. This page is written from those reports; a rule that
is not named here came out the same in all five.

"""

MARKS = {
    "pass": "✓",
    "fail": "✗",
    "error": "crash",
    "blocked": "(✗)",
    "not-applicable": "n/a",
    "not-exercised": "?",
}


def reports() -> list[dict[str, Any]]:
    """The committed reports, oldest version first."""

    def age(report: dict[str, Any]) -> tuple[int, ...]:
        return tuple(int(part) for part in report["version"].split("."))

    loaded = [json.loads(path.read_text("utf-8")) for path in REPORTS.glob("transformers-*.json")]
    return sorted(loaded, key=age)


def page(judged: list[dict[str, Any]]) -> str:
    """The text of the page."""
    stated = [rule for rule in rules().values() if any(rule.id in r["rules"] for r in judged)]
    changed = [rule for rule in stated if len({_cell(report, rule) for report in judged}) > 1]
    never = [
        rule
        for rule in stated
        if rule not in changed and _verdict(judged[0], rule) in ("fail", "error", "blocked")
    ]
    parts = [
        HEAD + _counts(judged),
        "\n## Rules that changed\n",
        _legend(),
        _table(judged, changed),
    ]
    if never:
        parts += ["\n## Broken in all five\n", *(_story(judged, rule) for rule in never)]
    parts += ["\n## What came instead\n", *(_story(judged, rule) for rule in changed)]
    return "\n".join(part for part in parts if part) + "\n"


def _counts(judged: list[dict[str, Any]]) -> str:
    rows = ["| transformers | scenarios | " + " | ".join(MARKS) + " |"]
    rows.append("|---|" + "---|" * (len(MARKS) + 1))
    for report in judged:
        verdicts = [result["verdict"] for result in report["rules"].values()]
        counts = " | ".join(str(verdicts.count(verdict)) for verdict in MARKS)
        rows.append(f"| {report['version']} | {report['scenarios']} | {counts} |")
    return "\n".join(rows)


def _legend() -> str:
    return (
        "✓ kept · ✗ broken · (✗) broken where a rule that it builds on is broken too · crash: the "
        "scenario that shows\nit raised · n/a not applicable: that version does not have what the "
        "rule is about · ? nothing to look at. A word is\nthe variant that was seen.\n"
    )


def _table(judged: list[dict[str, Any]], changed: list[Rule]) -> str:
    rows = ["| rule | " + " | ".join(report["version"] for report in judged) + " |"]
    rows.append("|---|" + "---|" * len(judged))
    for rule in changed:
        cells = " | ".join(_cell(report, rule) for report in judged)
        rows.append(f"| [{rule.id}]({rule.chapter}.md#{rule.id.lower()}) {rule.level} | {cells} |")
    return "\n".join(rows) + "\n"


def _verdict(report: dict[str, Any], rule: Rule) -> str:
    result: dict[str, str] = report["rules"].get(rule.id, {"verdict": "not-exercised"})
    return result["verdict"]


def _cell(report: dict[str, Any], rule: Rule) -> str:
    result = report["rules"].get(rule.id, {"verdict": "not-exercised"})
    mark = MARKS[result["verdict"]]
    variants = ", ".join(result.get("variants", ()))
    return f"{mark} {variants}" if variants else mark


def _story(judged: list[dict[str, Any]], rule: Rule) -> str:
    told: dict[str, list[str]] = {}
    for report in judged:
        result = report["rules"].get(rule.id, {})
        if "got" in result:
            words = f"expected {result['expected']}; got {result['got']} (`{result['scenario']}`)"
            told.setdefault(words, []).append(report["version"])
    if not told:
        return ""
    lines = [f"**[{rule.id}]({rule.chapter}.md#{rule.id.lower()})** {rule.sentence}\n"]
    lines += [f"- {', '.join(versions)}: {words}" for words, versions in told.items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    return settle({PAGE: page(reports())}, "python tools/write_versions.py")


if __name__ == "__main__":
    sys.exit(main())
