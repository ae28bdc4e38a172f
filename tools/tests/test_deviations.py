"""The scripts that show a deviation without the suite: each still comes, where its trainer is."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from environments import HERE, SETTINGS, place_of
from matrix import Row, rows
from writing import ROOT

FOLDER = ROOT / "examples" / "deviations"
SCRIPTS = sorted(path for path in FOLDER.glob("*_*.py") if not path.name.startswith("tiny"))
WANTED = os.environ.get("LOOPSPEC_DEVIATIONS")
OLDER = {
    "transformers_evaluates_no_last_step.py",
    "transformers_prints_floats_as_they_are.py",
    "transformers_resumes_to_other_weights.py",
}
"""They show what transformers 4 does and 5 does not."""


def subject(script: Path) -> Row:
    """Whose deviation it is: the subject with the longest name that its own begins with."""
    fits = [row for row in rows() if script.name.startswith(row.name.replace("-", "_") + "_")]
    if script.name in OLDER:
        fits = [row for row in fits if row.environment != HERE]
    return max(fits, key=lambda row: len(row.name))


@pytest.mark.skipif(not WANTED, reason="LOOPSPEC_DEVIATIONS=1 runs them, in minutes")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda s: s.stem)
def test_it_still_deviates(script: Path) -> None:
    environment = subject(script).environment
    python = place_of(environment)
    if not python.exists():
        pytest.skip(f"make matrix has not made the environment {environment}")
    done = subprocess.run(
        [python, script], env=os.environ | SETTINGS, capture_output=True, text=True, timeout=300
    )
    told = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert done.returncode == 1, done.stderr
    assert told["due"] != told["got"]
