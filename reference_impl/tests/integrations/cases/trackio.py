"""Trackio: its database."""

import json
import sqlite3
import time
from pathlib import Path

from tracking.case import Case, Fault, Read, full

HELD = []
SERVER = "http://198.18.0.9:1"


def read(folder: Path) -> Read:
    with sqlite3.connect(folder / "trackio" / "huggingface.db") as database:
        rows = database.execute("SELECT step, metrics FROM metrics ORDER BY id").fetchall()
        ((config,), *_) = database.execute("SELECT config FROM configs").fetchall()
    values = {(name, step): v for step, row in rows for name, v in json.loads(row).items()}
    return Read(values, json.loads(config))


def lock() -> None:
    while not Path("trackio/huggingface.db").is_file():  # it is written every half a second
        time.sleep(0.01)
    HELD.append(sqlite3.connect("trackio/huggingface.db"))
    HELD[0].execute("BEGIN EXCLUSIVE")


TRACKIO = Case(
    "trackio",
    group="local",
    needs=("trackio",),
    packages=("trackio",),
    read=read,
    environment={"TRACKIO_DIR": "{folder}/trackio"},
    faults={
        "unreachable": Fault({"TRACKIO_SERVER_URL": f"{SERVER}?write_token=x"}, network="hole"),
        "credentials are missing": Fault({"TRACKIO_SERVER_URL": SERVER}),
        "raises": Fault({"TRACKIO_DIR": "{folder}/job.json/trackio"}),
        "blocks": Fault(act="cases.trackio:lock"),
        "disk is full": full(TRACKIO_DIR="{folder}/full"),
    },
    spared={"dies": "it has no process of its own"},
)
