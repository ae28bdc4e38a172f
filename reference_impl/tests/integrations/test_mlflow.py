"""MLflow with the real package: what is its own, in a database for each test."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases.mlflow import client, prepare, runs

from loopspec_reference import Trainer, TrainerCallback
from loopspec_reference.integrations.mlflow import MLflowCallback, clean

mlflow = pytest.importorskip("mlflow")
pytestmark = pytest.mark.filterwarnings("ignore")

Build = Callable[..., Trainer]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database that MLflow writes to, and the working directory."""
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'runs.db'}")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    return tmp_path


def train(build: Build, *callbacks: Any, **options: Any) -> Trainer:
    trainer = build(2, list(callbacks), **{"report_to": "mlflow", **options})
    trainer.train()
    return trainer


def test_a_run_of_its_own_is_named_and_ended(build: Build, folder: Path) -> None:
    train(build, run_name="first")
    (run,) = runs(folder)
    assert (run.info.run_name, run.info.status) == ("first", "FINISHED")
    assert run.data.metrics.keys() >= {"train_loss", "epoch"}


def test_the_active_run_is_used_and_left_open(build: Build, folder: Path) -> None:
    with mlflow.start_run(run_name="mine") as mine:
        train(build)
        assert mlflow.active_run().info.run_id == mine.info.run_id
        assert client(folder).get_run(mine.info.run_id).info.status == "RUNNING"
    (run,) = runs(folder)
    assert (run.info.run_name, "train_loss" in run.data.metrics) == ("mine", True)


def test_a_new_active_run_takes_the_place_of_the_first(build: Build, folder: Path) -> None:
    with mlflow.start_run(run_name="one"):
        trainer = train(build)
    with mlflow.start_run(run_name="two"):
        trainer.train()
    named = {run.info.run_name: len(run.data.params) > 40 for run in runs(folder)}
    assert named == {"one": True, "two": True}


def test_a_nested_run_is_the_child_of_the_active_one(
    build: Build, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_NESTED_RUN", "1")
    with mlflow.start_run() as mine:
        trainer = train(build)
        trainer.train()
    _, child = runs(folder)
    assert child.data.tags["mlflow.parentRunId"] == mine.info.run_id
    assert child.info.status == "FINISHED"


def test_a_run_is_gone_on_with_by_its_id(
    build: Build, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    train(build)
    (run,) = runs(folder)
    monkeypatch.setenv("MLFLOW_RUN_ID", run.info.run_id)
    with caplog.at_level(logging.WARNING, "loopspec_reference"):
        train(build, learning_rate=0.5)
    (message,) = (record.getMessage() for record in caplog.records)
    assert message == "mlflow keeps the first value of its run's learning_rate."
    (run,) = runs(folder)
    assert run.data.params["learning_rate"] == "0.1"
    assert len(client(folder).get_metric_history(run.info.run_id, "train_loss")) == 2


def test_experiment_tags_and_parameters_by_the_environment(
    build: Build, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "loops")
    monkeypatch.setenv("MLFLOW_TAGS", json.dumps({"release": 3}))
    monkeypatch.setenv("MLFLOW_FLATTEN_PARAMS", "true")
    trainer = build(2, report_to="mlflow")
    trainer.model.config = {"labels": {"0": "no", "1": "yes"}, "long": "x" * 7000, "odd()": 1}
    trainer.train()
    (run,) = runs(folder)
    assert run.info.experiment_id == client(folder).get_experiment_by_name("loops").experiment_id
    assert run.data.tags["release"] == "3"
    params = run.data.params
    assert (params["model/labels.0"], params["model/labels.1"]) == ("no", "yes")
    assert (len(params["model/long"]), params["model/odd__"]) == (6000, "1")


def test_the_number_of_parameters_can_be_bounded(
    build: Build, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_MAX_LOG_PARAMS", "3")
    train(build)
    (run,) = runs(folder)
    assert len(run.data.params) == 3


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("MLFLOW_TAGS", "MLFLOW_TAGS is a JSON object of tags, not 'x'"),
        ("MLFLOW_MAX_LOG_PARAMS", "MLFLOW_MAX_LOG_PARAMS is a number of parameters, not 'x'"),
    ],
)
def test_a_wrong_setting_is_told(
    name: str, words: str, build: Build, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(ValueError, match=words):
        train(build, MLflowCallback(on_error="raise"), report_to="none")


def test_it_is_failed_when_training_raises(build: Build, folder: Path) -> None:
    class Failing(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            raise KeyError("on purpose")

    trainer = build(2, [Failing()], report_to="mlflow")
    with pytest.raises(KeyError):
        trainer.train()
    (run,) = runs(folder)
    assert run.info.status == "FAILED"
    trainer.log({"eval_after": 3.0})  # opens it again
    (run,) = runs(folder)
    assert (run.info.status, run.data.metrics["eval_after"]) == ("FAILED", 3.0)


def test_odd_names_and_texts_arrive(build: Build, folder: Path) -> None:
    trainer = train(build)
    trainer.log({"a(b)": 1.0, "../up": 2.0, "a//b": 3.0, "note": "text"})
    (run,) = runs(folder)
    metrics = run.data.metrics
    assert (metrics["a_b_"], metrics["___up"], metrics["a__b"]) == (1.0, 2.0, 3.0)
    assert run.data.tags["note"] == "text"
    assert run.info.status == "FINISHED"


def test_what_the_server_refuses_is_not_lost_in_a_thread(build: Build, folder: Path) -> None:
    callback = MLflowCallback(on_error="raise")
    trainer = train(build, callback, report_to="none")
    callback.log({"loss": 1.0}, {}, 5)
    with pytest.raises(mlflow.MlflowException, match="Invalid"):
        callback.log({"a(b)": 1.0}, {}, 5)
    assert trainer.state.global_step == 2


def test_setup_can_be_customized(build: Build, folder: Path) -> None:
    class Named(MLflowCallback):
        def setup(self, args: Any, state: Any, model: Any) -> None:
            super().setup(args, state, model)
            client(folder).set_tag(self.run_id, "owner", "me")

    train(build, Named(), report_to="none")
    (run,) = runs(folder)
    assert run.data.tags["owner"] == "me"


def test_switched_off_is_no_lack(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISABLE_MLFLOW_INTEGRATION", "true")
    with pytest.raises(RuntimeError, match="mlflow, which is switched off: DISABLE_MLFLOW_INTEG"):
        build(report_to="mlflow")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("eval/loss", "eval/loss"), ("a.b-c d:e", "a.b-c d:e"), ("..", "__"), ("x" * 300, "x" * 250)],
)
def test_names(name: str, wanted: str) -> None:
    assert clean(name) == wanted
