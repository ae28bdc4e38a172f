"""Comet: the archives of offline experiments, which are what would be uploaded.

Each holds a message a line; the archive of a running experiment is empty.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tracking import faults
from tracking.case import Case, Fault, Read, full

ONLINE = {"COMET_START_ONLINE": "1"}


def messages(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and content of every message below a folder, in the order of the experiments."""
    archives = sorted(folder.glob("off/*.zip"), key=lambda path: path.stat().st_mtime_ns)
    for path in archives:
        with zipfile.ZipFile(path) as archive:
            for line in archive.read("messages.json").decode().splitlines():
                message = json.loads(line)
                yield message["type"], message["payload"]


def read(folder: Path) -> Read:
    found = Read({})
    for kind, content in messages(folder):
        if kind == "metric_msg":
            metric = content["metric"]
            if metric["metricName"].startswith(("train/", "eval/", "test/")):
                step = content.get("step", metric.get("step"))
                found.values[metric["metricName"], step] = float(metric["metricValue"])
        elif kind == "parameter_msg":
            one = content.get("param") or content["params"]
            found.parameters[one["paramName"]] = one["paramValue"]
        elif kind == "file_upload":
            name = (content.get("additional_params") or {}).get("fileName")
            found.artifacts.append(str(name))
    return found


def end() -> None:
    """End the experiment behind the trainer's back."""
    import comet_ml

    comet_ml.get_running_experiment().end()


def block() -> None:
    faults.block("off/*.zip")


COMET_ML = Case(
    "comet_ml",
    group="hosted",
    needs=("comet_ml",),
    packages=("comet-ml",),
    read=read,
    environment={
        "COMET_START_ONLINE": "0",
        "COMET_OFFLINE_DIRECTORY": "{folder}/off",
        "COMET_DISABLE_AUTO_LOGGING": "1",
    },
    predicted=True,
    saving={"COMET_LOG_ASSETS": "TRUE"},
    faults={
        "unreachable": Fault({**ONLINE, "COMET_API_KEY": "0" * 25}, network="hole"),
        "credentials are missing": Fault(ONLINE),
        "raises": Fault(act="cases.comet_ml:end"),
        "blocks": Fault(act="cases.comet_ml:block"),
        "disk is full": full(COMET_OFFLINE_DIRECTORY="{folder}/full", TMPDIR="{folder}/full"),
    },
    spared={"dies": "it has no process of its own"},
)
