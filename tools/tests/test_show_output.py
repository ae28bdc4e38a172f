import runpy
import subprocess
import sys
from pathlib import Path

SHOW = Path(__file__).parents[1] / "show_output.py"


def test_what_the_readme_shows_is_what_comes() -> None:
    ran = subprocess.run([sys.executable, SHOW, "--check"], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_a_block_is_filled_with_the_output_of_its_command() -> None:
    shown = runpy.run_path(str(SHOW))["shown"]
    block = "<!-- output of: loopspec explain CTRL-3 -->\nold\n<!-- end -->\n"
    new = shown(f"a\n{block}b\n")
    assert new.startswith("a\n<!-- output of: loopspec explain CTRL-3 -->\n```text\n$ loopspec")
    assert new.endswith("```\n<!-- end -->\nb\n")
    assert "should_epoch_stop" in new
    assert "old" not in new
