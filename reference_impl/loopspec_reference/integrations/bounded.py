"""Calls that end in time, whatever the one who is called does."""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Callable
from typing import TypeAlias

_Job: TypeAlias = "tuple[contextvars.Context, Callable[[], None], _Answer]"


class _Answer:
    """What comes of one call."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.error: BaseException | None = None


class Bounded:
    """Makes calls one after the other, in a thread of its own.

    A tracker that blocks (its server is silent, its process is stopped) blocks that thread, which
    ends with the program. Callers see their own context variables.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def call(self, action: Callable[[], None], seconds: float) -> None:
        """Have `action` called. Raises what it raises, and TimeoutError if it takes longer."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        answer = _Answer()
        self._jobs.put((contextvars.copy_context(), action, answer))
        if not answer.done.wait(seconds):
            raise TimeoutError(f"no answer within {seconds:g} seconds")
        if answer.error is not None:
            raise answer.error

    def _work(self) -> None:
        while True:
            context, action, answer = self._jobs.get()
            try:
                context.run(action)
            # SystemExit too: a tracker that ends the program must not end the training with it.
            except BaseException as error:
                answer.error = error
            answer.done.set()
