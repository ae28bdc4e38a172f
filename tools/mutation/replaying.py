"""Which tests to ask about a mutant of the rules, where a check runs in thousands of tests.

A check is a pure function of a trace. So while the tests run once, each trace that a check is
given is kept, with what the check found. Of a mutant only the checks that reach the changed
function are played again, over those traces; where one finds something else, its tests are asked.
"""

from __future__ import annotations

import functools
import gc
import signal
import time
import types
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from loopspec.rules import CHECKS, Finding
from loopspec.scenario import Scenario
from loopspec.trace import Outcome, Provenance, Trace
from mutation.choosing import Play
from mutation.mutant import ROOT, Mutant

Summary = tuple[object, ...]

COUNTED = "test_what_the_machine_predicts_keeps_every_rule_but_the_known"
"""The test that judges what real trainers do too, so that `observations.py` counts the same."""
WORDED = "test_the_checks_find_what_is_committed"
"""The test that holds the words of a good finding to what they were."""
OBSERVATIONS = "tools/tests/test_observations.py::test_nothing_is_observed_less_than_before"


def forget(trace: Trace) -> None:
    """Drop what checks have kept with a trace."""
    for name in [name for name in vars(trace) if name.startswith("_") and name not in _ITS_OWN]:
        del vars(trace)[name]


_ITS_OWN = set(vars(Trace(Scenario(name=""), Provenance("", "", (), ""), (), Outcome("completed"))))

_LATER = 0.3
"""Tests that take so many seconds are asked when no quicker one has failed."""


class _Seen(msgspec.Struct):
    """What a check found in a trace, and the tests in which it did."""

    trace: Trace
    summary: Summary
    worded: bool
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
            forget(trace)
        self._judging = {
            test for found in self._found.values() for seen in found.values() for test in seen.tests
        }
        self._seen = {rule: self._sorted(seen) for rule, seen in self._found.items()}
        self._reached = {rule: reached_by(check) for rule, check in self._checks.items()}

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
            worded = WORDED in self._test
            seen = self._found[rule].setdefault(
                self._key(trace), _Seen(trace, summary(findings, error, worded), worded, [])
            )
            if self._test not in seen.tests:
                seen.tests.append(self._test)

    def _key(self, trace: Trace) -> bytes:
        if self._last[0] is not trace:
            parts = [
                (
                    one.scenario,
                    one.by.capabilities,
                    one.records,
                    one.returns,
                    (one.outcome, one.ended, one.rank, one.piece),
                    (one.batches_before, one.epochs_before),
                )
                for one in trace.ranks
            ]
            self._last = trace, msgspec.msgpack.encode(parts, enc_hook=repr)
        return self._last[1]

    def reaches(self, mutant: Mutant) -> bool:
        """Whether a check may call the changed function."""
        return any(reaches(places, mutant) for places in self._reached.values())

    def choose(
        self, mutant: Mutant, items: list[pytest.Item], whole: bool
    ) -> Iterator[pytest.Item | str]:
        """The tests to run until one fails; or the name of one that is sure to fail."""
        here = {item.nodeid: item for item in items}
        asked: set[str] = set()
        if not self.reaches(mutant):
            yield from (item for item in items if item.nodeid not in self._judging)
        file = str(ROOT / mutant.path)
        for rule, reached in self._reached.items():
            concerned = whole and any(place == file for place, _ in reached)
            if not (concerned or reaches(reached, mutant)):
                continue
            fewer = 0
            slow: list[str] = []
            for seen in self._seen[rule]:
                if (now := summary_of(rule, seen.trace, seen.worded)) == seen.summary:
                    continue
                new = [test for test in seen.tests if test not in asked]
                asked.update(new)
                slow += [test for test in new if self._seconds[test] > _LATER]
                yield from (here[test] for test in new if self._seconds[test] <= _LATER)
                if any(COUNTED in test for test in seen.tests):
                    fewer += len(seen.summary) - len(now)
            yield from (here[test] for test in slow)
            if fewer > 0:
                yield OBSERVATIONS


SECONDS = 20
"""How long a check may take over one trace. One that takes longer would keep a test as long."""


def summary_of(rule: str, trace: Trace, worded: bool) -> Summary:
    """What the check of a rule finds in a trace now; SIGALRM if it comes to no end."""
    findings: list[Finding] = []
    error = None
    signal.alarm(SECONDS)
    try:
        findings.extend(CHECKS[rule](trace))
    except Exception as raised:
        error = raised
    signal.alarm(0)
    return summary(findings, error, worded)


def summary(findings: list[Finding], error: Exception | None, worded: bool) -> Summary:
    """What a report can tell of findings: nothing of the words of a good one; if `worded`, what
    `tools/spoil.py` tells of them."""
    told: list[Any] = [
        (f.ok, f.variant)
        if f.ok and not worded
        else (f.ok, f.at, f.expected, str(f.got), f.variant, f.rank)
        for f in findings
    ]
    if error:
        told.append(type(error).__name__ if worded else f"{type(error).__name__}: {error}")
    return tuple(told)


def reached_by(check: Any) -> set[tuple[str, str]]:
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


def reaches(places: set[tuple[str, str]], mutant: Mutant) -> bool:
    """Whether the changed function is one of these."""
    file, parts = str(ROOT / mutant.path), mutant.function.split(".")
    return not places.isdisjoint((file, ".".join(parts[:n])) for n in range(1, len(parts) + 1))


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
