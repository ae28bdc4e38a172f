"""The scripts that show a deviation without the suite: each still comes, where its trainer is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from environments import HERE, SETTINGS
from matrix import Row, rows
from writing import ROOT

FOLDER = ROOT / "examples" / "deviations"
SCRIPTS = sorted(FOLDER.glob("*_*.py"))
WANTED = os.environ.get("LOOPSPEC_DEVIATIONS")
SHARED = {"tiny_trainer.py", "tiny_ppo.py", "tiny_setfit.py"}
OLDER = {"transformers_evaluates_no_last_step.py", "transformers_prints_floats_as_they_are.py"}
"""They show what transformers 4 does and 5 does not."""


def subject(script: Path) -> Row:
    """Whose deviation it is: the subject with the longest name that its own begins with."""
    fits = [row for row in rows() if script.name.startswith(row.name.replace("-", "_") + "_")]
    if script.name in OLDER:
        fits = [row for row in fits if row.environment != HERE]
    return max(fits, key=lambda row: len(row.name))


def interpreter(environment: str) -> Path:
    if environment == HERE:
        return Path(sys.executable)
    return ROOT / ".venvs" / environment / "bin" / "python"


@pytest.mark.parametrize(
    "script", [s for s in SCRIPTS if s.name not in SHARED], ids=lambda s: s.stem
)
def test_it_still_deviates(script: Path) -> None:
    environment = subject(script).environment
    python = interpreter(environment)
    if not python.exists():
        pytest.skip(f"make matrix has not made the environment {environment}")
    done = subprocess.run(
        [python, script], env=os.environ | SETTINGS, capture_output=True, text=True, timeout=300
    )
    told = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert done.returncode == 1, done.stderr
    assert told["due"] != told["got"]
