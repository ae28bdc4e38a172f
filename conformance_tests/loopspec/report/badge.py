"""A badge: JSON for an endpoint of shields.io, which draws it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from loopspec.json_text import schema_of
from loopspec.report.form import Asked
from loopspec.report.model import Report
from loopspec.vocabulary import Verdict


class Badge(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What shields.io asks of an endpoint: two texts and a colour."""

    schema_version: Literal[1]
    label: str
    message: str
    color: Literal["brightgreen", "green", "red", "lightgrey"]


def badge(report: Report, asked: Asked) -> Badge:
    """How many rules passed, are known deviations and failed, and by which edition."""
    failed = len(report.failures) + len(report.with_verdict(Verdict.BLOCKED))
    known = len(report.with_verdict(Verdict.KNOWN))
    counts = {"passed": len(report.with_verdict(Verdict.PASS)), "known": known, "failed": failed}
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    if not report.judged:
        return Badge(1, "loopspec", f"nothing judged ({report.edition})", "lightgrey")
    message = f"{told} ({report.edition})"
    if not report.conforms(strict=asked.strict):
        return Badge(1, "loopspec", message, "red")
    return Badge(1, "loopspec", message, "green" if known or failed else "brightgreen")


def badge_json(report: Report, asked: Asked) -> bytes:
    """The badge as a line of JSON."""
    return msgspec.json.encode(badge(report, asked)) + b"\n"


def badge_schema() -> dict[str, Any]:
    """The JSON Schema of a badge."""
    return schema_of(Badge, "loopspec badge, for an endpoint of shields.io")
