"""Judging: rules over traces, into one result for each rule.

Nothing here runs a trainer. Give the same traces again and the same report comes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from loopspec.adapted import decided_by_adapter
from loopspec.doubts import doubts
from loopspec.known import Known
from loopspec.report.model import Evidence, Report, RuleResult
from loopspec.rules import CHECKS, Finding, is_about
from loopspec.selection import PLAIN
from loopspec.spec import Rule
from loopspec.spec import rules as all_rules
from loopspec.trace import Provenance, Trace
from loopspec.vocabulary import Edition, Verdict


class _Tally(msgspec.Struct):
    """What all traces together say of one rule."""

    rule: Rule
    seen: int = 0
    against: int = 0
    first: Evidence | None = None
    at: int = 1 << 62
    variants: dict[str, int] = {}
    crashed: Evidence | None = None


def judge(
    traces: Iterable[Trace],
    *,
    rules: Sequence[Rule] | None = None,
    edition: Edition = Edition.TRANSFORMERS_5,
    known: Mapping[str, Known | str] | None = None,
    whole: bool = False,
) -> Report:
    """Judge traces of one subject.

    Args:
        rules: those to judge by; all if left out.
        edition: the state of the protocol to hold the subject to.
        known: rules that the subject's owner declares broken, each with its reason.
        whole: the traces are of all scenarios that the subject can play: only then is a rule which
            none of them exercised a gap, and a declared one which all of them keep stale.
    """
    wanted = all_rules().values() if rules is None else rules
    tallies = [_Tally(rule) for rule in wanted if not rule.untestable]
    by: Provenance | None = None
    count = 0
    crashes: list[Evidence] = []
    doubted: list[str] = []
    left_out: dict[str, str] = {}
    for trace in traces:
        by = by or trace.by
        if trace.left_out:
            left_out[trace.scenario.name] = trace.outcome.error
            continue
        count += not trace.piece
        if trace.scenario.name == PLAIN:
            doubted = doubts(trace)
        if not trace.complete:
            crashes.append(_crash(trace))
        has = frozenset(trace.by.capabilities)
        told = trace.while_told
        for tally in tallies:
            if is_about(tally.rule.id, trace.scenario) and tally.rule.needs <= has:
                _take(tally, trace if tally.rule.id == PASSED_ON else told, edition)
    declared = _declared(known or {}, by)
    results = [_result(tally, declared, by, whole) for tally in tallies]
    ordered = _in_reading_order(_without_cascades(results), tallies)
    crashes.sort(key=lambda crash: crash.trace.scenario.name)
    return Report(by, edition, count, whole, ordered, crashes, doubted, left_out)


PASSED_ON = "DISP-17"
"""The rule on what a trainer does with a returned value that is no control."""


def _declared(known: Mapping[str, Known | str], by: Provenance | None) -> dict[str, Known]:
    """The declarations that are meant for the versions which made the traces."""
    versions = {by.subject: by.version, **by.packages} if by else {}
    entries = {r: Known(r, k) if isinstance(k, str) else k for r, k in known.items()}
    return {rule: entry for rule, entry in entries.items() if entry.applies(versions)}


def _take(tally: _Tally, trace: Trace, edition: Edition) -> None:
    if not trace.complete:
        if tally.rule.id in trace.scenario.shows:
            tally.crashed = _plainer(tally, tally.crashed, _crash(trace))
        return
    try:
        for finding in CHECKS[tally.rule.id](trace):
            _weigh(tally, trace, finding, edition)
    # A trace without state or control, say: other rules tell of that, this one cannot be judged.
    except Exception as error:
        got = f"one that it cannot work with ({type(error).__name__}: {error})"
        unreadable = Evidence(trace, -1, "a trace that the check can read", got)
        tally.crashed = _plainer(tally, tally.crashed, unreadable)


def _weigh(tally: _Tally, trace: Trace, finding: Finding, edition: Edition) -> None:
    tally.seen += 1
    if finding.variant:
        tally.variants[finding.variant] = tally.variants.get(finding.variant, 0) + 1
        if not tally.rule.allows(finding.variant, edition):
            allowed = [v.name for v in tally.rule.variants if tally.rule.allows(v.name, edition)]
            expected = f"{' or '.join(allowed)} ({edition})"
            finding = finding._replace(ok=False, expected=expected, got=finding.variant)
    if not finding.ok:
        tally.against += 1
        tally.at = min(tally.at, finding.at)
        if tally.first is None or tally.first.trace not in trace.ranks:
            one = trace.ranks[finding.rank]
            evidence = Evidence(one, finding.at, finding.expected, _in_words(finding))
            tally.first = _plainer(tally, tally.first, evidence)


def _plainer(tally: _Tally, one: Evidence | None, other: Evidence) -> Evidence:
    """The evidence that is easier to read, whatever the order of the traces: of a scenario that is
    there for the rule, and the one that is said in fewer words."""
    if one is None:
        return other

    def difficulty(evidence: Evidence) -> tuple[bool, int, str]:
        scenario = evidence.trace.scenario
        return tally.rule.id not in scenario.shows, len(str(scenario)), scenario.name

    return min(one, other, key=difficulty)


def _in_words(finding: Finding) -> str:
    return finding.got if isinstance(finding.got, str) else repr(finding.got)


def _crash(trace: Trace) -> Evidence:
    words = {"raised": "it raised", "hung": "it hung:", "died": "its process died:"}
    outcome = trace.outcome
    got = f"{words.get(outcome.kind, outcome.kind)} {outcome.error}"
    got += f" in {outcome.where}" if outcome.where else ""
    got += f", during {outcome.during}" if outcome.during else ""
    return Evidence(trace, len(trace.records) - 1, "the scenario to be played to its end", got)


def _result(
    tally: _Tally, known: Mapping[str, Known], by: Provenance | None, whole: bool
) -> RuleResult:
    rule = tally.rule
    declared = known.get(rule.id)
    lacking = rule.needs.difference(by.capabilities if by else ())
    adapted = decided_by_adapter(rule.id, by.adapted) if by else ""
    if lacking or adapted:
        verdict = Verdict.NOT_APPLICABLE
    elif tally.against:
        verdict = Verdict.KNOWN if declared else Verdict.FAIL
    elif tally.crashed:
        verdict = Verdict.KNOWN if declared else Verdict.ERROR
    elif not tally.seen:
        verdict = Verdict.NOT_EXERCISED
    else:
        stale = declared is not None and whole and not declared.inherited
        verdict = Verdict.STALE if stale else Verdict.PASS
    return RuleResult(
        rule,
        verdict,
        tally.seen,
        tally.against,
        tally.first or tally.crashed,
        dict(sorted(tally.variants.items())),
        declared,
        lacking=tuple(sorted(lacking)),
        adapted="" if lacking else adapted,
    )


def _without_cascades(results: list[RuleResult]) -> list[RuleResult]:
    """A rule that fails where a rule that it builds on fails too says nothing of its own."""
    failing = (Verdict.FAIL, Verdict.ERROR)
    broken = {r.rule.id for r in results if r.verdict in (*failing, Verdict.KNOWN)}
    blocked: dict[str, str] = {}
    for result in results:
        cause = next((name for name in result.rule.builds_on if name in broken), None)
        if cause and result.verdict in failing:
            blocked[result.rule.id] = cause
    return [
        msgspec.structs.replace(r, verdict=Verdict.BLOCKED, blocked_by=blocked[r.rule.id])
        if r.rule.id in blocked
        else r
        for r in results
    ]


def _in_reading_order(results: list[RuleResult], tallies: list[_Tally]) -> list[RuleResult]:
    """Failures first, what went wrong earliest in its run before what came of it; then the rest."""
    first = (Verdict.FAIL, Verdict.ERROR, Verdict.STALE)
    placed = list(zip(results, tallies, strict=True))
    failing = sorted((pair for pair in placed if pair[0].verdict in first), key=lambda p: p[1].at)
    rest = (result for result in results if result.verdict not in first)
    return [*(result for result, _ in failing), *rest]
