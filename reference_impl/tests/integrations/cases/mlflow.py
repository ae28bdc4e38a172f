"""MLflow: a SQLite database of the job's own, read with MLflow's client."""

from __future__ import annotations

import functools
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from tracking import faults
from tracking.case import Case, Fault, Read

URI = "sqlite:///{folder}/runs.db"


@functools.cache
def template() -> Path:
    """An empty database with all its tables, which take seconds to make."""
    from mlflow import MlflowClient

    made = Path(tempfile.mkdtemp()) / "runs.db"
    MlflowClient(URI.format(folder=made.parent)).search_experiments()
    return made


def prepare(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    shutil.copy(template(), folder / "runs.db")


def client(folder: Path, database: str = "runs.db") -> Any:
    from mlflow import MlflowClient

    return MlflowClient(f"sqlite:///{folder / database}")


def runs(folder: Path, database: str = "runs.db") -> list[Any]:
    """All runs, in the order in which they were started."""
    found = client(folder, database)
    experiments = [experiment.experiment_id for experiment in found.search_experiments()]
    return list(found.search_runs(experiments, order_by=["attributes.start_time ASC"]))


def read(folder: Path, database: str = "runs.db") -> Read:
    """What the only run holds."""
    held = client(folder, database)
    (run,) = runs(folder, database)
    steps = [m for name in run.data.metrics for m in held.get_metric_history(run.info.run_id, name)]
    values = {(m.key, m.step): m.value for m in sorted(steps, key=lambda m: m.timestamp)}
    artifacts = _files(lambda path: held.list_artifacts(run.info.run_id, path))
    for model in held.search_logged_models([run.info.experiment_id]):
        of_model = functools.partial(held.list_logged_model_artifacts, model.model_id)
        artifacts += _files(of_model)
    return Read(values, run.data.params, artifacts)


def _files(listed: Callable[[str | None], Any], path: str | None = None) -> list[str]:
    """The files in a folder of artifacts, and in all below it."""
    found: list[str] = []
    for entry in listed(path):
        found += _files(listed, entry.path) if entry.is_dir else [entry.path]
    return found


def leaves(folder: Path) -> set[str]:
    return {"a run"} if runs(folder) else set()


MLFLOW = Case(
    "mlflow",
    group="local",
    needs=("mlflow", "sqlalchemy", "alembic"),
    packages=("mlflow-skinny",),
    read=read,
    prepare=prepare,
    leaves=leaves,
    environment={
        "MLFLOW_TRACKING_URI": URI,
        # One that is made by the job keeps its artifacts in the job's folder.
        "MLFLOW_EXPERIMENT_NAME": "loops",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    },
    named=lambda name: name,
    saving={"HF_MLFLOW_LOG_ARTIFACTS": "1"},
    faults={
        "unreachable": Fault({"MLFLOW_TRACKING_URI": "http://10.9.8.7:5000"}, network="hole"),
        "credentials are missing": Fault(
            {"MLFLOW_TRACKING_URI": "http://127.0.0.1:5123"}, act="cases.mlflow:refuse", at=0
        ),
        "raises": Fault(act="cases.mlflow:drop"),
        "blocks": Fault(act="cases.mlflow:lock"),
        "disk is full": Fault(
            {"MLFLOW_TRACKING_URI": "sqlite:///{folder}/full/runs.db"},
            disk="full",
            act="cases.mlflow:fill",
            at=0,
        ),
    },
    spared={"dies": "it has no process of its own; its server's end is that of an unreachable one"},
)


def refuse() -> None:
    """Be a server that wants another user."""

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(401)

        do_POST = do_GET  # noqa: N815

    server = HTTPServer(("127.0.0.1", 5123), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def drop(path: str = "runs.db") -> None:
    """Take the table away that it writes to."""
    with sqlite3.connect(path) as database:
        database.execute("drop table metrics")


_LOCKS: list[sqlite3.Connection] = []


def lock(path: str = "runs.db") -> None:
    """Have the database be written to by someone who does not come to an end."""
    _LOCKS.append(sqlite3.connect(path, isolation_level=None))
    _LOCKS[0].execute("begin exclusive")


def fill() -> None:
    """Put the database onto the disk that is full then."""
    shutil.copy("runs.db", faults.FULL / "runs.db")
    faults.fill()
