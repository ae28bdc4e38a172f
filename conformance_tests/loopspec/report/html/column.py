"""A column of the page: one subject, judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from loopspec.corpus import CORPUS
from loopspec.faults import Fault
from loopspec.report.json import REPORT_VERSION, JsonEvidence, JsonReport, JsonResult
from loopspec.report.kept import KEPT_VERSION, KeptResult, KeptRule
from loopspec.trace import Provenance
from loopspec.vocabulary import Capability, Edition, Verdict

_Versioned = TypeVar("_Versioned", JsonReport, KeptResult)


class Cell(msgspec.Struct, frozen=True):
    """What became of one rule; `observations` is 0 where it is not told."""

    verdict: Verdict
    message: str = ""
    observations: int = 0
    against: int = 0
    variants: tuple[str, ...] = ()
    reason: str = ""
    link: str = ""
    blocked_by: str = ""
    evidence: JsonEvidence | None = None


class Column(msgspec.Struct):
    """One subject: who, judged by what, and a cell for each rule, by its id."""

    by: Provenance | None
    edition: Edition
    conforms: bool
    scenarios: int
    cells: dict[str, Cell]
    command: str = ""
    doubts: list[str] = []
    crashes: list[JsonEvidence] = []

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the subject declares to have."""
        return frozenset(self.by.capabilities if self.by else ())


def column_of(report: JsonReport) -> Column:
    """The column of a report."""
    return Column(
        by=report.by,
        edition=report.edition,
        conforms=report.conforms,
        scenarios=report.scenarios,
        cells={result.id: _cell(result) for result in report.rules},
        command=report.command,
        doubts=report.doubts,
        crashes=report.crashes,
    )


def _cell(result: JsonResult) -> Cell:
    return Cell(
        verdict=result.verdict,
        message="" if result.verdict is Verdict.PASS else result.message,
        observations=result.observations,
        against=result.against,
        variants=tuple(result.variants),
        reason=result.reason,
        link=result.declared_link,
        blocked_by=result.blocked_by,
        evidence=result.evidence,
    )


def column_of_kept(result: KeptResult) -> Column:
    """The column of a committed result, which keeps no traces of crashes."""
    return Column(
        by=result.by,
        edition=result.edition,
        conforms=result.conforms,
        scenarios=result.scenarios,
        cells={name: _kept_cell(rule) for name, rule in result.rules.items()},
        command=result.command,
        doubts=result.doubts,
        crashes=[_crash(scenario, got) for scenario, got in result.crashed.items()],
    )


def _crash(scenario: str, got: str) -> JsonEvidence:
    text = str(CORPUS.get(scenario, scenario))
    return JsonEvidence(scenario, text, -1, "the scenario to be played to its end", got, [])


def _kept_cell(rule: KeptRule) -> Cell:
    return Cell(
        verdict=rule.verdict,
        message=rule.message,
        variants=tuple(rule.variants),
        reason=rule.reason,
        link=rule.link,
        blocked_by=rule.blocked_by,
        evidence=rule.evidence,
    )


def read_column(path: Path) -> Column:
    """The column of a file: of a report that `--json` wrote, or of a committed result.

    Raises:
        Fault: the file is neither.
    """
    try:
        head = msgspec.json.decode(path.read_bytes(), type=_Head)
        if isinstance(head.rules, dict):
            kept = msgspec.json.decode(path.read_bytes(), type=KeptResult)
            return column_of_kept(_of_version(kept, KEPT_VERSION, path))
        report = msgspec.json.decode(path.read_bytes(), type=JsonReport)
        return column_of(_of_version(report, REPORT_VERSION, path))
    except msgspec.DecodeError as error:
        raise Fault(f"{path}: is no report of loopspec ({error}). `--json` writes one.") from None


class _Head(msgspec.Struct):
    """What tells the two kinds of file apart."""

    rules: dict[str, Any] | list[Any]


def _of_version(found: _Versioned, wanted: int, path: Path) -> _Versioned:
    if found.version != wanted:
        raise Fault(f"{path}: has the form of version {found.version}; this reads {wanted}.")
    return found
