"""`loopspec new-adapter`: what it writes works, and what it cannot know it says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LOOP = '''
class Loop:
    """Trains nothing, in {epochs} epochs."""

    def __init__(self, model, loader, {parameters}callbacks=(), rate=0.1):
        self.callbacks = list(callbacks)

    def fit(self):
        for callback in self.callbacks:
            callback.on_train_begin(None, None, None)
'''
HF_LIKE = """
from transformers import Trainer


class Mine(Trainer):
    pass
"""
RULES = ("--rule", "EVT-1", "--rule", "CTRL-1")


def run(folder: Path, *command: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=folder, capture_output=True, text=True
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def written(folder: Path, *arguments: str) -> str:
    done = run(folder, "loopspec", "new-adapter", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def lint(folder: Path) -> None:
    """What is written is as tidy as what its owner writes."""
    rules = ["--select", "E,F,I,B,UP,SIM", "--line-length", "100", "--no-cache"]
    checked = run(folder, "ruff", "check", "--isolated", *rules, ".")
    assert checked.returncode == 0, checked.stdout
    format_ = run(folder, "ruff", "format", "--isolated", "--no-cache", "--diff", *rules[2:4], ".")
    assert format_.returncode == 0, format_.stdout


def test_without_a_target_a_loop_stands_in_and_is_judged_at_once(tmp_path: Path) -> None:
    said = written(tmp_path)
    assert said.splitlines() == [
        "loopspec_adapter.py and test_loopspec_adapter.py are written",
        "Judge the trainer: loopspec check loopspec_adapter.py",
    ]
    lint(tmp_path)
    done = run(tmp_path, "loopspec", "check", "loopspec_adapter.py")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == "Loop conforms"
    tested = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "test_loopspec_adapter.py")
    assert tested.returncode == 0, tested.stdout


def test_what_a_constructor_wants_is_guessed_by_name(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(LOOP.lstrip().format(epochs="some", parameters="epochs=1, "))
    assert "TODO" not in written(tmp_path, "mine:Loop", "-o", "adapter.py")
    text = (tmp_path / "adapter.py").read_text()
    assert "model=TinyModel()" in text
    assert "loader=DataLoader(TinyData(scenario.train_batches), batch_size=1)" in text
    assert "self.trainer.fit()" in text
    assert "rate" not in text
    lint(tmp_path)
    done = run(tmp_path, "loopspec", "check", "adapter.py", *RULES)
    assert "Look at the adapter first" in done.stdout  # this loop calls nothing but the beginning
    assert done.returncode == 1


def test_what_cannot_be_guessed_is_to_be_filled_in(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(LOOP.lstrip().format(epochs="no", parameters="engine, "))
    assert "2 TODO" not in (said := written(tmp_path, "mine.py:Loop", "-o", "adapter.py"))
    assert "1 TODO in adapter.py" in said
    text = (tmp_path / "adapter.py").read_text()
    assert "from mine import Loop" in text
    assert "engine=...,  # TODO: fill in" in text


def test_a_trainer_like_transformers_needs_nothing_but_its_name(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(HF_LIKE.lstrip())
    written(tmp_path, "mine:Mine")
    lint(tmp_path)
    done = run(tmp_path, "loopspec", "check", "loopspec_adapter.py", *RULES)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["json:dumps"], "json:dumps: it is an object of type function, no class."),
        (["json"], "json: say which class, as module:attribute or file.py:attribute."),
        (["nowhere:Loop"], "nowhere:Loop: there is no module nowhere"),
        (["-o", "my adapter.py"], "my adapter.py is not the name of a Python module"),
        (["-o", "there.py"], "there.py is there already, and is left as it is"),
        (["-o", "no/such/folder.py"], "no/such/folder.py cannot be written"),
    ],
)
def test_bad_input_gets_one_line(arguments: list[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "there.py").write_text("")
    done = run(tmp_path, "loopspec", "new-adapter", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"loopspec: error: {said}")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.glob("*.py")] == ["there.py"]
