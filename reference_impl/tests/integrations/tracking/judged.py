"""Whose trackers are judged: the reference's, or with `LOOPSPEC_TRACKED=transformers` those of
transformers, with what they are known to do otherwise."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

TRAINER = os.environ.get("LOOPSPEC_TRACKED", "reference")
KNOWN = Path(__file__).parents[1] / "known.toml"
HOLDS = "holds"
_LONGEST = 200


class Known(NamedTuple):
    """Why a check fails, and a regular expression for what the failing check says: another failure
    is not it."""

    why: str
    shows: str


def known(trainer: str = TRAINER) -> dict[str, dict[str, Known]]:
    """By tracker and check, what is known to fail: only for the trackers of transformers."""
    if trainer != "transformers":
        return {}
    found = tomllib.loads(KNOWN.read_text("utf-8"))
    return {
        tracker: {check: Known(**words) for check, words in checks.items()}
        for tracker, checks in found.items()
    }


def check_of(name: str) -> tuple[str, str]:
    """Tracker and check of a test of the contract, from its name and parameter:
    `test_a_failing_tracker_takes_nothing_down[wandb-blocks]` is `("wandb", "blocks")`."""
    function, _, parameter = name.rstrip("]").partition("[")
    tracker, _, fault = parameter.partition("-")
    return tracker, fault or function.removeprefix("test_").replace("_", " ")


def outcome_of(report: Any) -> str | None:
    """`HOLDS`, or the first line of what a failed test says, whether it was expected to fail or
    not; None where the test did not get to it."""
    if report.when != "call":
        return None
    if report.passed:
        return HOLDS
    if report.skipped and not hasattr(report, "wasxfail"):
        return None
    crash = getattr(report.longrepr, "reprcrash", None)
    line = str(crash.message if crash else report.longrepr).partition("\n")[0]
    # Folders of a test, and addresses, are others each time.
    line = re.sub(r"/tmp/[^\s'\"]*|\d+(\.\d+){3}(:\d+)?", "...", line)
    line = line.removeprefix("AssertionError: ")
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def is_another(expected: Known, report: Any) -> bool:
    """Whether a test that was expected to fail failed, but otherwise than it is known for."""
    words = outcome_of(report) if hasattr(report, "wasxfail") else None
    return words not in (None, HOLDS) and not re.search(expected.shows, str(words))
