"""Tests the trackers on their real packages: `python tools/run_trackers.py local hosted`, or all.

Each group has an environment of its own, made if need be. What cannot be had from a registry, or
not in time, is not tested: that is said with its reason and counted, and is no failure as long as
there are others that are tested. With `--transformers` the trackers of transformers are judged.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import tracker_environment
from environments import Unavailable, place_of
from tracker_environment import GROUPS, TESTS
from writing import ROOT

FOR_AN_ENVIRONMENT = 900.0
"""Seconds that making one may take: it takes two or three minutes where the network is there."""


def main(words: Sequence[str]) -> int:
    """Test the groups that are named; 1 if a test fails, or there is nothing that can be tested."""
    asked = _asked(words)
    ends = time.monotonic() + 60 * asked.minutes
    failed, lines, tested = False, [], 0
    for group in asked.groups or GROUPS:
        trackers = _trackers(group)
        try:
            left = ends - time.monotonic()
            python = tracker_environment.python_of(group, min(FOR_AN_ENVIRONMENT, left))
            missing = _missing(python)
            failed |= not _passes(python, group, asked, ends)
        except Unavailable as error:
            missing = dict.fromkeys(trackers, str(error)) | _missing(place_of(f"trackers-{group}"))
        lines += [f"{group}: {len(trackers) - len(missing)} of {len(trackers)} trackers tested"]
        lines += [f"NOT TESTED: {name}: {reason}" for name, reason in missing.items()]
        tested += len(trackers) - len(missing)
    print("\n".join(lines))
    return int(failed or not tested)


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--transformers", action="store_true", help="judge those of transformers")
    parser.add_argument("--jobs", type=int, default=3, help="tests at a time (3): many only wait")
    parser.add_argument("--minutes", type=float, default=120, help="how long all may take (120)")
    asked = parser.parse_args(words)
    if unknown := [group for group in asked.groups if group not in GROUPS]:
        parser.error(f"there is no group {unknown[0]}: {', '.join(GROUPS)}")
    return asked


def _passes(python: Path, group: str, asked: argparse.Namespace, ends: float) -> bool:
    """Whether the tests of a group pass, in time."""
    settings = {
        "LOOPSPEC_TRACKERS": group,
        "LOOPSPEC_TRACKER_RESULTS": str(TESTS / "results"),
        "LOOPSPEC_TRACKED": "transformers" if asked.transformers else "reference",
    }
    command = [str(python), "-m", "pytest", "-n", str(asked.jobs), "--dist", "loadgroup"]
    command += ["--durations", "10", str(TESTS)]
    print(f"== {group}", flush=True)
    try:
        left = max(0.0, ends - time.monotonic())
        return not subprocess.run(
            command, cwd=ROOT, env={**os.environ, **settings}, timeout=left
        ).returncode
    except subprocess.TimeoutExpired:
        print(f"{group}: the tests are not over within {asked.minutes:g} minutes in all")
        return False


def _missing(python: Path) -> dict[str, str]:
    """What cannot be tested in an environment, with the reasons."""
    notes = python.parents[1] / "unavailable.json"
    found: dict[str, str] = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
    return found


def _trackers(group: str) -> list[str]:
    """The names of the group's cases."""
    sys.path[:0] = [] if importlib.util.find_spec("cases") else [str(TESTS)]
    from cases import CASES

    return [case.name for case in CASES.values() if case.group == group]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
