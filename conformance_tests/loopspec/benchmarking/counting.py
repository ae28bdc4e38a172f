"""Exact counts of what Python does: calls of functions, of C functions, and bytecodes.

They are the same in every run on one version of Python, however busy the machine is.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

import msgspec

from loopspec.benchmarking.uncollected import uncollected


class Counts(msgspec.Struct, frozen=True):
    """What one piece of work takes."""

    calls: float
    """Calls of functions written in Python."""
    c_calls: float
    """Calls of functions written in C that Python code makes."""
    bytecodes: float
    """Instructions of Python's interpreter."""

    def less(self, other: Counts, times: int = 1) -> Counts:
        """What is more here than in `other`, for each of `times` pieces of work."""
        return Counts(
            (self.calls - other.calls) / times,
            (self.c_calls - other.c_calls) / times,
            (self.bytecodes - other.bytecodes) / times,
        )


Places = Counter[str]
"""How many bytecodes each function takes, by `module:function`."""


def count(work: Callable[[], Any]) -> Counts:
    """What `work` takes. It is called twice."""
    calls, c_calls = count_calls(work)
    return Counts(calls, c_calls, sum(count_bytecodes(work).values()))


def count_calls(work: Callable[[], Any]) -> tuple[int, int]:
    """Calls of Python functions, `work` among them, and of C functions."""
    kinds: Counter[str] = Counter()

    def at_call(frame: FrameType, kind: str, argument: object) -> None:
        kinds[kind] += 1

    with _alone():
        sys.setprofile(at_call)
        try:
            work()
        finally:
            sys.setprofile(None)
    # The last call is that which ends the counting.
    return kinds["call"], kinds["c_call"] - 1


def count_bytecodes(work: Callable[[], Any]) -> Places:
    """Bytecodes, by the function that takes them."""
    by_code: Counter[CodeType] = Counter()
    modules: dict[CodeType, str] = {}

    def at_opcode(frame: FrameType, kind: str, argument: object) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        if kind == "opcode":
            by_code[frame.f_code] += 1
        else:
            modules.setdefault(frame.f_code, str(frame.f_globals.get("__name__", "?")))
        return at_opcode

    with _alone():
        sys.settrace(at_opcode)
        try:
            work()
        finally:
            sys.settrace(None)
    places: Places = Counter()
    for code, number in by_code.items():
        places[f"{modules.get(code, '?')}:{code.co_qualname}"] += number
    return places


@contextmanager
def _alone() -> Iterator[None]:
    """Without a debugger or coverage, and without the garbage collector, as what it calls back
    depends on what was there before."""
    tracing, profiling = sys.gettrace(), sys.getprofile()
    sys.settrace(None)
    sys.setprofile(None)
    try:
        with uncollected():
            yield
    finally:
        sys.setprofile(profiling)
        sys.settrace(tracing)
