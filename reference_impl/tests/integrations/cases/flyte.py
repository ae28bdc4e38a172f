"""Flyte: the training is a real task, run locally; its deck is read, and its checkpoint."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tracking.case import Case, Fault, Read

from loopspec_reference.integrations.flyte import DECK

Perform = Callable[[], Any]
_GIVEN: list[Perform] = []
_CAME: list[Any] = []


def train() -> int:
    """The task: what was given to be done, and then its decks are written down as they are."""
    from flytekit import current_context

    _CAME.append(_GIVEN[0]())
    decks = [deck for deck in current_context().decks if deck.name == DECK]
    for number, deck in enumerate(decks):
        Path(f"deck{number}.html").write_text(deck.html, "utf-8")
    return len(decks)


def inside(perform: Perform) -> Any:
    """What `perform` gives, called inside a task."""
    from flytekit import task

    _GIVEN.append(perform)
    task(train)()
    return _CAME.pop()


class _Table(HTMLParser):
    """The cells of a table, by rows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def rows(folder: Path) -> list[dict[str, str]]:
    """The logs, from the only deck of them."""
    (deck,) = folder.glob("deck*.html")
    names, *found = _Table(deck.read_text("utf-8")).rows
    # pandas, by which transformers makes the table, has NaN where there is nothing.
    return [
        {n: v for n, v in zip(names, row, strict=True) if n and v not in ("", "NaN")}
        for row in found
    ]


def read(folder: Path) -> Read:
    values = {
        (name, int(row["step"])): float(value)
        for row in rows(folder)
        for name, value in row.items()
        if name != "step"
    }
    return Read(values, artifacts=[path.name for path in folder.glob("tmp/**/__cp/*")])


def leaves(folder: Path) -> set[str]:
    """The files of the checkpoint, whose folder has a name by chance."""
    return {path.name for path in folder.glob("tmp/**/__cp/*")}


CLOUD = {
    "LOOPSPEC_TEST_CHECKPOINT": "s3://bucket/checkpoint",
    "FLYTE_AWS_ACCESS_KEY_ID": "key",
    "FLYTE_AWS_SECRET_ACCESS_KEY": "secret",
}

FLYTE = Case(
    "flyte",
    group="flyte",
    needs=("flytekit",),
    packages=("flytekit",),
    read=read,
    named=lambda name: name,
    keeps=False,
    inside="cases.flyte:inside",
    saving={},
    leaves=leaves,
    faults={
        "unreachable": Fault(
            {**CLOUD, "FLYTE_AWS_ENDPOINT": "http://10.9.8.7:9000"},
            network="hole",
            act="cases.flyte:move",
        ),
        "raises": Fault(act="cases.flyte:obstruct"),
        "blocks": Fault(
            {**CLOUD, "FLYTE_AWS_ENDPOINT": "http://127.0.0.1:5124"}, act="cases.flyte:be_silent"
        ),
        "disk is full": Fault({"TMPDIR": "{folder}/full"}, disk="full", act="tracking.faults:fill"),
    },
    spared={
        "credentials are missing": "those for its storage belong to the platform",
        "dies": "it has no process of its own",
    },
)


def move() -> None:
    """Have checkpoints kept in the cloud."""
    from flytekit import current_context

    current_context().checkpoint._checkpoint_dest = os.environ["LOOPSPEC_TEST_CHECKPOINT"]


def obstruct() -> None:
    """Have a file where the folder of the checkpoint is to be."""
    from flytekit import current_context

    place = Path(current_context().checkpoint._checkpoint_dest)
    shutil.rmtree(place, ignore_errors=True)
    place.write_text("in the way")


_SOCKETS: list[socket.socket] = []


def be_silent() -> None:
    """Be a cloud that takes calls and answers none."""
    _SOCKETS.append(socket.create_server(("127.0.0.1", 5124)))
    move()
