"""What a person would see on the terminal: the lines that were printed, and the bars."""

from __future__ import annotations

import ast
import contextlib
import io
import itertools
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

from loopspec.values import values


class Screen:
    """Stands in for stdout and stderr, and tells what was shown there."""

    def __init__(self) -> None:
        self._lines, self._bars = io.StringIO(), io.StringIO()

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        with (
            contextlib.redirect_stdout(self._lines),
            contextlib.redirect_stderr(self._bars),
            _unhurried(),
        ):
            yield

    def seen(self) -> dict[str, Any]:
        """`printed`: each dict on a line of its own. `bars`: each `[total, [done, ...]]`, in the
        order in which they appeared. `closed`: whether the last bar was left."""
        drawn = self._bars.getvalue()
        return {
            "printed": list(_printed(self._lines.getvalue())),
            "bars": read_bars(drawn),
            "closed": not drawn or drawn.endswith(("\n", "\r")),
        }


@contextlib.contextmanager
def _unhurried() -> Iterator[None]:
    """tqdm draws ten times a second at most. By a clock on which every look is a minute later it
    draws each change, so that what is seen does not depend on speed."""
    if "tqdm.std" not in sys.modules:
        yield
        return
    ticks = itertools.count(60, 60)

    def tick() -> float:
        return float(next(ticks))

    with mock.patch("tqdm.std.time", tick):
        yield


def read_bars(text: str) -> list[list[Any]]:
    """The bars in what was drawn: a count that falls is a new bar's."""
    bars: list[list[Any]] = []
    open_bars: dict[int, list[int]] = {}
    for match in re.finditer(r"(\d+)/(\d+) \[", text):
        done, total = map(int, match.groups())
        counts = open_bars.get(total)
        if counts is None or done < counts[-1]:
            counts = open_bars[total] = [done]
            bars.append([total, counts])
        elif done > counts[-1]:
            counts.append(done)
    return bars


def _printed(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            shown = ast.literal_eval(line)
        except (ValueError, SyntaxError):
            continue
        if isinstance(shown, dict):
            yield as_shown(shown)


def as_shown(logs: Mapping[str, Any]) -> dict[str, Any]:
    """Printed logs as a trace holds them: as any other logs, but lists as they are."""
    plain = values(logs) or {}
    return {name: value if isinstance(value, list) else plain[name] for name, value in logs.items()}


_WORDS = {
    "PrinterCallback": "printer",
    "ProgressCallback": "progress",
    "NotebookProgressCallback": "progress",
}


def display_word(callback: object) -> str | None:
    """Which display a callback is, by its class or one that it derives from; None if it is none."""
    return next(filter(None, (_WORDS.get(c.__name__) for c in type(callback).__mro__)), None)
