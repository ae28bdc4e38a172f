"""TensorBoard: event files, read with TensorBoard's own reader."""

from __future__ import annotations

import json
from pathlib import Path

from tracking import faults
from tracking.case import Case, Fault, Read, full


def read(folder: Path) -> Read:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = EventAccumulator(str(folder / "board"), {"scalars": 0, "tensors": 0}).Reload()
    tags = board.Tags()
    values = {(t, e.step): e.value for t in tags["scalars"] for e in board.Scalars(t)}
    text = board.Tensors("args/text_summary")[0].tensor_proto.string_val[0]
    return Read(values, json.loads(text))


TENSORBOARD = Case(
    "tensorboard",
    group="local",
    needs=("tensorboard",),
    packages=("tensorboard",),
    read=read,
    environment={"TENSORBOARD_LOGGING_DIR": "{folder}/board"},
    exact=False,
    faults={
        "raises": Fault({"TENSORBOARD_LOGGING_DIR": "{folder}/job.json/board"}),
        "disk is full": full(TENSORBOARD_LOGGING_DIR="{folder}/full"),
        "blocks": Fault(act="cases.tensorboard:block", within=15),
    },
    spared={
        "unreachable": "it writes files, and asks nobody",
        "credentials are missing": "it has none",
        "dies": "it has no process of its own",
    },
)


def block() -> None:
    faults.block("board/events.out.tfevents*")
