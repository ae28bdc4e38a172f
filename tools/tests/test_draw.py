import runpy
import subprocess
import sys
from pathlib import Path

DRAW = Path(__file__).parents[1] / "draw.py"


def test_the_drawings_in_the_specification_are_those_of_the_table() -> None:
    ran = subprocess.run([sys.executable, DRAW, "--check"], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_a_block_is_drawn_between_its_marks_and_nothing_else_changes() -> None:
    drawn = runpy.run_path(str(DRAW))["drawn"]
    new = drawn("a\n<!-- drawn from the table: rows -->\nold\n<!-- end -->\nb\n")
    assert new.startswith("a\n")
    assert new.endswith("<!-- end -->\nb\n")
    assert "old" not in new
    assert "`on_train_begin`" in new
    assert drawn(new) == new
