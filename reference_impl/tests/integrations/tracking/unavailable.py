"""Which trackers cannot be tested in this environment, and why: `python unavailable.py local` notes
it in the environment, once, when it is built."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

NOTES = Path(sys.prefix) / "unavailable.json"


def unavailable() -> dict[str, str]:
    """By tracker, why it cannot be tested here; empty where nothing was noted."""
    found: dict[str, str] = json.loads(NOTES.read_text("utf-8")) if NOTES.exists() else {}
    return found


def why_not(modules: Iterable[str]) -> str:
    """What is said by the first of these modules that cannot be imported; "" if all can."""
    for module in modules:
        words = [sys.executable, "-c", f"import {module}"]
        ended = subprocess.run(words, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        if ended.returncode:
            last = ended.stderr.strip().splitlines()[-1:] or [f"exit {ended.returncode}"]
            return f"import {module} fails: {last[0]}"
    return ""


def main(group: str) -> int:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from cases import CASES

    reasons = {c.name: why_not(c.needs) for c in CASES.values() if c.group == group}
    found = {name: reason for name, reason in reasons.items() if reason}
    NOTES.write_text(json.dumps(found, indent=1), "utf-8")
    for name, reason in found.items():
        sys.stderr.write(f"{name} cannot be tested: {reason}\n")
    if len(found) == len(reasons):
        sys.stderr.write(f"error: none of the trackers of {group} can be imported\n")
    return int(len(found) == len(reasons))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
