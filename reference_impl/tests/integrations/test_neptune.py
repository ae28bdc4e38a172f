"""What is Neptune's own: the constructor's arguments, checkpoints, given runs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases.neptune import TOKEN, operations, read

from loopspec_reference import Trainer, TrainerCallback
from loopspec_reference.integrations.neptune import NeptuneCallback

pytest.importorskip("neptune")
pytestmark = pytest.mark.filterwarnings("ignore")
Build = Callable[..., Trainer]
BY_STEPS = {"logging_strategy": "steps", "logging_steps": 1}
SAVING = {"save_strategy": "steps", "save_steps": 2}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NEPTUNE_MODE", "offline")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fields(folder: Path) -> dict[str, Any]:
    found = (one for one in operations(folder) if one["type"].startswith("Assign"))
    return {"/".join(one["path"]): one["value"] for one in found}


def uploads(folder: Path) -> list[tuple[str, str]]:
    """Kind, and name of the checkpoint, of what is uploaded or deleted."""
    found = []
    for one in operations(folder):
        if one["path"][:2] == ["finetuning", "checkpoints"]:
            (path,) = one.get("file_globs") or one["file_paths"]
            found.append((one["type"], Path(path).name))
    return found


def test_name_namespace_and_more_arguments_go_to_the_run(build: Build, folder: Path) -> None:
    callback = NeptuneCallback(name="first", base_namespace="base", tags=["a", "b"])
    build(2, [callback], **BY_STEPS).train()
    held = fields(folder)
    assert held["sys/name"] == "first"
    assert held["base/trainer_parameters/learning_rate"] == 0.1
    (tags,) = (one for one in operations(folder) if one["path"] == ["sys", "tags"])
    assert sorted(tags["values"]) == ["a", "b"]
    assert "base/train/loss" in {"/".join(one["path"]) for one in operations(folder)}


def test_the_runs_name_is_that_of_the_arguments(build: Build, folder: Path) -> None:
    build(2, report_to="neptune", run_name="named").train()
    assert fields(folder)["sys/name"] == "named"


@pytest.mark.parametrize("is_logged", [True, False])
def test_parameters_may_be_left_out(build: Build, folder: Path, is_logged: bool) -> None:
    trainer = build(2, [NeptuneCallback(log_parameters=is_logged)])
    trainer.model.config = {"hidden_size": 4}
    trainer.train()
    held = fields(folder)
    assert ("finetuning/model_parameters/hidden_size" in held) == is_logged
    assert ("finetuning/trainer_parameters/seed" in held) == is_logged


UPLOAD, DELETE = "UploadFileSet", "DeleteFiles"


@pytest.mark.parametrize(
    ("chosen", "wanted"),
    [
        (None, []),
        ("same", [(UPLOAD, f"checkpoint-{n}") for n in (2, 4, 6)]),
        (
            "last",
            [
                (UPLOAD, "checkpoint-2"),
                (DELETE, "checkpoint-2"),
                (UPLOAD, "checkpoint-4"),
                (DELETE, "checkpoint-4"),
                (UPLOAD, "checkpoint-6"),
            ],
        ),
        ("best", [(UPLOAD, "checkpoint-2"), (DELETE, "checkpoint-2"), (UPLOAD, "checkpoint-6")]),
    ],
)
def test_which_checkpoints_are_kept(
    build: Build, folder: Path, chosen: Any, wanted: list[tuple[str, str]]
) -> None:
    best = {
        "eval_strategy": "steps",
        "eval_steps": 2,
        "load_best_model_at_end": True,
        "metric_for_best_model": "score",
        "greater_is_better": True,
    }
    callback = NeptuneCallback(log_checkpoints=chosen)
    build(6, [callback], scores=[0.5, 0.1, 0.9], **SAVING, **best).train()
    assert uploads(folder) == wanted


def test_what_does_not_fit_is_an_error_at_once(build: Build, folder: Path) -> None:
    with pytest.raises(ValueError, match="log_checkpoints is same, last, best or None: 'all'"):
        NeptuneCallback(log_checkpoints="all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="needs load_best_model_at_end=True"):
        build(2, [NeptuneCallback(log_checkpoints="best")])


def test_a_given_run_is_continued_and_left_open(build: Build, folder: Path) -> None:
    import neptune

    run = neptune.init_run()
    build(2, [NeptuneCallback(run=run)], **BY_STEPS).train()
    run["after"] = 1
    run.stop()
    assert fields(folder)["after"] == 1
    assert read(folder).values["finetuning/train/loss", 2] > 0
    assert len(list(folder.glob(".neptune/offline/*"))) == 1


def test_token_and_project_come_from_the_environment_or_the_arguments(
    build: Build, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    """A token that is no token is told from one that is missing: so it is what was sent."""
    monkeypatch.setenv("NEPTUNE_MODE", "async")
    monkeypatch.setenv("NEPTUNE_PROJECT", "a/b")
    found = []
    for argument, variable in ((None, None), (None, "no token"), ("no token", TOKEN)):
        monkeypatch.delenv("NEPTUNE_API_TOKEN", raising=False)
        if variable:
            monkeypatch.setenv("NEPTUNE_API_TOKEN", variable)
        caplog.clear()
        with caplog.at_level(logging.WARNING, "loopspec_reference"):
            build(2, [NeptuneCallback(api_token=argument)]).train()
        found += [
            r.getMessage().partition(" raised ")[2].partition(":")[0]
            for r in caplog.records
            if r.name.startswith("loopspec_reference")
        ]
    missing, invalid = "NeptuneMissingApiTokenException", "NeptuneInvalidApiTokenException"
    assert found == [missing, invalid, invalid]


def test_a_training_that_raises_is_a_failed_run(build: Build, folder: Path) -> None:
    class Failing(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            raise KeyError("on purpose")

    with pytest.raises(KeyError):
        build(2, [Failing()], report_to="neptune").train()
    assert fields(folder)["sys/failed"] is True


def test_what_comes_after_the_end_goes_to_the_same_run(build: Build, folder: Path) -> None:
    callback = NeptuneCallback(custom_run_id="mine")
    trainer = build(2, [callback], **BY_STEPS)
    trainer.train()
    trainer.log({"eval_after": 3.0})
    trainer.train()
    assert read(folder).values["finetuning/eval/after", 2] == 3.0
    assert callback.run._custom_run_id == "mine"
    assert len(list(folder.glob(".neptune/offline/*"))) == 1


def test_setup_can_be_customized(build: Build, folder: Path) -> None:
    class Mine(NeptuneCallback):
        def setup(self, args: Any, state: Any, model: Any) -> None:
            super().setup(args, state, model)
            self.run["dataset"] = "numbers"

    build(2, [Mine()]).train()
    assert fields(folder)["dataset"] == "numbers"
