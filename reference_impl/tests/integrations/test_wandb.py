"""What is Weights & Biases' own: environment variables, models, distributions, given runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from cases.wandb import Run
from cases.wandb import runs as written

from loopspec_reference import Trainer, TrainerCallback
from loopspec_reference.integrations.wandb import WandbCallback

pytest.importorskip("wandb")
pytestmark = pytest.mark.filterwarnings("ignore")
Build = Callable[..., Trainer]
BY_STEPS = {"logging_strategy": "steps", "logging_steps": 1}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR", "WANDB_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    yield tmp_path
    runs(tmp_path)  # the package keeps the settings that it read first, until it is torn down


def runs(folder: Path) -> list[Run]:
    """The runs below a folder, once all of them is written."""
    import wandb

    wandb.teardown()
    return written(folder)


def only(folder: Path) -> Run:
    (run,) = runs(folder)
    return run


@pytest.mark.parametrize(("chosen", "project"), [(None, "huggingface"), ("mine", "mine")])
def test_project_and_name_of_the_run(
    build: Build,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    chosen: str | None,
    project: str,
) -> None:
    if chosen:
        monkeypatch.setenv("WANDB_PROJECT", chosen)
    build(2, report_to="wandb", run_name="first").train()
    run = only(folder)
    assert (run.project, run.name, run.exit_code) == (project, "first", 0)


@pytest.mark.parametrize(
    ("chosen", "aliases"),
    [
        ("end", [["final_model"]]),
        (
            "checkpoint",
            [
                ["checkpoint_global_step_2", "epoch_0.5"],
                ["checkpoint_global_step_4", "epoch_1.0"],
                ["final_model"],
            ],
        ),
        ("false", []),
        ("sometimes", []),
    ],
)
def test_models_are_uploaded_at_the_end_or_at_each_checkpoint(
    build: Build,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: Any,
    chosen: str,
    aliases: list[list[str]],
) -> None:
    monkeypatch.setenv("WANDB_LOG_MODEL", chosen)
    with caplog.at_level(logging.WARNING, "loopspec_reference"):
        build(4, report_to="wandb", save_strategy="steps", save_steps=2).train()
    warnings = [r.getMessage() for r in caplog.records if r.name.startswith("loopspec_reference")]
    artifacts = only(folder).artifacts
    # The package adds "latest" by itself.
    assert [sorted({*found} - {"latest"}) for found, _ in artifacts] == aliases
    assert all("pytorch_model.bin" in files for _, files in artifacts)
    told = ["WANDB_LOG_MODEL is end, checkpoint or false, not 'sometimes': taken as false."]
    assert warnings == (told if chosen == "sometimes" else [])


@pytest.mark.parametrize("chosen", ["gradients", "parameters", "all"])
def test_distributions_are_logged_every_hundred_steps(
    build: Build, folder: Path, monkeypatch: pytest.MonkeyPatch, chosen: str
) -> None:
    plain = build(100)
    plain.train()
    monkeypatch.setenv("WANDB_WATCH", chosen)
    watched = build(100, report_to="wandb", logging_steps=10)
    watched.train()
    kinds = ("gradients", "parameters") if chosen == "all" else (chosen,)
    wanted = {f"{kind}/linear.{name}" for kind in kinds for name in ("weight", "bias")}
    row = only(folder).rows[0]
    assert {name.removesuffix("/values") for name in row if name.endswith("/values")} == wanted
    assert row["train/global_step"] == 100
    assert sum(row[f"{kinds[0]}/linear.weight/values"]) == 2
    pairs = zip(plain.model.parameters(), watched.model.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


@pytest.mark.parametrize("given", [True, False])
def test_a_run_of_the_users_is_used_and_left_open(build: Build, folder: Path, given: bool) -> None:
    import wandb

    run = wandb.init(project="theirs")
    build(2, [WandbCallback(run if given else None)], **BY_STEPS).train()
    run.log({"after": 1})
    run.finish()
    found = only(folder)
    assert found.project == "theirs"
    assert [row["train/loss"] > 0 for row in found.rows[:2]] == [True, True]
    assert found.rows[-1]["after"] == 1


def test_a_training_that_raises_is_a_failed_run(build: Build, folder: Path) -> None:
    class Failing(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            raise KeyError("on purpose")

    with pytest.raises(KeyError):
        build(2, [Failing()], report_to="wandb").train()
    assert only(folder).exit_code == 1


def test_what_comes_after_the_end_has_the_same_id(build: Build, folder: Path) -> None:
    trainer = build(2, report_to="wandb")
    trainer.train()
    trainer.log({"eval_after": 3.0})
    first, second = runs(folder)
    assert first.id == second.id
    assert second.rows[-1]["eval/after"] == 3.0


def test_setup_can_be_customized(build: Build, folder: Path) -> None:
    class Mine(WandbCallback):
        def setup(self, args: Any, state: Any, model: Any) -> None:
            super().setup(args, state, model)
            self.run.config["dataset"] = "numbers"

    build(2, [Mine()]).train()
    config = only(folder).config
    assert (config["dataset"], config["learning_rate"]) == ("numbers", 0.1)
