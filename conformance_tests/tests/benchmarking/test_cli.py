from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[3] / "examples" / "reads_loss_each_step.py"


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "loopspec", "bench", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_subclass_beside_the_reference(tmp_path: Path) -> None:
    kept, drawn = tmp_path / "bench.json", tmp_path / "bench.svg"
    asked = ("--beside", "reference", "--callbacks", 0, "--callbacks", 3, "--rounds", 0)
    done = bench(EXAMPLE, *asked, "--json", kept, "--plot", drawn)
    assert done.returncode == 0, done.stderr
    assert f"{EXAMPLE} costs more than reference" in done.stdout
    assert "reads_loss_each_step:ReadsLossEachStep.training_step" in done.stdout
    assert json.loads(kept.read_bytes())["version"] == 1
    assert drawn.read_bytes().startswith(b"<?xml")
    again = bench(EXAMPLE, *asked, "--compare", kept, "--quiet")
    assert (again.returncode, again.stdout) == (0, f"{EXAMPLE} costs no more than in {kept}\n")
    text = kept.read_text().replace('"_local_scalar_dense": 1.0', '"_local_scalar_dense": 0.5')
    kept.write_text(text)
    dearer = bench(EXAMPLE, *asked, "--compare", kept, "--quiet")
    assert dearer.returncode == 1
    assert "1 waiting operations a step, 0.5 more than 0.5" in dearer.stdout
    assert f"{EXAMPLE} costs more than in {kept}" in dearer.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("reference", "--plot", "x.gif"), "a plot is drawn as .svg or .png"),
        (("reference", "--compare", "nothing.json"), "does not exist"),
        (("refrence",), "Did you mean"),
        (("reference", "--callbacks", "-1"), "is not in the range"),
    ],
)
def test_wrong_use_is_one_line(arguments: tuple[str, ...], told: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
