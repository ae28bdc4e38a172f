"""Weights & Biases: the log of an offline run, which is what would be synchronized.

It is a row of records in blocks of 32 KiB, each record cut where a block ends.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracking import faults
from tracking.case import Case, Fault, Read, full

BLOCK = 32768
KEY = "0" * 40
STEP = "train/global_step"


@dataclass
class Run:
    """What one log holds."""

    project: str = ""
    name: str = ""
    id: str = ""
    exit_code: int | None = None
    config: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    artifacts: list[tuple[list[str], list[str]]] = field(default_factory=list)
    """Aliases and files of each."""


def runs(folder: Path) -> list[Run]:
    """The runs below a folder, in the order in which they began."""
    logs = sorted(folder.glob("wandb/*run-*/*.wandb"), key=lambda path: path.stat().st_ctime_ns)
    return [_run(path.read_bytes()) for path in logs]


def read(folder: Path) -> Read:
    found, every = Read({}), runs(folder)
    for run in every:
        found.parameters |= run.config
        for row in run.rows:
            step = row.get(STEP)
            numbers = {k: v for k, v in row.items() if k != STEP and not k.startswith("_")}
            found.values |= {(name, step): value for name, value in numbers.items()}
        found.artifacts += [name for _, files in run.artifacts for name in files]
    return found


def _run(data: bytes) -> Run:
    from wandb.proto.wandb_internal_pb2 import Record

    run = Run()
    for payload in _records(data):
        record = Record()
        record.ParseFromString(payload)
        if record.HasField("run"):
            run.project, run.name, run.id = (
                record.run.project, record.run.display_name, record.run.run_id
            )  # fmt: skip
            run.config |= _items(record.run.config.update)
        elif record.HasField("config"):
            run.config |= _items(record.config.update)
        elif record.HasField("history"):
            run.rows.append(_items(record.history.item))
        elif record.HasField("artifact"):
            files = [content.path for content in record.artifact.manifest.contents]
            run.artifacts.append((list(record.artifact.aliases), files))
        elif record.HasField("exit"):
            run.exit_code = record.exit.exit_code
    return run


def _items(items: Any) -> dict[str, Any]:
    return {i.key or "/".join(i.nested_key): json.loads(i.value_json) for i in items}


def _records(data: bytes) -> Iterator[bytes]:
    place, record = 7, b""  # after the file's own header
    while place + 7 <= len(data):
        left = BLOCK - place % BLOCK
        if left < 7:  # no room for the header of another part
            place += left
            continue
        checksum, size, kind = struct.unpack_from("<IHB", data, place)
        if not kind:
            place += left
            continue
        part = data[place + 7 : place + 7 + size]
        if len(part) < size:
            return
        assert zlib.crc32(part, zlib.crc32(bytes([kind]))) == checksum
        place += 7 + size
        whole, first, last = 1, 2, 4
        record = part if kind in (whole, first) else record + part
        if kind in (whole, last):
            yield record


def end() -> None:
    """End the run behind the trainer's back."""
    import wandb

    wandb.finish()


def kill() -> None:
    faults.kill("wandb-core")


def stop() -> None:
    faults.stop("wandb-core")


WANDB = Case(
    "wandb",
    group="local",
    needs=("wandb",),
    packages=("wandb",),
    read=read,
    environment={"WANDB_MODE": "offline"},
    predicted=True,
    saving={"WANDB_LOG_MODEL": "checkpoint"},
    faults={
        "unreachable": Fault({"WANDB_MODE": "online", "WANDB_API_KEY": KEY}, network="hole"),
        "credentials are missing": Fault({"WANDB_MODE": "online"}),
        "raises": Fault(act="cases.wandb:end"),
        "blocks": Fault(act="cases.wandb:stop"),
        "dies": Fault(act="cases.wandb:kill"),
        "disk is full": full(WANDB_DIR="{folder}/full"),
    },
)
