"""AzureML: an offline run prints, and keeps nothing: so what was printed is read."""

from __future__ import annotations

import base64
import json
import re
import time
from pathlib import Path
from typing import Any

from tracking.case import Case, Fault, Read


def printed(folder: Path) -> list[tuple[str, float]]:
    """Name and number of each line pair that an offline run prints."""
    output = (folder / "output.txt").read_text("utf-8")
    pairs = re.findall(r"Attempted to log scalar metric (\S+):\n(\S+)", output)
    return [(name, float(value)) for name, value in pairs]


def read(folder: Path) -> Read:
    found, step = Read({}), -1
    for name, value in printed(folder):
        if name == "step":
            step = int(value)
        else:
            found.values[name, step] = value
    return found


def leaves(folder: Path) -> set[str]:
    return {"printed values"} if printed(folder) else set()


def _part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


TOKEN = f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part({'exp': int(time.time()) + 86400})}.e30"


def submitted(server: str, token: str = TOKEN) -> dict[str, str]:
    """The environment of a run that the service has started."""
    names = "RUN_ID ARM_SUBSCRIPTION ARM_RESOURCEGROUP ARM_WORKSPACE_NAME ARM_PROJECT_NAME"
    return {f"AZUREML_{name}": "x" for name in f"{names} EXPERIMENT_ID WORKSPACE_ID".split()} | {
        "AZUREML_SERVICE_ENDPOINT": server,
        "AZUREML_DISCOVERY_SERVICE_ENDPOINT": f"{server}/discovery",
        "AZUREML_RUN_TOKEN": token,
        "AZUREML_RUN_TOKEN_EXPIRY": str(int(time.time()) + 86400),
    }


AZURE_ML = Case(
    "azure_ml",
    group="hosted",
    needs=("azureml.core",),
    packages=("azureml-core",),
    read=read,
    named=str,
    keeps=False,
    leaves=leaves,
    faults={
        "unreachable": Fault(submitted("http://198.18.0.9"), network="hole"),
        "credentials are missing": Fault(submitted("http://127.0.0.1:1", token="")),
        "raises": Fault(submitted("http://127.0.0.1:1")),
    },
    spared={
        "blocks": "an offline run only prints, as the trainer itself does",
        "dies": "it has no process of its own",
        "disk is full": "it writes no files",
    },
)
