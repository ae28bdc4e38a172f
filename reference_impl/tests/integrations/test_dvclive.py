"""DVCLive with the real package: what is its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases.dvclive import kept, prepare, read

from loopspec_reference import Trainer, TrainerCallback
from loopspec_reference.integrations.dvclive import DVCLiveCallback, path_of

dvclive = pytest.importorskip("dvclive")
pytestmark = pytest.mark.filterwarnings("ignore")

Build = Callable[..., Trainer]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a repository of Git."""
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "me")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "me@localhost")
    return tmp_path


def train(build: Build, *callbacks: Any, **options: Any) -> Trainer:
    trainer = build(2, list(callbacks), **options)
    trainer.train()
    return trainer


def experiments(folder: Path) -> list[str]:
    """The experiments of DVC, each a reference of Git."""
    words = ["git", "for-each-ref", "--format=%(refname)", "refs/exps"]
    found = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=True)
    return [name for name in found.stdout.split() if "/exec/" not in name]


def test_all_of_a_trainer_is_one_experiment(build: Build, folder: Path) -> None:
    trainer = train(build, report_to="dvclive")
    trainer.log({"eval_after": 3.0, "note": "text"})
    trainer.train()
    (name,) = experiments(folder)
    show = ["git", "show", f"{name}:dvclive/metrics.json"]
    saved = json.loads(subprocess.run(show, cwd=folder, capture_output=True, check=True).stdout)
    assert (saved["eval"]["after"], saved["note"]) == (3.0, "text")
    assert read(folder).values["eval/after", 2] == 3.0


def test_a_live_that_is_given_is_used_and_left_open(build: Build, folder: Path) -> None:
    live = dvclive.Live("mine", dvcyaml=None)
    train(build, DVCLiveCallback(live))
    assert experiments(folder) == []
    assert json.loads((folder / "mine" / "metrics.json").read_text())["train"]["loss"] > 0
    live.end()
    assert len(experiments(folder)) == 1


def test_one_is_made_from_the_keyword_arguments(build: Build, folder: Path) -> None:
    train(build, DVCLiveCallback(dir="there", save_dvc_exp=False, dvcyaml=None, on_error="raise"))
    assert (folder / "there" / "params.yaml").is_file()
    assert experiments(folder) == []
    with pytest.raises(TypeError, match="live is given: dir would make another one"):
        DVCLiveCallback(object(), dir="there")


@pytest.mark.parametrize("best", [False, True])
def test_the_model_is_kept_at_the_end(build: Build, folder: Path, best: bool) -> None:
    options: dict[str, Any] = {"output_dir": "out"}
    if best:
        options |= {"load_best_model_at_end": True, "save_strategy": "epoch"}
        options |= {"eval_strategy": "epoch"}
    train(build, DVCLiveCallback(log_model=True, on_error="raise"), **options)
    name = "best" if best else "last"
    files = {entry["relpath"] for entry in kept(folder, f"dvclive/artifacts/{name}")}
    assert "pytorch_model.bin" in files
    assert f"{name}:" in (folder / "dvc.yaml").read_text()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("all", "all"), ("True", True), ("1", True), ("false", False), ("", False)],
)
def test_the_environment_says_what_is_kept(
    value: str, wanted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_DVCLIVE_LOG_MODEL", value)
    assert DVCLiveCallback()._log_model == wanted
    assert DVCLiveCallback(log_model=False)._log_model is False


def test_an_experiment_is_saved_when_training_raises(build: Build, folder: Path) -> None:
    class Failing(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            raise KeyError("on purpose")

    with pytest.raises(KeyError):
        train(build, Failing(), report_to="dvclive")
    assert len(experiments(folder)) == 1


def test_parameters_that_yaml_cannot_hold_are_texts(build: Build, folder: Path) -> None:
    trainer = build(2, [DVCLiveCallback(on_error="raise")])
    trainer.model.config = {"function": print, "path": Path("here")}
    trainer.train()
    held = read(folder).parameters
    assert (held["model/function"], held["model/path"]) == (str(print), "here")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("loss", "loss"), ("eval_loss", "eval/loss"), ("train_loss", "train/loss"),
     ("test_x", "test/x"), ("pretrain_x", "pretrain_x"), ("../up", "_/up"), ("/", "_")],
)  # fmt: skip
def test_names(name: str, wanted: str) -> None:
    assert path_of(name) == wanted
