"""Rules as pytest items: the helper in a user's test file, and the suite by its package name."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from loopspec.spec import judged_rules

EXAMPLE = Path(__file__).parents[2] / "examples" / "forgets_epoch_stop.py"

USER_FILE = """
from loopspec.targets import resolve
from loopspec.testing import conformance

test_mine = conformance(resolve({target!r}), rules=["CTRL-1", "CTRL-3", "CTRL-24"]{known})
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_users_file_gives_one_item_a_rule(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(USER_FILE.format(target=str(EXAMPLE), known=""))
    ran = run_pytest(tmp_path, "--junitxml=out.xml")
    assert ran.returncode == 1
    assert "PASSED test_mine.py::test_mine[CTRL-1]" in ran.stdout
    assert "FAILED test_mine.py::test_mine[CTRL-3]" in ran.stdout
    assert "expected: should_epoch_stop cleared" in ran.stdout
    assert "Traceback" not in ran.stdout
    cases = ElementTree.parse(tmp_path / "out.xml").iter("testcase")
    named = {p.get("value") for case in cases for p in case.iter("property")}
    assert named == {"CTRL-1", "CTRL-3", "CTRL-24"}


def test_a_known_deviation_is_an_xfail(tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text('[CTRL-3]\nreason = "old habit"\n')
    text = USER_FILE.format(target=str(EXAMPLE), known=', known="known.toml"')
    (tmp_path / "test_mine.py").write_text(text)
    ran = run_pytest(tmp_path)
    assert ran.returncode == 0, ran.stdout
    assert "XFAIL test_mine.py::test_mine[CTRL-3] - " in ran.stdout
    assert "old habit" in ran.stdout


def test_the_suite_runs_by_its_package_name(tmp_path: Path) -> None:
    ran = run_pytest(tmp_path, "--pyargs", "loopspec.suite", "--loopspec-subject", "reference")
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert f"{len(judged_rules())} passed" in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "loopspec.suite needs a trainer: --loopspec-subject mypkg:MyTrainer"),
        (("--loopspec-subject", "nothing.here:T"), "there is no module nothing"),
    ],
)
def test_wrong_use_is_told_in_a_line(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    ran = run_pytest(tmp_path, "--pyargs", "loopspec.suite", *arguments)
    assert ran.returncode != 0
    assert message in ran.stdout + ran.stderr


def test_the_plugin_brings_nothing_into_an_unrelated_run(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_nothing_came_along():\n"
        "    assert 'loopspec_pytest' in sys.modules\n"
        "    heavy = {'loopspec', 'msgspec', 'torch', 'click', 'rich', 'pebble'}\n"
        "    assert not heavy & set(sys.modules)\n"
    )
    ran = run_pytest(tmp_path)
    assert ran.returncode == 0, ran.stdout
