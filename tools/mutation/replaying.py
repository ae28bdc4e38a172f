"""Which tests to ask about a mutant of the rules, where a check runs in thousands of tests.

A check is a pure function of a trace. So while the tests run once, each trace that a check is
given is kept, with what the check found. Of a mutant only the checks that reach the changed
function are played again, over those traces; where one finds something else, its tests are asked.
"""

from __future__ import annotations

import functools
import gc
import time
import types
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from loopspec.rules import CHECKS, Finding
from loopspec.trace import Trace
from mutation.choosing import Play
from mutation.mutant import ROOT, Mutant

Summary = tuple[object, ...]

COUNTED = "test_what_the_machine_predicts_keeps_every_rule_but_the_known"
"""The test that judges what real trainers do too, so that `observations.py` counts the same."""
OBSERVATIONS = "tools/tests/test_observations.py::test_nothing_is_observed_less_than_before"


class _Seen(msgspec.Struct):
    """What a check found in a trace, and the tests in which it did."""

    trace: Trace
    summary: Summary
    tests: list[str]


class Replayed:
    """Remembers every trace that every check was given."""

    def __init__(self) -> None:
        self._found: dict[str, dict[bytes, _Seen]] = {rule: {} for rule in CHECKS}
        self._seconds: dict[str, float] = {}
        self._checks = dict(CHECKS)
        self._test = ""
        self._last: tuple[Trace | None, bytes] = (None, b"")

    def watch(self, items: list[pytest.Item], play: Play) -> None:
        """Run every test once."""
        for rule in self._checks:
            CHECKS[rule] = functools.partial(self._watched, rule)
        for item, after in zip(items, [*items[1:], items[-1]], strict=True):
            self._test = item.nodeid
            began = time.perf_counter()
            play(item, after)
            self._seconds[item.nodeid] = time.perf_counter() - began
        CHECKS.update(self._checks)
        for trace in [one for one in gc.get_objects() if type(one) is Trace]:
            for name in [name for name in vars(trace) if name.startswith("_")]:
                del vars(trace)[name]  # what a check has kept with the trace
        self._seen = {rule: self._sorted(seen) for rule, seen in self._found.items()}
        self._reached = {rule: _reached(check) for rule, check in self._checks.items()}

    def _sorted(self, seen: dict[bytes, _Seen]) -> list[_Seen]:
        """What is asked the quickest first."""
        for one in seen.values():
            one.tests.sort(key=self._seconds.__getitem__)
        return sorted(seen.values(), key=lambda one: self._seconds[one.tests[0]])

    def _watched(self, rule: str, trace: Trace) -> Iterator[Finding]:
        findings: list[Finding] = []
        error: Exception | None = None
        try:
            for finding in self._checks[rule](trace):
                findings.append(finding)
                yield finding
        except Exception as raised:
            error = raised
            raise
        finally:
            seen = self._found[rule].setdefault(
                self._key(trace), _Seen(trace, _summary(findings, error), [])
            )
            if self._test not in seen.tests:
                seen.tests.append(self._test)

    def _key(self, trace: Trace) -> bytes:
        if self._last[0] is not trace:
            parts = (
                trace.scenario,
                trace.by.capabilities,
                trace.records,
                trace.returns,
                trace.outcome,
            )
            self._last = trace, msgspec.msgpack.encode(parts, enc_hook=repr)
        return self._last[1]

    def reaches(self, mutant: Mutant) -> bool:
        """Whether a check may call the changed function."""
        return any(self._reaches(rule, mutant) for rule in self._reached)

    def _reaches(self, rule: str, mutant: Mutant) -> bool:
        file, parts = str(ROOT / mutant.path), mutant.function.split(".")
        around = {(file, ".".join(parts[:n])) for n in range(1, len(parts) + 1)}
        return not around.isdisjoint(self._reached[rule])

    def choose(
        self, mutant: Mutant, items: list[pytest.Item], whole: bool
    ) -> Iterator[pytest.Item | str]:
        """The tests to run until one fails; or the name of one that is sure to fail."""
        here = {item.nodeid: item for item in items}
        asked: set[str] = set()
        file = str(ROOT / mutant.path)
        for rule, reached in self._reached.items():
            concerned = whole and any(place == file for place, _ in reached)
            if not (concerned or self._reaches(rule, mutant)):
                continue
            fewer = 0
            for seen in self._seen[rule]:
                if (now := _summary_of(rule, seen.trace)) == seen.summary:
                    continue
                new = [test for test in seen.tests if test not in asked]
                asked.update(new)
                yield from (here[test] for test in new)
                if any(COUNTED in test for test in seen.tests):
                    fewer += len(seen.summary) - len(now)
            if fewer > 0:
                yield OBSERVATIONS


def _summary_of(rule: str, trace: Trace) -> Summary:
    findings: list[Finding] = []
    try:
        findings.extend(CHECKS[rule](trace))
    except Exception as error:
        return _summary(findings, error)
    return _summary(findings, None)


def _summary(findings: list[Finding], error: Exception | None) -> Summary:
    """What a report can tell of findings: nothing of the words of a good one."""
    told: list[Any] = [
        (f.ok, f.variant) if f.ok else (f.ok, f.at, f.expected, str(f.got)) for f in findings
    ]
    return (*told, f"{type(error).__name__}: {error}") if error else tuple(told)


def _reached(check: Any) -> set[tuple[str, str]]:
    """The functions of the rules, by file and name, that a check may call."""
    found: set[tuple[str, str]] = set()
    left = [check]
    while left:
        function = left.pop()
        key = function.__code__.co_filename, function.__qualname__.replace(".<locals>", "")
        if key not in found:
            found.add(key)
            for name in _names(function.__code__):
                left += _functions(function.__globals__.get(name))
            for cell in function.__closure__ or ():
                left += _functions(cell.cell_contents)
    return found


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _names(inner)


def _functions(value: Any) -> list[types.FunctionType]:
    if not str(getattr(value, "__module__", "")).startswith("loopspec.rules"):
        return []
    if isinstance(value, types.FunctionType):
        return [value]
    if not isinstance(value, type):
        return []
    parts = [part for base in value.__mro__ for part in vars(base).values()]
    inner = [getattr(part, "fget", None) or getattr(part, "func", part) for part in parts]
    return [
        part
        for part in inner
        if isinstance(part, types.FunctionType) and part.__module__.startswith("loopspec.rules")
    ]
