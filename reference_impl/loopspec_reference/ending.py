"""What ends a run from outside."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn


@contextmanager
def on_sigterm() -> Iterator[None]:
    """Let SIGTERM raise SystemExit in here, as Ctrl-C raises KeyboardInterrupt.

    By itself it would end the process with bars open and trackers waiting. Who handles it already
    goes on doing so; outside the main thread nobody can.
    """
    free = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if not free or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGTERM) is _end:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end(number: int, frame: Any) -> NoReturn:
    # What a shell says of a process that this signal ended.
    raise SystemExit(128 + number)
