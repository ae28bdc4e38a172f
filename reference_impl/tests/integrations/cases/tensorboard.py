"""TensorBoard: event files of either writer, read with TensorBoard's own reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

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
        "blocks": Fault(act="cases.tensorboard:block"),
    },
    spared={
        "unreachable": "it writes files, and asks nobody",
        "credentials are missing": "it has none",
        "dies": "it has no process of its own",
    },
)

TENSORBOARD_X = replace(
    TENSORBOARD,
    name="tensorboardX",
    tracker="tensorboard",
    hidden=("tensorboard",),
    inside="cases.tensorboard:in_a_second",
    needs=("tensorboard", "tensorboardX"),
    packages=("tensorboardX",),
    faults={**TENSORBOARD.faults, "blocks": Fault(act="cases.tensorboard:clog")},
)
"""The writer where TensorBoard itself is missing; only the reader has it."""


class Standing:
    """The time, in a second that does not pass."""

    @staticmethod
    def time() -> float:
        return 1000.0


def in_a_second(perform: Callable[[], Any]) -> Any:
    """What `perform` gives where all of it is over within a second, whatever else the machine has
    to do: tensorboardX names its files by the second."""
    import tensorboardX.event_file_writer

    tensorboardX.event_file_writer.time = Standing()
    return perform()


def block() -> None:
    faults.block("board/events.out.tfevents*")


def clog() -> None:
    """tensorboardX keeps its file open."""
    faults.clog("events.out.tfevents")
