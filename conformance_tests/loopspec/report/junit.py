"""The report for a CI server: JUnit XML, one test case for each rule.

A rule that keeps the subject from conforming is a failure or an error; one that does not (a known
deviation, a SHOULD, what does not apply) is skipped and says why, so that the file is red exactly
where the exit status is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from loopspec.report.again import again
from loopspec.report.form import Asked
from loopspec.report.model import Evidence, Report, RuleResult
from loopspec.report.terminal import crash_text, result_text
from loopspec.vocabulary import Verdict

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, not even escaped."""


def junit(report: Report, asked: Asked) -> bytes:
    """The report as JUnit XML: a suite for each chapter, and one for crashes that no rule tells."""
    top = ET.Element("testsuites", name="loopspec")
    for chapter in dict.fromkeys(sorted(result.rule.chapter for result in report.results)):
        mine = [result for result in report.results if result.rule.chapter == chapter]
        mine.sort(key=lambda result: _number(result.rule.id))
        _suite(top, chapter, report, (_rule_case(result, report, asked) for result in mine))
    if report.loose_crashes:
        _suite(top, "scenarios", report, map(_crash_case, report.loose_crashes))
    for name in ("tests", "failures", "errors"):
        top.set(name, str(sum(int(suite.get(name, 0)) for suite in top)))
    ET.indent(top)
    text: bytes = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _number(rule: str) -> tuple[str, int]:
    name, _, number = rule.rpartition("-")
    return name, int(number)


def _suite(top: ET.Element, name: str, report: Report, cases: Iterable[ET.Element]) -> None:
    suite = ET.SubElement(top, "testsuite", name=name)
    by = report.by
    facts = {"edition": str(report.edition)}
    if by:
        facts |= {"subject": by.subject, "version": by.version, "loopspec": by.suite, **by.packages}
    _properties(suite, facts)
    suite.extend(cases)
    tags = [kind.tag for case in suite.iter("testcase") for kind in case]
    counted = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suite.set("tests", str(len(suite.findall("testcase"))))
    for attribute, tag in counted.items():
        suite.set(attribute, str(tags.count(tag)))


def _rule_case(result: RuleResult, report: Report, asked: Asked) -> ET.Element:
    rule = result.rule
    case = ET.Element("testcase", name=rule.id, classname=f"loopspec.{rule.chapter}")
    facts = {"rule": rule.id, "level": str(rule.level), "chapter": rule.chapter}
    facts |= {"sentence": rule.sentence, "verdict": str(result.verdict)}
    facts |= {"variant": ", ".join(result.variants)} if result.variants else {}
    _properties(case, facts)
    if result.verdict is Verdict.PASS:
        return case
    broken = result in report.broken(strict=asked.strict)
    tag = "skipped"
    if broken:
        tag = "error" if result.verdict is Verdict.ERROR else "failure"
    told = _why_skipped(result) if not broken else result.message
    end = ET.SubElement(case, tag, type=str(result.verdict), message=_legal(told))
    if result in report.failures:
        end.text = _legal(result_text(result, again(asked.command, result, report.edition)))
    return case


def _why_skipped(result: RuleResult) -> str:
    match result.verdict:
        case Verdict.KNOWN:
            link = f" ({result.known.link})" if result.known and result.known.link else ""
            return f"known deviation: {result.reason}{link}"
        case Verdict.FAIL | Verdict.ERROR:
            return f"{result.level}, which does not count: {result.message}"
        case verdict:
            return f"{verdict}: {result.message}"


def _crash_case(crash: Evidence) -> ET.Element:
    name = crash.trace.scenario.name
    case = ET.Element("testcase", name=name, classname="loopspec.scenarios")
    _properties(case, {"scenario": str(crash.trace.scenario)})
    message = _legal(f"expected {crash.expected}, got {crash.got}")
    ET.SubElement(case, "error", type="error", message=message).text = _legal(crash_text(crash))
    return case


def _properties(parent: ET.Element, facts: dict[str, str]) -> None:
    found = ET.SubElement(parent, "properties")
    for name, value in facts.items():
        ET.SubElement(found, "property", name=name, value=_legal(value))


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
