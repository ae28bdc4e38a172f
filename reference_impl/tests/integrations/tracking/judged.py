"""Whose trackers are judged: the reference's, or with `LOOPSPEC_TRACKED=transformers` those of
transformers, with what they are known to do otherwise."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

TRAINER = os.environ.get("LOOPSPEC_TRACKED", "reference")
KNOWN = Path(__file__).parents[1] / "known.toml"


def known() -> dict[str, dict[str, str]]:
    """By tracker and check, why it fails: only for the trackers of transformers."""
    found: dict[str, dict[str, str]] = tomllib.loads(KNOWN.read_text("utf-8"))
    return found if TRAINER == "transformers" else {}


def check_of(name: str) -> tuple[str, str]:
    """Tracker and check of a test of the contract, from its name and parameter:
    `test_a_failing_tracker_takes_nothing_down[wandb-blocks]` is `("wandb", "blocks")`."""
    function, _, parameter = name.rstrip("]").partition("[")
    tracker, _, fault = parameter.partition("-")
    return tracker, fault or function.removeprefix("test_").replace("_", " ")


class Verdicts:
    """What became of each check, by tracker."""

    def __init__(self) -> None:
        self.found: dict[str, dict[str, str]] = {}

    def take(self, name: str, outcome: str, words: str) -> None:
        """The outcome of one test."""
        tracker, check = check_of(name)
        self.found.setdefault(tracker, {})[check] = words if outcome == "known" else outcome

    def write(self, folder: Path) -> None:
        """One file a tracker."""
        folder.mkdir(parents=True, exist_ok=True)
        for tracker, checks in self.found.items():
            text = json.dumps(checks, indent=1, sort_keys=True)
            (folder / f"{tracker}.json").write_text(text + "\n", "utf-8")


def outcome_of(report: Any) -> tuple[str, str] | None:
    """What a report of pytest says, and the words for it; None where the test did not get to it."""
    if report.when != "call" and not report.skipped:
        return None
    if hasattr(report, "wasxfail"):
        return "known", report.wasxfail.removeprefix("reason: ")
    return ("holds" if report.passed else report.outcome), ""
