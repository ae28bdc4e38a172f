"""How a check is written: a few lines over a trace that say what was expected and what came.

    @check("CTRL-3")
    def epoch_stop_falls_at_epoch_begin(trace: Trace) -> Findings:
        for before, record in trace.pairs:
            if record.event is Event.EPOCH_BEGIN and E in before.exit:
                yield saw(record, E not in record.entry, "should_epoch_stop cleared", "still set")

A check yields one finding for each place where its rule had something to say, good or bad, and
nothing where it had not: a rule without findings counts as not exercised. It judges what it sees in
the trace, given the flags that it sees there, not what a whole run should have looked like: so one
fault of a trainer breaks one rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from loopspec.scenario import Scenario
from loopspec.trace import Record, Trace


class Finding(NamedTuple):
    """One observation for or against a rule, at the record with number `at` of process `rank`.

    `variant` names which of the rule's variants was seen; whether that conforms is for the
    edition to say, so `ok` is True then.
    """

    ok: bool
    at: int
    expected: str = ""
    got: object = ""
    variant: str = ""
    rank: int = 0


Findings: TypeAlias = Iterator[Finding]
Check: TypeAlias = Callable[[Trace], Findings]

CHECKS: dict[str, Check] = {}
"""The check of each rule, by the rule's id."""
ACROSS: set[str] = set()
"""The rules about several processes. Their checks are given the traces of scenarios that several
play together, and no others."""
OUTLIVING: set[str] = set()
"""The rules about a run that died. Their checks are given the traces of scenarios in which one
process comes after another, and no others; all checks that are in neither those of a single one."""


def check(rule: str) -> Callable[[Check], Check]:
    """Make a function the check of a rule."""

    def register(function: Check) -> Check:
        if rule in CHECKS:
            raise ValueError(f"{rule} has a check already: {CHECKS[rule].__name__}")
        CHECKS[rule] = function
        return function

    return register


def across(rule: str) -> Callable[[Check], Check]:
    """Make a function the check of a rule about several processes."""
    ACROSS.add(rule)
    return check(rule)


def outliving(rule: str) -> Callable[[Check], Check]:
    """Make a function the check of a rule about a run that died."""
    OUTLIVING.add(rule)
    return check(rule)


def is_about(rule: str, scenario: Scenario) -> bool:
    """Whether the check of a rule is for traces of this scenario."""
    if scenario.processes == 1:
        return rule not in ACROSS and rule not in OUTLIVING
    return rule in (ACROSS if scenario.world > 1 else OUTLIVING)


def saw(record: Record, ok: bool, expected: str, got: object = "", *, rank: int = 0) -> Finding:
    """What was seen at a record, for (`ok`) or against the rule. `got` is put into words only if
    it is against."""
    return Finding(ok, record.i, expected, got, rank=rank)


def variant(record: Record, name: str) -> Finding:
    """Which of the rule's variants was seen at a record."""
    return Finding(True, record.i, variant=name)


def unless(records: Iterable[Record], against: Iterable[Finding]) -> Findings:
    """What speaks against the rule; where nothing does, one word for all of the records."""
    broken = list(against)
    yield from broken
    first = next(iter(records), None)
    if first is not None and not broken:
        yield saw(first, True, "")
