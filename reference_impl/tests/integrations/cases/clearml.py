"""ClearML: an offline session, read from the folder that it keeps."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path
from typing import Any

from tracking import faults
from tracking.case import Case, Fault, Read


def sessions(folder: Path) -> list[Path]:
    """The folders of all sessions."""
    return [path for path in sorted(folder.glob("cml/offline/offline-*")) if path.is_dir()]


def task(folder: Path) -> dict[str, Any]:
    """What the only session knows of its task."""
    (session,) = sessions(folder)
    return dict(json.loads((session / "task.json").read_text()))


def events(folder: Path) -> list[dict[str, Any]]:
    """What the only session reported."""
    (session,) = sessions(folder)
    lines = (session / "metrics.jsonl").read_text().splitlines()
    return [event for line in lines for event in json.loads(line)]


def read(folder: Path) -> Read:
    """Numbers by title, series and iteration; single values have none."""
    values = {
        (f"{event['metric']}/{event['variant']}", event["iter"]): event["value"]
        for event in events(folder)
        if event["type"] == "training_stats_scalar" and event["metric"] in ("train", "eval", "test")
    }
    known, (session,) = task(folder), sessions(folder)
    parameters = {
        name: held["value"] for name, held in known["hyperparams"]["Transformers"].items()
    }
    archives = (session / "data").rglob("*.zip")
    names = [name for archive in archives for name in zipfile.ZipFile(archive).namelist()]
    return Read(values, parameters, names)


SERVER = {
    "CLEARML_OFFLINE_MODE": "0",
    "CLEARML_API_HOST": "http://10.9.8.7:8008",
    "CLEARML_WEB_HOST": "http://10.9.8.7:8080",
    "CLEARML_FILES_HOST": "http://10.9.8.7:8081",
}

CLEARML = Case(
    "clearml",
    group="local",
    needs=("clearml",),
    packages=("clearml",),
    read=read,
    environment={
        "CLEARML_OFFLINE_MODE": "1",
        "CLEARML_CACHE_DIR": "{folder}/cml",
        # That of transformers has it on by default, and cannot do it offline.
        "CLEARML_LOG_MODEL": "false",
    },
    saving={"CLEARML_LOG_MODEL": "true"},
    faults={
        "unreachable": Fault(
            {**SERVER, "CLEARML_API_ACCESS_KEY": "key", "CLEARML_API_SECRET_KEY": "secret"},
            network="hole",
        ),
        "credentials are missing": Fault(SERVER),
        "raises": Fault(act="cases.clearml:obstruct"),
        "blocks": Fault(act="cases.clearml:block"),
        "disk is full": Fault(
            {"CLEARML_CACHE_DIR": "{folder}/full"}, disk="full", act="tracking.faults:fill"
        ),
    },
    spared={"dies": "the process that reports is switched off: a thread does it"},
)


def written() -> Path:
    """The file with the numbers, which another process writes for transformers, in its time."""
    (session,) = sessions(Path())
    while not (session / "metrics.jsonl").is_file():
        time.sleep(0.01)
    return session / "metrics.jsonl"


def obstruct() -> None:
    """Have a folder where the numbers are written to."""
    file = written()
    file.unlink()
    file.mkdir()


def block() -> None:
    written()
    faults.block("cml/offline/*/metrics.jsonl")
