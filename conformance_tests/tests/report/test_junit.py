"""JUnit XML: valid, one case a rule, and red exactly where the subject does not conform."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
import xmlschema
from reported import STOPS, broken, chosen, crashed, keeps, made

from loopspec import Report, Trace, judge
from loopspec.known import Known
from loopspec.report.form import Asked
from loopspec.report.junit import junit
from loopspec.spec import rules
from loopspec.vocabulary import Verdict

PUBLISHED = Path(__file__).with_name("junit-10.xsd")
"""The dialect as Jenkins' xUnit plugin publishes it (MIT licence, in the file)."""
ASKED = Asked("loopspec check mine")


def schema(*, case_properties: bool) -> xmlschema.XMLSchema10:
    """The published schema; with the one thing beyond it that pytest and others write too, the
    properties of a test case."""
    text, allows = PUBLISHED.read_text("utf-8"), '<xs:element ref="skipped"/>'
    assert text.count(allows) == 1
    more = f'{allows}<xs:element ref="properties"/>' if case_properties else allows
    return xmlschema.XMLSchema10(text.replace(allows, more))


def cases(report: Report, asked: Asked = ASKED) -> dict[str, ET.Element]:
    return {
        case.attrib["name"]: case for case in ET.fromstring(junit(report, asked)).iter("testcase")
    }


def ending(case: ET.Element) -> tuple[str, str] | None:
    """The tag and the message of what is said of a case, None where it passed."""
    ends = [child for child in case if child.tag != "properties"]
    assert len(ends) <= 1
    return (ends[0].tag, ends[0].attrib["message"]) if ends else None


REPORTS = {
    "broken": broken(),
    "known": broken({"CTRL-3": Known("CTRL-3", "old habit", "https://bug")}),
    "nothing": judge([]),
    "odd text": judge(
        [crashed("ValueError: \x1b[31m\x00 <&> \ud800 \ufffe")], rules=chosen("EVT-1")
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_as_the_published_schema_says(name: str) -> None:
    document = ET.fromstring(junit(REPORTS[name], ASKED))
    schema(case_properties=True).validate(document)
    for case in document.iter("testcase"):
        case.remove(case.find("properties"))
    schema(case_properties=False).validate(document)


def test_the_schema_refuses_what_is_wrong() -> None:
    document = ET.fromstring(junit(broken(), ASKED))
    next(document.iter("testcase")).attrib.pop("name")
    assert not schema(case_properties=True).is_valid(document)


def test_each_rule_is_a_case_of_its_chapter_with_its_properties() -> None:
    document = ET.fromstring(junit(broken(), ASKED))
    suites = {suite.attrib["name"]: suite for suite in document}
    assert list(suites) == ["02-events", "03-control-flags", "scenarios"]
    flags = suites["03-control-flags"]
    assert [case.attrib["name"] for case in flags.iter("testcase")] == ["CTRL-3", "CTRL-11"]
    counts = {name: flags.attrib[name] for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "2", "failures": "1", "errors": "0", "skipped": "1"}
    assert [document.attrib[name] for name in ("tests", "failures", "errors")] == ["4", "1", "1"]
    about = {p.attrib["name"]: p.attrib["value"] for p in flags.find("properties") or ()}
    assert about["subject"] == "mine:Trainer"
    assert about["edition"] == "transformers-5"
    told = {p.attrib["name"]: p.attrib["value"] for p in cases(broken())["CTRL-3"].iter("property")}
    assert told == {
        "rule": "CTRL-3",
        "level": "MUST",
        "chapter": "03-control-flags",
        "sentence": rules()["CTRL-3"].sentence,
        "verdict": "fail",
    }


def test_a_failure_holds_all_that_the_terminal_says() -> None:
    failed = cases(broken())["CTRL-3"].find("failure")
    assert failed is not None
    assert (
        "expected should_epoch_stop cleared before the callbacks, got" in failed.attrib["message"]
    )
    for part in (
        ">  8   on_epoch_begin",
        "why it matters:",
        "repeat: loopspec check mine --rule CTRL-3",
    ):
        assert part in (failed.text or "")


def test_a_crash_that_no_rule_tells_of_is_an_error() -> None:
    tag, message = ending(cases(broken())["lost"]) or ("", "")
    assert tag == "error"
    assert message.endswith("got it raised ValueError: x in m.f, during train")


def test_known_is_skipped_with_reason_and_link() -> None:
    known = {"CTRL-3": Known("CTRL-3", "old habit", "https://bug")}
    told = ending(cases(judge([made(keeps)], rules=chosen("CTRL-3"), known=known))["CTRL-3"])
    assert told == ("skipped", "known deviation: old habit (https://bug)")


def test_what_does_not_apply_is_skipped_and_what_should_have_been_exercised_is_not() -> None:
    partial = judge([made()], rules=chosen("CTRL-11"))
    said = "no scenario gave it anything to look at"
    assert ending(cases(partial)["CTRL-11"]) == ("skipped", f"not-exercised: {said}")
    whole = judge([made()], rules=chosen("CTRL-11"), whole=True)
    assert ending(cases(whole)["CTRL-11"]) == ("failure", said)
    less = made()
    by = msgspec.structs.replace(less.by, capabilities=())
    lacking = judge([Trace(STOPS, by, less.records, less.outcome)], rules=chosen("CTRL-3"))
    told = "not-applicable: epoch-stop: not declared by the subject"
    assert ending(cases(lacking)["CTRL-3"]) == ("skipped", told)


def test_a_should_counts_only_if_strict() -> None:
    report = judge([made(keeps)], rules=chosen("CTRL-3"))
    rule = msgspec.structs.replace(report.results[0].rule, level="SHOULD")
    report.results[0].rule = rule
    tag, message = ending(cases(report)["CTRL-3"]) or ("", "")
    assert tag == "skipped"
    assert message.startswith("SHOULD, which does not count: at on_epoch_begin")
    assert (ending(cases(report, Asked(strict=True))["CTRL-3"]) or ("",))[0] == "failure"


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_red_exactly_where_the_subject_does_not_conform(name: str) -> None:
    report = REPORTS[name]
    top = ET.fromstring(junit(report, ASKED)).attrib
    red = int(top["failures"]) + int(top["errors"]) > 0
    assert red is (bool(report.judged or report.crashes) and not report.conforms())


def test_an_error_and_a_stale_declaration_are_told_apart() -> None:
    report = judge([made(keeps)], rules=chosen("CTRL-3"))
    report.results[0].verdict = Verdict.ERROR
    assert (ending(cases(report)["CTRL-3"]) or ("",))[0] == "error"
    known = {"CTRL-3": Known("CTRL-3", "old habit", where="known.toml:7")}
    stale = cases(judge([made()], rules=chosen("CTRL-3"), known=known, whole=True))["CTRL-3"]
    tag, message = ending(stale) or ("", "")
    assert tag == "failure"
    assert "known.toml:7" in message
