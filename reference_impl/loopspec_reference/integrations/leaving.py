"""Ending the program in time, where a package that was given up wants something done at its end."""

from __future__ import annotations

import atexit
import gc
import threading
from collections.abc import Callable
from concurrent.futures import thread as thread_pools
from contextlib import suppress
from typing import Any

from .bounded import Bounded

Hook = Callable[[], Any]


def bound(packages: tuple[str, ...], seconds: float) -> None:
    """Give what these packages have registered for the end of the program `seconds` in all then.

    A tracker that no longer answers is often waited for at the end: by its package, without limit.
    """
    hooks = _take(packages)
    _leave_threads(packages)
    # No thread can be started at the end of the program.
    thread = Bounded(f"end of {packages[0]}")
    thread.call(lambda: None, seconds)

    def leave() -> None:
        with suppress(Exception):
            thread.call(lambda: _run(hooks), seconds)

    atexit.register(leave)


def _leave_threads(packages: tuple[str, ...]) -> None:
    """Have the threads of the packages' own pools not be waited for: `concurrent.futures` does that
    for each thread in its table. A thread that is no daemon is waited for by Python itself; but the
    pool was filled by a call of the tracker, in a thread that is one, and so are its own."""
    waited: Any = getattr(thread_pools, "_threads_queues", {})
    for one in gc.get_objects():
        kind = type(one)
        if issubclass(kind, thread_pools.ThreadPoolExecutor) and _is_of(kind.__module__, packages):
            for thread in list(one._threads):
                waited.pop(thread, None)


def _is_of(module: str, packages: tuple[str, ...]) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def _run(hooks: list[Hook]) -> None:
    for hook in hooks:
        with suppress(Exception):
            hook()


def _take(packages: tuple[str, ...]) -> list[Hook]:
    """Unregister the hooks of these packages; gives them, the one to be called first first."""
    ours = _Ours(packages)
    # Some register with the end of all threads, which comes before.
    early = getattr(threading, "_threading_atexits", [])
    found = [hook for hook in reversed(early) if ours == hook]
    for hook in found:
        early.remove(hook)
    ours.found.clear()
    atexit.unregister(ours)  # type: ignore[arg-type] # anything that can be compared will do
    return found + ours.found[::-1]


class _Ours:
    """Equal to each function of the packages, as `atexit` compares what it is to unregister."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self.packages = packages
        self.found: list[Hook] = []

    def __eq__(self, hook: Any) -> bool:
        inner = getattr(hook, "func", hook)  # of a partial
        module = str(getattr(inner, "__module__", ""))
        is_one = _is_of(module, self.packages)
        if is_one:
            self.found.append(hook)
        return is_one

    __hash__ = None  # type: ignore[assignment] # it is only compared
