import runpy
import subprocess
import sys
from pathlib import Path

from loopspec.spec import rules

WRITE = Path(__file__).parents[1] / "write_index.py"


def test_the_index_is_that_of_the_chapters() -> None:
    ran = subprocess.run([sys.executable, WRITE, "--check"], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_every_rule_has_its_row_with_a_link_to_its_heading() -> None:
    text = runpy.run_path(str(WRITE))["index"]()
    for rule in rules().values():
        assert f"| [{rule.id}]({rule.chapter}.md#{rule.id.lower()}) | {rule.level} | " in text
        chapter = (WRITE.parents[1] / "spec" / f"{rule.chapter}.md").read_text()
        assert f"\n### {rule.id}\n" in chapter
