"""What is Comet's own: environment variables, given experiments, archives."""

from __future__ import annotations

import json
import logging
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases.comet_ml import messages, read

from loopspec_reference import Trainer, TrainerCallback
from loopspec_reference.integrations.comet_ml import CometCallback

pytest.importorskip("comet_ml")
pytestmark = pytest.mark.filterwarnings("ignore")
Build = Callable[..., Trainer]
BY_STEPS = {"logging_strategy": "steps", "logging_steps": 1}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COMET_START_ONLINE", "0")
    monkeypatch.setenv("COMET_OFFLINE_DIRECTORY", str(tmp_path / "off"))
    monkeypatch.setenv("COMET_DISABLE_AUTO_LOGGING", "1")
    return tmp_path


def experiments(folder: Path) -> list[dict[str, Any]]:
    found = []
    for path in folder.glob("off/*.zip"):
        with zipfile.ZipFile(path) as archive:
            found.append(json.loads(archive.read("experiment.json")))
    return found


def others(folder: Path) -> dict[str, Any]:
    found = (content for kind, content in messages(folder) if "other" in kind)
    return {str(content["key"]): content.get("val", content.get("value")) for content in found}


def test_project_and_name_of_the_experiment(
    build: Build, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMET_PROJECT_NAME", "mine")
    build(2, report_to="comet_ml", run_name="first").train()
    (experiment,) = experiments(folder)
    assert experiment["project_name"] == "mine"
    assert others(folder)["Name"] == "first"


def test_a_mode_that_there_is_not_is_one_warning(
    build: Build, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    monkeypatch.setenv("COMET_MODE", "OFFLINE")
    with caplog.at_level(logging.WARNING, "loopspec_reference"):
        build(2, report_to="comet_ml", **BY_STEPS).train()
    (words,) = (r.getMessage() for r in caplog.records if r.name.startswith("loopspec_reference"))
    assert "COMET_MODE is get_or_create, create, get, not 'offline'" in words
    assert experiments(folder) == []


@pytest.mark.parametrize(("chosen", "is_kept"), [("TRUE", True), ("false", False), (None, False)])
def test_the_output_folder_is_uploaded_at_the_end(
    build: Build,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    chosen: str | None,
    is_kept: bool,
) -> None:
    if chosen:
        monkeypatch.setenv("COMET_LOG_ASSETS", chosen)
    output = str(folder / "out")
    saving = {"save_strategy": "steps", "save_steps": 2, "output_dir": output}
    build(2, report_to="comet_ml", **saving).train()
    uploaded = [name for name in read(folder).artifacts if "pytorch_model.bin" in name]
    assert bool(uploaded) == is_kept


@pytest.mark.parametrize("given", [True, False])
def test_an_experiment_of_the_users_is_used_and_left_open(
    build: Build, folder: Path, given: bool
) -> None:
    import comet_ml

    experiment = comet_ml.start(online=False, project_name="theirs")
    build(2, [CometCallback(experiment if given else None)], **BY_STEPS).train()
    assert experiment.alive
    experiment.end()
    (found,) = experiments(folder)
    assert found["project_name"] == "theirs"
    assert read(folder).values["train/loss", 2] > 0


def test_a_training_that_raises_has_a_tag(build: Build, folder: Path) -> None:
    class Failing(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            raise KeyError("on purpose")

    with pytest.raises(KeyError):
        build(2, [Failing()], report_to="comet_ml").train()
    (experiment,) = experiments(folder)
    assert experiment["tags"] == ["failed"]


def test_what_comes_after_the_end_has_the_same_key(build: Build, folder: Path) -> None:
    trainer = build(2, report_to="comet_ml")
    trainer.train()
    trainer.log({"eval_after": 3.0})
    first, second = experiments(folder)
    assert first["offline_id"] == second["offline_id"]
    assert read(folder).values["eval/after", 2] == 3.0


def test_setup_can_be_customized(build: Build, folder: Path) -> None:
    class Mine(CometCallback):
        def setup(self, args: Any, state: Any, model: Any) -> None:
            super().setup(args, state, model)
            self.experiment.log_other("dataset", "numbers")

    build(2, [Mine()]).train()
    assert others(folder)["dataset"] == "numbers"
