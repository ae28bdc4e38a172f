from __future__ import annotations

import json
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import environments
import pytest
import tracker_environment as environment

UNAVAILABLE = environment.TESTS / "tracking" / "unavailable.py"


def wheel(folder: Path, name: str) -> None:
    """A package with one empty module."""
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", "")
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")


def test_what_cannot_be_had_is_told_and_the_rest_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        wheel(tmp_path, name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    venv.create(tmp_path / "made", with_pip=True)
    run = environment.runner(tmp_path / "made" / "bin" / "python", time.monotonic() + 600)
    ((lost, reason),) = environment.install(["one==1.0", "gone==1.0", "two==1.0"], run)
    assert lost == "gone==1.0"
    assert "No matching distribution found for gone==1.0" in reason
    assert run(["-c", "import one, two"]) == ""
    assert run(["-c", "import gone"]) == "ModuleNotFoundError: No module named 'gone'"


def test_an_environment_that_cannot_be_had_is_one_line() -> None:
    said: list[Sequence[str]] = []

    def offline(words: Sequence[str]) -> str:
        said.append(words)
        return "ERROR: No matching distribution found for torch" if "torch==" in words[-1] else ""

    assert "torch" in environment.build("local", "", offline)
    assert len(said) == 2


def test_it_is_tried_anew_the_next_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no time for it."""
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    for _ in range(2):
        with pytest.raises(environments.Unavailable, match="no time was left for it"):
            environment.python_of("local", 0.0)
    assert not (tmp_path / ".venvs" / "trackers-local" / ".ready").exists()


def test_what_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    run = environment.runner(Path(sys.executable), time.monotonic() + 1)
    assert run(["-c", "import time; time.sleep(600)"]) == "it took too long"
    assert run(["-c", ""]) == "no time was left for it"
    lost = environment.install(["one==1", "two==2"], run)
    assert lost == [(name, "no time was left for it") for name in ("one==1", "two==2")]


def test_a_lock_is_its_requirements() -> None:
    text = "# made\none==1 # via two\n\n    # via x\ntwo==2\n"
    assert environment.requirements(text) == ["one==1", "two==2"]
    locks = {path.stem for path in (environment.TESTS / "environments").glob("*.txt")}
    assert set(environment.GROUPS) == locks


def test_what_cannot_be_imported_is_noted_in_the_environment(tmp_path: Path) -> None:
    """None of the trackers of Flyte is installed in a bare environment, so that it has no use."""
    venv.create(tmp_path / "made", system_site_packages=False)
    python = tmp_path / "made" / "bin" / "python"
    # What the cases themselves import is that of this environment.
    paths = [path for path in sys.path if path]
    code = f"import sys, runpy; sys.path[:0] = {paths!r}; sys.argv = ['x', 'flyte']; "
    code += f"runpy.run_path({str(UNAVAILABLE)!r}, run_name='__main__')"
    ended = subprocess.run([python, "-c", code], capture_output=True, text=True)
    notes = json.loads((tmp_path / "made" / "unavailable.json").read_text("utf-8"))
    reason = "import flytekit fails: ModuleNotFoundError: No module named 'flytekit'"
    assert notes == {"flyte": reason}
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        f"flyte cannot be tested: {reason}",
        "error: none of the trackers of flyte can be imported",
    ]
