"""Worker processes that play scenarios, and that a bad subject may hang or kill.

A worker builds its subject once and lives on from scenario to scenario, because imports cost
seconds. One that hangs or dies is replaced, and costs the scenario that it was playing.
"""

from __future__ import annotations

import contextlib
import faulthandler
import functools
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from loopspec.faults import SubjectFault, died
from loopspec.playing import Described, collect, describe, perform
from loopspec.scenario import Scenario
from loopspec.sending import packed, unpacked
from loopspec.stacks import innermost
from loopspec.subjects.base import Subject
from loopspec.trace import Outcome, Provenance, Trace

_STARTING = 300.0
"""Seconds that a worker may take to import its target: a framework on a busy machine needs many."""

# In the worker ------------------------------------------------------------------------------------


@functools.cache
def _subject(source: str | bytes) -> Subject:
    """The subject; once in each worker."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a trainer prints is not the report
    # A worker is spawned, and would have the subject spawn too, whose locks outlive a worker then.
    multiprocessing.set_start_method(None, force=True)
    return unpacked(source)


def _describe(source: str | bytes) -> Described:
    return describe(_subject(source))


def _play(source: str | bytes, scenario: Scenario, path: Path, timeout: float) -> None:
    subject = _subject(source)
    with path.with_suffix(".stack").open("w") as stack:
        # The watchdog is a thread in C: it ends the process even where Python cannot run.
        faulthandler.dump_traceback_later(timeout, exit=True, file=stack)
        try:
            perform(subject, scenario, path)
        finally:
            faulthandler.cancel_dump_traceback_later()


# In the caller ------------------------------------------------------------------------------------


class Workers(contextlib.AbstractContextManager["Workers"]):
    """A pool of workers for one subject; a context manager, at whose end they are gone.

    Args:
        subject: the subject, or its target as text, which each worker resolves by itself.
        processes: how many at once.
        timeout: seconds for one scenario.
        folder: where the files of running scenarios go.
    """

    def __init__(
        self, subject: Subject | str, processes: int, timeout: float, folder: Path
    ) -> None:
        self._source = packed(subject)
        self._name = subject if isinstance(subject, str) else subject.name
        self._processes, self._timeout, self._folder = processes, timeout, folder
        self._pool: Any = None
        self._by: Provenance | None = None
        self._grace = _STARTING

    def __exit__(self, *raised: object) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def _schedule(self, function: Callable[..., Any], *args: Any, limit: float) -> Future[Any]:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPool(max_workers=self._processes, context=context)
        future: Future[Any] = self._pool.schedule(function, args=args, timeout=limit)
        return future

    def describe(self) -> Described:
        """What the subject is, asked in a worker.

        Raises:
            SubjectFault: there is no such subject, or its import hangs or kills the process.
        """
        begun = time.monotonic()
        try:
            described: Described = self._schedule(_describe, self._source, limit=_STARTING).result()
        except TimeoutError:
            raise SubjectFault(
                f"{self._name}: importing it did not end within {_STARTING:g} s; "
                "nothing was judged."
            ) from None
        except ProcessExpired as error:
            raise SubjectFault(
                f"{self._name}: its process died while it was imported ({died(error.exitcode)}); "
                "nothing was judged."
            ) from None
        except BrokenProcessPool:
            raise SubjectFault(_NO_WORKER) from None
        self._by = described.by
        # A worker that replaces another one must import too, perhaps while others keep it waiting.
        self._grace = 5 + 3 * (time.monotonic() - begun)
        return described

    def play(self, scenarios: Sequence[Scenario]) -> Iterator[Trace]:
        """The trace of each scenario, in the order in which they end."""
        waiting = {scenario.name: scenario for scenario in scenarios}
        while waiting:
            before = len(waiting)
            for name, cut in self._ended(list(waiting.values())):
                if cut is not None or self._file(name).exists():
                    yield self._collect(waiting.pop(name), cut or Outcome("died"))
            if len(waiting) == before:
                raise SubjectFault(_NO_WORKER)

    def _ended(self, scenarios: list[Scenario]) -> Iterator[tuple[str, Outcome | None]]:
        """The name of each scenario that came to an end, and how if it was cut short; None where
        the whole pool broke, and it may not even have begun."""
        # The watchdog in the worker comes first; this is for a process that is gone or stopped.
        limit = self._timeout + self._grace
        futures = {
            self._schedule(
                _play, self._source, scenario, self._file(scenario.name), self._timeout, limit=limit
            ): scenario.name
            for scenario in scenarios
        }
        for future in as_completed(futures):
            name = futures[future]
            try:
                future.result()
                yield name, Outcome("died", "it left no outcome")
            except TimeoutError:
                yield name, Outcome("died", "it ended with status 0, or was stopped from outside")
            except ProcessExpired as error:
                yield name, self._hung(name) or Outcome("died", died(error.exitcode))
            except BrokenProcessPool:
                self._stop()
                yield name, self._hung(name)

    def _hung(self, name: str) -> Outcome | None:
        """The outcome if it was the watchdog that ended the process."""
        with contextlib.suppress(FileNotFoundError):
            if dump := self._file(name).with_suffix(".stack").read_text():
                return Outcome("hung", f"no end within {self._timeout:g} s", innermost(dump))
        return None

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.jsonl"

    def _collect(self, scenario: Scenario, cut: Outcome) -> Trace:
        assert self._by is not None, "describe() comes first"
        return collect(self._file(scenario.name), scenario, self._by, cut)


_NO_WORKER = (
    "no worker process came up. In a script, check() is to be called under "
    '`if __name__ == "__main__":`, because workers import the script; or use processes=0.'
)
