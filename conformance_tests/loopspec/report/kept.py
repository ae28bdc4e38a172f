"""What is committed of a report: verdicts with their evidence, and who was judged on what.

A report tells a person what to do; this tells whether anything has changed since. It leaves out
what the specification says by itself (sentences, reasons, sources).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from loopspec.json_text import schema_of
from loopspec.report.json import JsonEvidence, JsonReport, JsonResult
from loopspec.spec import by_number, rules
from loopspec.trace import Provenance
from loopspec.vocabulary import Edition, Verdict

KEPT_VERSION = 1
_DIGITS = 16


class KeptRule(msgspec.Struct, omit_defaults=True):
    """What became of one rule.

    `variants` are the behaviours of those that the rule names; `message` says more where the
    verdict is not pass; `reason` and `link` are the owner's for a known deviation; `evidence` is
    there for fail, error and known.
    """

    verdict: Verdict
    variants: list[str] = []
    message: str = ""
    reason: str = ""
    link: str = ""
    blocked_by: str = ""
    evidence: JsonEvidence | None = None


class KeptResult(msgspec.Struct):
    """One subject of one version, judged.

    `target` is what stands after `loopspec check` to repeat it, in `environment`. `spec` is a
    digest of the rules that it was judged by. `crashed` has the scenarios that were not played to
    their end, with how they ended; `doubts` are signs of a wrong adapter. `rules` is by id,
    `traces` has a digest of what was recorded, by scenario.
    """

    version: int
    target: str
    environment: str
    by: Provenance
    spec: str
    edition: Edition
    conforms: bool
    scenarios: int
    counts: dict[str, int]
    crashed: dict[str, str]
    doubts: list[str]
    rules: dict[str, KeptRule]
    traces: dict[str, str]

    @property
    def command(self) -> str:
        """What repeats it, in an environment that has the subject's package."""
        return f"loopspec check {self.target}"


def kept(
    report: JsonReport, *, target: str, environment: str, traces: Mapping[str, str]
) -> KeptResult:
    """What is kept of a report that was made with `loopspec check TARGET --json`.

    Raises:
        ValueError: the report does not say who was judged, as nothing was recorded.
    """
    if report.by is None:
        raise ValueError(f"{target}: the report does not say who was judged")
    return KeptResult(
        version=KEPT_VERSION,
        target=target,
        environment=environment,
        by=report.by,
        spec=spec_digest(),
        edition=report.edition,
        conforms=report.conforms,
        scenarios=report.scenarios,
        counts={verdict.value: report.counts.get(verdict, 0) for verdict in Verdict},
        crashed={crash.scenario: crash.got for crash in sorted(report.crashes, key=_by_scenario)},
        doubts=report.doubts,
        rules={rule.id: _rule(rule) for rule in sorted(report.rules, key=_by_id)},
        traces=dict(sorted(traces.items())),
    )


def _by_scenario(crash: JsonEvidence) -> str:
    return crash.scenario


def _by_id(rule: JsonResult) -> tuple[str, int]:
    return by_number(rule.id)


def _rule(rule: JsonResult) -> KeptRule:
    told = rule.verdict in (Verdict.FAIL, Verdict.ERROR, Verdict.KNOWN)
    return KeptRule(
        verdict=rule.verdict,
        variants=sorted(rule.variants),
        message="" if rule.verdict is Verdict.PASS else rule.message,
        reason=rule.reason if rule.verdict is Verdict.KNOWN else "",
        link=rule.declared_link if rule.verdict is Verdict.KNOWN else "",
        blocked_by=rule.blocked_by,
        evidence=rule.evidence if told else None,
    )


def spec_digest() -> str:
    """A digest of all rules, by which it is seen whether two results were judged alike."""
    return _digest(msgspec.json.encode(list(rules().values()), order="deterministic"))


def trace_digests(folder: Path) -> dict[str, str]:
    """A digest of each trace in a folder, by scenario. The header is left out: it names versions,
    which change without what was recorded."""
    return {
        path.stem: _digest(path.read_bytes().partition(b"\n")[2])
        for path in sorted(folder.glob("*.jsonl"))
    }


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:_DIGITS]


def read_report(text: bytes) -> JsonReport:
    """A report as `--json` wrote it."""
    return msgspec.json.decode(text, type=JsonReport)


def kept_json(result: KeptResult) -> bytes:
    """The text of a committed result; the same result gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n"


def read_kept(path: Path) -> KeptResult:
    """A committed result.

    Raises:
        msgspec.DecodeError: it is not one of this version.
    """
    return msgspec.json.decode(path.read_bytes(), type=KeptResult)


def kept_schema() -> dict[str, Any]:
    """The JSON Schema of a committed result."""
    return schema_of(KeptResult, f"loopspec committed result, version {KEPT_VERSION}")
