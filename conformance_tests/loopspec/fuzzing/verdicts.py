"""What is wrong with the trace of a generated scenario, if anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from loopspec.judge import judge
from loopspec.known import Known
from loopspec.machine.compare import Difference, difference
from loopspec.machine.predict import predict
from loopspec.machine.profile import Profile
from loopspec.report.model import Evidence, RuleResult
from loopspec.spec import Rule
from loopspec.trace import Trace
from loopspec.vocabulary import Edition, Level


class Found(msgspec.Struct):
    """What was found: a rule that is broken, an end that no script asked for, or a difference.

    `what` is the rule's id, the kind of the outcome (`raised`, `hung`, `died`), or `difference-`
    and the field of a record in which the trace leaves what the machine predicts. `broken` is the
    rule's result; without one, `evidence` tells what went wrong and where.
    """

    what: str
    trace: Trace
    broken: RuleResult | None = None
    evidence: Evidence | None = None
    difference: bool = False

    @property
    def message(self) -> str:
        """What was found, in one line."""
        if self.broken is not None:
            return self.broken.message
        assert self.evidence is not None, "what is no rule's result has its own evidence"
        return f"expected {self.evidence.expected}, got {self.evidence.got}"

    def counts(self, *, strict: bool) -> bool:
        """Whether it keeps the subject from conforming, as in a report of all scenarios."""
        if self.broken is None:
            return True
        return self.broken.level is Level.MUST or (strict and self.broken.level is Level.SHOULD)


class Court(msgspec.Struct, frozen=True):
    """By what traces are judged: rules, what is declared broken, and a profile to compare with."""

    rules: Sequence[Rule]
    edition: Edition
    known: Mapping[str, Known | str]
    profile: Profile | None = None

    def judged(self, trace: Trace) -> list[Found]:
        """What is wrong with this trace: what must hold before what should, causes first."""
        report = judge([trace], rules=self.rules, edition=self.edition, known=self.known)
        if report.crashes:
            return [Found(trace.outcome.kind, trace, evidence=report.crashes[0])]
        order = list(Level)
        failures = sorted(report.failures, key=lambda result: order.index(result.level))
        if failures:
            return [Found(failure.rule.id, trace, broken=failure) for failure in failures]
        differs = self.profile and difference(predict(trace.scenario, self.profile), trace)
        if not differs:
            return []
        return [_unlike(trace, differs)]


def _unlike(trace: Trace, where: Difference) -> Found:
    expected, got = (f"{where.field} {value!r}" for value in _parted(where.expected, where.got))
    evidence = Evidence(trace, where.at, expected, got)
    return Found(f"difference-{where.field}", trace, evidence=evidence, difference=True)


def _parted(one: Any, other: Any) -> tuple[Any, Any]:
    """Of two mappings, only that in which they differ."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one, other
    names = [n for n in {**one, **other} if one.get(n, _ABSENT) != other.get(n, _ABSENT)]
    left, right = ({n: of[n] for n in names if n in of} for of in (one, other))
    return left, right


_ABSENT = object()
