import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import environments
import pytest


def test_pins_are_read_by_normalized_names() -> None:
    text = "# a comment\nHuggingFace_Hub==2.4.0\ntorch==2.13.0 ; python_version>='3'\n-e .\n"
    assert environments.pinned(text) == {"huggingface-hub": "2.4.0", "torch": "2.13.0"}


def test_every_file_of_pins_has_torch_and_what_the_suite_needs() -> None:
    for path in environments.PINS.glob("*.txt"):
        found = environments.pinned(path.read_text("utf-8"))
        assert {"torch", "click", "msgspec", "pebble", "rich"} <= set(found), path.name


def test_here_is_the_environment_that_runs_this() -> None:
    assert environments.python_of(environments.HERE) == Path(sys.executable)
    assert environments.version_in(environments.HERE, "transformers") == version("transformers")
    assert environments.version_in(environments.HERE, "loopspec")


def test_what_pip_cannot_find_is_said_in_one_line(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "pins").mkdir()
    pins = tmp_path / "pins" / "gone.txt"
    pins.write_text("torch==0.0.0.dev0\n", "utf-8")
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "PINS", tmp_path / "pins")
    monkeypatch.setattr(environments, "OLDEST_PIP", "pip")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(environments.Unavailable) as told:
        environments.python_of("gone")
    assert str(told.value) == (
        "environment gone cannot be made: No matching distribution found for torch==0.0.0.dev0"
    )
    assert not (tmp_path / ".venvs" / "gone" / ".ready").exists()
