"""CodeCarbon: a table with a row for each training. It keeps nothing of what the trainer logs."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from tracking import faults
from tracking.case import Case, Fault, Read


def rows(folder: Path) -> list[dict[str, str]]:
    """A row for each training."""
    with (folder / "out" / "emissions.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def read(folder: Path) -> Read:
    return Read({})


CODECARBON = Case(
    "codecarbon",
    group="local",
    needs=("codecarbon",),
    packages=("codecarbon",),
    read=read,
    logs=False,
    keeps=False,
    environment={"CODECARBON_COUNTRY_ISO_CODE": "FRA", "CODECARBON_LOG_LEVEL": "warning"},
    faults={
        "unreachable": Fault({"CODECARBON_COUNTRY_ISO_CODE": ""}, network="hole"),
        "raises": Fault(act="cases.codecarbon:obstruct"),
        "blocks": Fault(act="cases.codecarbon:block"),
        "disk is full": Fault(disk="full", act="cases.codecarbon:fill", at=0),
    },
    spared={
        "credentials are missing": "a table needs none",
        "dies": "it has no process of its own",
    },
)


def obstruct() -> None:
    """Have a folder where the table is written to."""
    Path("out/emissions.csv").mkdir()


def block() -> None:
    """Have a pipe there that nobody reads."""
    os.mkfifo("out/emissions.csv")


def fill() -> None:
    """Have the table on the small disk, which is full."""
    Path("out").mkdir()
    Path("out/emissions.csv").symlink_to(faults.FULL.absolute() / "emissions.csv")
    faults.fill()
