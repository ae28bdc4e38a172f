"""Writes `docs/trackers.md` from what the tests of the trackers compared: `make test-integrations`
notes it, and `python tools/write_trackers.py` makes the page (`--check` only looks)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from writing import ROOT, settle

RESULTS = ROOT / "reference_impl" / "tests" / "integrations" / "results"
PAGE = ROOT / "docs" / "trackers.md"

HEAD = """# Trackers: what was compared with the real packages

Each tracker of the reference trainer is tested with its real package, offline, in a training of 20
steps: every number that was logged is read back from what the tracker wrote, and so are the
parameters and the checkpoints. Then its back end fails, in each of the ways that it can, and the
trained weights must be the same to the bit. `make test-integrations` repeats it.

| tracker | version | environment | numbers | parameters | files of checkpoints |
|---|---|---|---|---|---|
"""
FAULTS = """
## What fails, and how much longer the training may take then

A dash is a fault that the tracker cannot have, or does not have by itself; its case in
`reference_impl/tests/integrations/cases`
says why.

"""
JUDGED = """
## transformers' own trackers, by the same tests

What `LOOPSPEC_TRACKED=transformers` finds with transformers 5.23.0: a check holds, or it is said
what comes instead.

"""
MADE_ONLY = "every fault is tried or spared with a reason"
"""A check of the cases, and of no tracker."""


def page(found: dict[str, dict[str, Any]], judged: dict[str, dict[str, str]]) -> str:
    """The page for the results by tracker, of the reference and of transformers."""
    rows = "".join(map(_row, found, found.values()))
    return HEAD + rows + FAULTS + _faults(found) + JUDGED + _judged(judged)


def _row(name: str, facts: dict[str, Any]) -> str:
    versions = ", ".join(f"{package} {version}" for package, version in facts["packages"].items())
    equal = "equal" if facts["exact"] else "equal as float32"
    numbers = f"{facts['numbers']}, {equal}" if "numbers" in facts else "-"
    kept = facts.get("parameters", "-"), facts.get("artifacts", "-")
    return f"| {name} | {versions} | {facts['group']} | {numbers} | {kept[0]} | {kept[1]} |\n"


def _faults(found: dict[str, dict[str, Any]]) -> str:
    names = sorted({key for facts in found.values() for key in facts if key.startswith("fault: ")})
    head = " | ".join(name.removeprefix("fault: ") for name in names)
    rows = [
        f"| {tracker} | " + " | ".join(facts.get(name, "-") for name in names) + " |\n"
        for tracker, facts in found.items()
    ]
    return f"| tracker | {head} |\n|---{'|---' * len(names)}|\n" + "".join(rows)


def _judged(judged: dict[str, dict[str, str]]) -> str:
    rows = [
        f"| {tracker} | {check} | {words} |\n"
        for tracker, checks in judged.items()
        for check, words in checks.items()
        if check != MADE_ONLY
    ]
    return "| tracker | check | |\n|---|---|---|\n" + "".join(rows)


def results(folder: Path = RESULTS) -> dict[str, dict[str, Any]]:
    """What the tests noted, by tracker."""
    return {
        path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))
    }


def main() -> int:
    text = page(results(), results(RESULTS / "transformers"))
    return settle({PAGE: text}, "make test-integrations; python tools/write_trackers.py")


if __name__ == "__main__":
    sys.exit(main())
