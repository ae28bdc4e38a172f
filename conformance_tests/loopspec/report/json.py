"""The report for a program: JSON with a published schema."""

from __future__ import annotations

from typing import Any

import msgspec

from loopspec.json_text import pretty, schema_of
from loopspec.report.model import Evidence, Report, RuleResult
from loopspec.report.stretch import Row, stretch
from loopspec.trace import Provenance
from loopspec.vocabulary import Edition, Level, Verdict

REPORT_VERSION = 1


class JsonEvidence(msgspec.Struct):
    """Where it was seen: scenario, number of the record (-1: none), a stretch of the trace; and in
    which process, where several played."""

    scenario: str
    scenario_text: str
    at: int
    expected: str
    got: str
    stretch: list[Row]
    process: int | None = None


class JsonResult(msgspec.Struct):
    """What became of one rule. For a known deviation, `reason` is the owner's, `declared_at` the
    place of the entry, and `declared_link` what the entry refers to."""

    id: str
    level: Level
    chapter: str
    sentence: str
    verdict: Verdict
    message: str
    sources: list[str]
    observations: int
    against: int
    variants: dict[str, int]
    reason: str
    declared_at: str
    blocked_by: str
    evidence: JsonEvidence | None
    declared_link: str = ""


class JsonReport(msgspec.Struct):
    """The whole report. `conforms` is the answer; `whole` says whether all scenarios were run, but
    for those that the adapter left out, each with its reason; `doubts` are signs that the adapter
    is at fault; `command` is what made it, empty for a report that was made in Python."""

    version: int
    by: Provenance | None
    edition: Edition
    conforms: bool
    scenarios: int
    whole: bool
    counts: dict[str, int]
    rules: list[JsonResult]
    crashes: list[JsonEvidence]
    doubts: list[str]
    command: str = ""
    left_out: dict[str, str] = {}


def as_json(report: Report, *, strict: bool = False, command: str = "") -> JsonReport:
    """The report as it is written."""
    return JsonReport(
        version=REPORT_VERSION,
        by=report.by,
        edition=report.edition,
        conforms=report.conforms(strict=strict),
        scenarios=report.traces,
        whole=report.whole,
        counts={verdict.value: len(report.with_verdict(verdict)) for verdict in Verdict},
        rules=[_result(result) for result in report.results],
        crashes=[json_evidence(crash) for crash in report.crashes],
        command=command,
        doubts=report.doubts,
        left_out=report.left_out,
    )


def report_json(report: Report, *, strict: bool = False, command: str = "") -> bytes:
    """The report as indented JSON; the same report gives the same bytes."""
    return pretty(as_json(report, strict=strict, command=command))


def _result(result: RuleResult) -> JsonResult:
    rule = result.rule
    passed = result.verdict in (Verdict.PASS, Verdict.STALE)
    return JsonResult(
        id=rule.id,
        level=rule.level,
        chapter=rule.chapter,
        sentence=rule.sentence,
        verdict=result.verdict,
        message=result.message,
        sources=list(rule.sources),
        observations=result.observations,
        against=result.against,
        variants=result.variants,
        reason=result.reason,
        declared_at=result.known.where if result.known else "",
        blocked_by=result.blocked_by,
        evidence=None if passed or result.evidence is None else json_evidence(result.evidence),
        declared_link=result.known.link if result.known else "",
    )


def json_evidence(evidence: Evidence) -> JsonEvidence:
    """The evidence as it is written."""
    scenario = evidence.trace.scenario
    return JsonEvidence(
        scenario.name,
        str(scenario),
        evidence.at,
        evidence.expected,
        evidence.got,
        stretch(evidence.trace, evidence.at),
        evidence.trace.rank if evidence.process else None,
    )


def report_schema() -> dict[str, Any]:
    """The JSON Schema of a report."""
    return schema_of(JsonReport, f"loopspec report, version {REPORT_VERSION}")
