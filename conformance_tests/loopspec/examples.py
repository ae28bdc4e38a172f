"""What the examples of the specification are written with.

>>> trace = play(on_step_end={1: "should_epoch_stop"})
>>> trace.text(Event.EPOCH_BEGIN, Event.STEP_END)
'EB@0 SE@1 EB@1 SE@2 SE@3 SE@4'
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from loopspec.corpus import CORPUS
from loopspec.recording import provenance, record
from loopspec.scenario import Act, EarlyStopping, Scenario, Scripted
from loopspec.subjects.base import Subject
from loopspec.trace import Trace
from loopspec.vocabulary import Event, Flag
from loopspec.worlds import Worlds

_LETTERS = {flag.field: flag.value for flag in Flag}


def player(subject: Subject) -> Callable[..., Trace]:
    """`play` for a subject."""

    @functools.cache
    def worlds() -> Worlds:
        """Where processes are launched, up to the end of this one."""
        opened = contextlib.ExitStack()
        atexit.register(opened.close)
        folder = tempfile.TemporaryDirectory(prefix="loopspec-", ignore_cleanup_errors=True)
        return opened.enter_context(Worlds(subject, 1, 60, Path(opened.enter_context(folder))))

    @functools.cache
    def launched(name: str) -> Trace:
        """The trace of a scenario of the corpus; to launch processes costs seconds."""
        return next(worlds().play([CORPUS[name]], provenance(subject)))

    def play(named: str = "", **job: Any) -> Trace:
        """Train, and give the trace.

        Args:
            named: a scenario of the corpus; otherwise the job is as the keywords say. One for
                several processes is launched, once, and gives the trace of all of them.
            job: fields of `Scenario`; and `on_step_end={2: "should_save"}` for a callback that
                sets a flag (or several, comma-separated) at that event and global step.
        """
        if named:
            scenario = CORPUS[named]
            return launched(named) if scenario.processes > 1 else record(subject, scenario)
        acts = [
            act
            for name in list(job)
            if name.startswith("on_")
            for act in _acts(Event(name), job.pop(name))
        ]
        if acts:
            job["callbacks"] = (*job.get("callbacks", ()), Scripted("script", tuple(acts)))
        return record(subject, Scenario(name="example", **job))

    return play


def _acts(event: Event, wanted: Mapping[int | None, str]) -> list[Act]:
    return [
        Act(event, step, raises="".join(_LETTERS[name.strip()] for name in names.split(",")))
        for step, names in wanted.items()
    ]


def namespace(subject: Subject) -> dict[str, Any]:
    """The names that an example may use, with `subject` as the trainer that plays."""
    words = (Act, EarlyStopping, Event, Flag, Scenario, Scripted)
    return {word.__name__: word for word in words} | {"play": player(subject)}
