"""What a package fails at and tells nobody but its log."""

from __future__ import annotations

import logging
import threading
import traceback
from typing import Any


class Overheard(logging.Handler):
    """Listens for failures of a package between `start` and `stop`: for errors and exceptions that
    it logs, for warnings that have these `words` in them, and for exceptions that end its threads.
    """

    def __init__(self, package: str, *words: str) -> None:
        super().__init__(logging.WARNING)
        self._package = package
        self._words = words
        self._messages: list[str] = []
        self._before: Any = None

    def start(self) -> None:
        """Begin to listen."""
        self._messages.clear()
        logging.getLogger(self._package).addHandler(self)
        if self._before is None:
            self._before, threading.excepthook = threading.excepthook, self._hear_thread

    def stop(self) -> None:
        """Listen no more."""
        logging.getLogger(self._package).removeHandler(self)
        if threading.excepthook == self._hear_thread:
            threading.excepthook = self._before
        self._before = None

    def check(self) -> None:
        """Raises RuntimeError if a failure was heard since the last time."""
        if self._messages:
            first = self._messages[0]
            self._messages.clear()
            raise RuntimeError(first)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what is logged, if it is a failure."""
        message = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            self._messages.append(f"{record.exc_info[0].__name__}: {record.exc_info[1]}")
        elif record.levelno >= logging.ERROR or any(word in message for word in self._words):
            self._messages.append(message)

    def _hear_thread(self, args: Any) -> None:
        frames = (frame for frame, _ in traceback.walk_tb(args.exc_traceback))
        modules = (f"{frame.f_globals.get('__name__')}." for frame in frames)
        if any(module.startswith(f"{self._package}.") for module in modules):
            self._messages.append(f"{args.exc_type.__name__}: {args.exc_value}")
        if self._before is not None:
            self._before(args)
