"""Neptune: the folder of an offline run, which holds the operations that would be sent."""

from __future__ import annotations

import base64
import gc
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tracking.case import Case, Fault, Read, full

from loopspec_reference.integrations.values import rewrite

TOKEN = base64.b64encode(
    json.dumps(
        {"api_address": "https://neptune.test", "api_url": "https://neptune.test", "api_key": "0"}
    ).encode()
).decode()
BASE = "finetuning"


def operations(folder: Path) -> Iterator[dict[str, Any]]:
    """The operations of all runs below a folder, in the order of the runs."""
    decoder = json.JSONDecoder()
    logs = folder.glob(".neptune/offline/*/**/data-*.log")
    for path in sorted(logs, key=lambda path: path.stat().st_mtime_ns):
        text, place = path.read_text("utf-8").strip("\0 \n"), 0
        while place < len(text):
            record, place = decoder.raw_decode(text, place)
            while place < len(text) and text[place] in " \n\0":
                place += 1
            yield record["obj"]


def read(folder: Path) -> Read:
    found = Read({})
    for operation in operations(folder):
        path = "/".join(operation.get("path") or [])
        kind, inside = operation["type"], path.removeprefix(f"{BASE}/")
        if kind == "LogFloats" and path.startswith(f"{BASE}/"):
            found.values |= {(path, v["step"]): v["value"] for v in operation["values"]}
        elif kind.startswith("Assign") and inside.startswith("trainer_parameters/"):
            found.parameters[inside.removeprefix("trainer_parameters/")] = operation["value"]
        elif kind == "UploadFileSet" and inside.startswith("checkpoints"):
            # Offline only the folder's place is noted.
            uploaded = [p for glob in operation["file_globs"] for p in Path(folder, glob).iterdir()]
            found.artifacts += [file.name for file in uploaded]
    return found


def stop() -> None:
    """Stop the run behind the trainer's back."""
    _run().stop()


def hold() -> None:
    """Hold the lock that the run takes for each operation."""
    _run()._lock.acquire()


def _run() -> Any:
    import neptune

    (run,) = (one for one in gc.get_objects() if isinstance(one, neptune.Run))
    assert threading.current_thread() is threading.main_thread()
    return run


NEPTUNE = Case(
    "neptune",
    group="hosted",
    needs=("neptune",),
    packages=("neptune",),
    read=read,
    environment={"NEPTUNE_MODE": "offline"},
    named=lambda name: f"{BASE}/{rewrite(name)}",
    saving={},
    arguments={"log_checkpoints": "same"},
    faults={
        "unreachable": Fault(
            {"NEPTUNE_MODE": "async", "NEPTUNE_API_TOKEN": TOKEN, "NEPTUNE_PROJECT": "a/b"},
            network="hole",
        ),
        "credentials are missing": Fault({"NEPTUNE_MODE": "async"}),
        "raises": Fault(act="cases.neptune:stop"),
        "blocks": Fault(act="cases.neptune:hold"),
        "disk is full": full(NEPTUNE_DATA_DIRECTORY="{folder}/full"),
    },
    spared={"dies": "it has no process of its own"},
)
