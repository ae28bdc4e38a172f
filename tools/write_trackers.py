"""Writes `docs/trackers.md` from what the tests of the trackers compared: `make test-integrations`
notes it, and `python tools/write_trackers.py` makes the page (`--check` only looks)."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from writing import ROOT, settle

TESTS = ROOT / "reference_impl" / "tests" / "integrations"
RESULTS = TESTS / "results"
PAGE = ROOT / "docs" / "trackers.md"

HEAD = """# Trackers: what was compared with the real packages

Each tracker of the reference trainer is tested with its real package, offline, in a training of 20
steps: every number that was logged is read back from what the tracker wrote, and so are the
parameters and the checkpoints. Then its back end fails, in each of the ways that it can, and the
trained weights must be the same to the bit. `make test-integrations` repeats it.

| tracker | version | environment | what is read | numbers | parameters | files of checkpoints |
|---|---|---|---|---|---|---|
"""
FAULTS = """
## What fails, and how much longer the training may take then

A fault is made in the real package, or in what it works with: a network in which packets vanish, a
disk of its own that is full, a process that is stopped or killed, a database that is locked. The
time is what the program may take longer than without a tracker, once the trainer is built and until
its process has ended, where each call of a tracker may take 4 seconds. The reasons for the dashes
are below.

"""
JUDGED = """
## transformers' own trackers, by the same tests

What `make test-transformers-trackers` finds with transformers 5.23.0. A check holds, or it is said
what comes instead, in our words and in a part of what the failing check shows. What is tried with a
fault is whether training ends as it would without a tracker, in time, with one warning.

"""
HOLDS = "holds"
MADE_ONLY = "every fault is tried or spared with a reason"
"""A check of the cases, and of no tracker."""


Known = dict[str, dict[str, dict[str, str]]]


def page(found: dict[str, dict[str, Any]], judged: dict[str, dict[str, str]], known: Known) -> str:
    """The page for the results by tracker, of the reference and of transformers."""
    rows = "".join(map(_row, found, found.values()))
    return HEAD + rows + FAULTS + _faults(found) + JUDGED + _judged(judged, known)


def _row(name: str, facts: dict[str, Any]) -> str:
    versions = ", ".join(f"{package} {version}" for package, version in facts["packages"].items())
    equal = "equal" if facts["exact"] else "equal as float32"
    numbers = f"{facts['numbers']}, {equal}" if "numbers" in facts else "-"
    kept = facts.get("parameters", "-"), facts.get("artifacts", "-")
    cells = [name, versions, facts["group"], facts["how"], numbers, *map(str, kept)]
    return f"| {' | '.join(cells)} |\n"


def _faults(found: dict[str, dict[str, Any]]) -> str:
    names = sorted({key for facts in found.values() for key in facts if key.startswith("fault: ")})
    head = " | ".join(name.removeprefix("fault: ") for name in names)
    rows = [
        f"| {tracker} | " + " | ".join(facts.get(name, "-") for name in names) + " |\n"
        for tracker, facts in found.items()
    ]
    spared = [
        f"- {tracker}, {name}: {why}.\n"
        for tracker, facts in found.items()
        for name, why in facts.get("spared", {}).items()
    ]
    table = f"| tracker | {head} |\n|---{'|---' * len(names)}|\n{''.join(rows)}"
    return f"{table}\n{''.join(spared)}"


def _judged(judged: dict[str, dict[str, str]], known: Known) -> str:
    rows = [
        f"| {tracker} | {check} | {_verdict(words, known.get(tracker, {}).get(check))} |\n"
        for tracker, checks in judged.items()
        for check, words in checks.items()
        if check != MADE_ONLY
    ]
    counts = [
        f"| {tracker} | {_held(checks, True)} | {_held(checks, False)} |\n"
        for tracker, checks in judged.items()
    ]
    return (
        f"| tracker | checks that hold | others |\n|---|---|---|\n{''.join(counts)}\n"
        f"| tracker | check | what comes |\n|---|---|---|\n{''.join(rows)}"
    )


def _held(checks: dict[str, str], wanted: bool) -> int:
    return sum((words == HOLDS) == wanted for name, words in checks.items() if name != MADE_ONLY)


def _verdict(words: str, expected: dict[str, str] | None) -> str:
    if words == HOLDS:
        return words
    # What is shown to the letter is another thing each time: an address, a number of seconds.
    shown = (expected["shows"] if expected else words).replace("|", "\\|").replace("`", "'")
    return f"{expected['why'] if expected else 'Not known.'} `{shown}`"


def results(folder: Path = RESULTS) -> dict[str, dict[str, Any]]:
    """What the tests noted, by tracker."""
    return {
        path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))
    }


def known() -> Known:
    """What transformers' trackers are known to do otherwise, by tracker and check."""
    found: Known = tomllib.loads((TESTS / "known.toml").read_text("utf-8"))
    return found


def main() -> int:
    text = page(results(), results(RESULTS / "transformers"), known())
    return settle({PAGE: text}, "make test-integrations; python tools/write_trackers.py")


if __name__ == "__main__":
    sys.exit(main())
