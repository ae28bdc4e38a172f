"""The report as data: one result for each rule, with its evidence."""

from __future__ import annotations

import msgspec

from loopspec.known import Known
from loopspec.spec import Rule
from loopspec.trace import Provenance, Trace
from loopspec.vocabulary import ALONE, Capability, Edition, Level, Verdict


class Evidence(msgspec.Struct):
    """Where a rule was seen broken: a record of a trace, what was due there, what came."""

    trace: Trace
    at: int
    expected: str
    got: str

    @property
    def process(self) -> str:
        """Whose trace it is, where several processes played: `" in process 1"`."""
        return f" in process {self.trace.rank}" if self.trace.scenario.processes > 1 else ""


class RuleResult(msgspec.Struct):
    """What became of one rule.

    `observations` counts the places where it had something to say, `against` those where it was
    broken. `variants` counts the behaviours that it names; `known` is the owner's declaration;
    `blocked_by` the rule whose failure explains this one; `lacking` the capabilities
    that the rule needs and the subject has not; `adapted` what it hangs on and the adapter decides.
    """

    rule: Rule
    verdict: Verdict
    observations: int
    against: int
    evidence: Evidence | None
    variants: dict[str, int]
    known: Known | None = None
    blocked_by: str = ""
    lacking: tuple[Capability, ...] = ()
    adapted: str = ""

    @property
    def level(self) -> Level:
        return self.rule.level

    @property
    def sources(self) -> tuple[str, ...]:
        return self.rule.sources

    @property
    def reason(self) -> str:
        """Why the owner accepts it, for a known deviation."""
        return self.known.reason if self.known else ""

    @property
    def message(self) -> str:
        """The result in one line: what was expected, what came, and where."""
        if self.verdict is Verdict.BLOCKED:
            return f"blocked by {self.blocked_by}, which it builds on"
        if self.verdict is Verdict.STALE:
            place = f" at {self.known.where}" if self.known and self.known.where else ""
            return f"declared broken{place} ({self.reason}), but it holds now: remove the entry"
        if self.evidence is None or self.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE):
            return {
                Verdict.PASS: f"{self.observations} observations",
                Verdict.NOT_APPLICABLE: f"{self.adapted} is the adapter's, not the trainer's"
                if self.adapted
                else f"{', '.join(self.lacking)}: not declared by the subject",
            }.get(self.verdict, "no scenario gave it anything to look at")
        e = self.evidence
        record = e.trace.records[e.at] if 0 <= e.at < len(e.trace.records) else None
        place = (
            f"at {record.event} (step {record.step}, record {e.at})"
            if record
            else "before any event"
        )
        of = f"of scenario {e.trace.scenario.name}{e.process}"
        return f"{place} {of}: expected {e.expected}, got {e.got}"


class Report(msgspec.Struct):
    """All results for one subject, in the order in which a person should read them.

    `crashes` are the scenarios that were not played to their end, whichever rules they show;
    `left_out` those that the adapter left out, with what the trainer has nothing of.
    `doubts` are signs that the adapter is at fault.
    """

    by: Provenance | None
    edition: Edition
    traces: int
    whole: bool
    results: list[RuleResult]
    crashes: list[Evidence] = []
    doubts: list[str] = []
    left_out: dict[str, str] = {}

    def with_verdict(self, *verdicts: Verdict) -> list[RuleResult]:
        return [result for result in self.results if result.verdict in verdicts]

    @property
    def failures(self) -> list[RuleResult]:
        """Broken rules, crashes and stale declarations, causes before consequences."""
        return self.with_verdict(Verdict.FAIL, Verdict.ERROR, Verdict.STALE)

    @property
    def judged(self) -> list[RuleResult]:
        """The results of rules that had something to say."""
        return self.with_verdict(
            Verdict.PASS, Verdict.FAIL, Verdict.ERROR, Verdict.STALE, Verdict.KNOWN, Verdict.BLOCKED
        )

    @property
    def gaps(self) -> list[RuleResult]:
        """Rules that should have been exercised and were not. A subject with fewer capabilities
        cannot play every scenario, so that for it this says nothing."""
        full = self.by is not None and set(self.by.capabilities) >= ALONE
        return self.with_verdict(Verdict.NOT_EXERCISED) if self.whole and full else []

    @property
    def loose_crashes(self) -> list[Evidence]:
        """The crashes that no rule's verdict tells of."""
        told = {
            result.rule.id
            for result in self.results
            if result.verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.KNOWN, Verdict.BLOCKED)
        }
        return [crash for crash in self.crashes if not told & set(crash.trace.scenario.shows)]

    def broken(self, *, strict: bool = False) -> list[RuleResult]:
        """What keeps the subject from conforming: each MUST that is broken or went unexercised
        where the whole corpus was run, each stale declaration; if `strict`, each SHOULD too."""
        counts = (Level.MUST, Level.SHOULD) if strict else (Level.MUST,)
        return [
            result
            for result in [*self.failures, *self.gaps]
            if result.level in counts or result.verdict is Verdict.STALE
        ]

    def conforms(self, *, strict: bool = False) -> bool:
        """Whether something was judged, nothing is broken, and every scenario came to its end."""
        return bool(self.judged) and not self.broken(strict=strict) and not self.loose_crashes

    @property
    def ok(self) -> bool:
        """Whether the subject conforms: every MUST holds or is a known deviation."""
        return self.conforms()
