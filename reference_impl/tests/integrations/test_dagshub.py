"""DagsHub with the real packages: what it has besides MLflow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cases import mlflow
from cases.dagshub import DAGSHUB, DATABASE, UPLOADING, prepare, uploaded
from tracking.play import play

from loopspec_reference import Trainer
from loopspec_reference.integrations import available
from loopspec_reference.integrations.dagshub import DagsHubCallback, _repository

pytest.importorskip("dagshub")
pytest.importorskip("mlflow")
pytestmark = pytest.mark.filterwarnings("ignore")


def test_the_run_is_ended_and_the_output_folder_uploaded_once(tmp_path: Path) -> None:
    environment = DAGSHUB.set_up(tmp_path, **UPLOADING, BRANCH="other")
    played = play(
        tmp_path, trainer="reference", report_to=["dagshub"], environment=environment,
        inside=DAGSHUB.inside,
    )  # fmt: skip
    assert (played.result["error"], played.warnings) == ("", []), played.output
    (run,) = mlflow.runs(tmp_path, DATABASE)
    assert run.info.status == "FINISHED"
    files = uploaded(tmp_path)
    assert {entry["to"].partition("/artifacts")[0] for entry in files} == {"other"}
    names = [entry["to"] + "/" + entry["name"] for entry in files]
    assert len(set(names)) == len(names)
    assert sum("pytorch_model.bin" in name for name in names) == 2


@pytest.mark.parametrize(
    ("uri", "wanted"),
    [
        ("https://dagshub.com/me/mine.mlflow", ("me", "mine")),
        ("https://dagshub.com/me/mine.v2.mlflow", ("me", "mine.v2")),
        ("sqlite:////home/me/mine.mlflow", ("me", "mine")),
    ],
)
def test_the_repository_is_that_of_the_address(uri: str, wanted: tuple[str, str]) -> None:
    assert _repository(uri) == wanted


def test_an_address_without_one_is_told(
    build: Callable[..., Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with pytest.raises(RuntimeError, match=r"and is '': call dagshub.init\(\)"):
        build(2, [DagsHubCallback(on_error="raise")]).train()


def test_nothing_is_asked_where_nothing_is_uploaded(
    build: Callable[..., Trainer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / DATABASE}")
    monkeypatch.setenv("DAGSHUB_CLIENT_HOST", "http://127.0.0.1:9")
    build(2, [DagsHubCallback(on_error="raise")]).train()
    (run,) = mlflow.runs(tmp_path, DATABASE)
    assert run.info.status == "FINISHED"


def test_all_has_one_of_the_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://dagshub.com/me/mine.mlflow")
    assert {"dagshub", "mlflow"} & set(available()) == {"dagshub"}
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///runs.db")
    assert {"dagshub", "mlflow"} & set(available()) == {"mlflow"}
    monkeypatch.setenv("DISABLE_MLFLOW_INTEGRATION", "TRUE")
    assert {"dagshub", "mlflow"} & set(available()) == set()
