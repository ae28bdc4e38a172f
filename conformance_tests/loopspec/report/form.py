"""The forms in which a report is written, by the option that asks for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from loopspec.report.model import Report


class Asked(NamedTuple):
    """How the report was asked for: the command that made it, and whether a SHOULD counts like a
    MUST."""

    command: str = ""
    strict: bool = False


class Form(NamedTuple):
    """One form: what it is, and what writes it."""

    what: str
    write: Callable[[Report, Asked], bytes]


def _json(report: Report, asked: Asked) -> bytes:
    from loopspec.report.json import report_json

    return report_json(report, strict=asked.strict, command=asked.command)


def _junit(report: Report, asked: Asked) -> bytes:
    from loopspec.report.junit import junit

    return junit(report, asked)


def _markdown(report: Report, asked: Asked) -> bytes:
    from loopspec.report.markdown import markdown

    return markdown(report, asked).encode()


def _badge(report: Report, asked: Asked) -> bytes:
    from loopspec.report.badge import badge_json

    return badge_json(report, asked)


def _html(report: Report, asked: Asked) -> bytes:
    from loopspec.report.html import page
    from loopspec.report.html.column import column_of
    from loopspec.report.json import as_json

    written = as_json(report, strict=asked.strict, command=asked.command)
    return page([column_of(written)]).encode()


FORMS = {
    "json": Form("JSON, as schemas/report.schema.json says", _json),
    "junit": Form("JUnit XML, with a test case for each rule", _junit),
    "markdown": Form("Markdown, for the page of a CI job", _markdown),
    "badge": Form("the JSON of a badge, for an endpoint of shields.io", _badge),
    "html": Form("a page to look at, one file", _html),
}
