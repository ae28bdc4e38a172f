"""The JSON report and the published schemas."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from reported import broken

from loopspec import check, judge, predict
from loopspec.corpus import ALONE
from loopspec.known import Known
from loopspec.report.json import JsonReport, report_json, report_schema
from loopspec.report.schema import schemas, write_schemas
from loopspec.targets import load_file
from loopspec.trace_file import schema as trace_schema

TESTS = Path(__file__).parents[1]
SCHEMAS = TESTS.parents[1] / "schemas"
toys = load_file(TESTS / "toys.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The traces of a toy that breaks one rule and crashes in others."""
    folder = tmp_path_factory.mktemp("played")
    fault = toys.KEEPS_EPOCH_STOP + "def serve(self):\n    super().serve()\n"
    fault += "    assert self.args.name != 'requests-early', 'no such luck'\n"
    subject = load_file(toys.planted(folder, fault, "jsontoy")).Bad()
    report = check(subject, processes=0, keep=folder / "traces", known={"CTRL-5": "why not"})
    (folder / "report.json").write_bytes(report_json(report))
    return folder


def test_a_report_is_as_its_schema_says(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_bytes())
    jsonschema.Draft202012Validator(report_schema()).validate(report)
    found = {rule["id"]: rule for rule in report["rules"]}
    assert found["CTRL-3"]["verdict"] == "fail"
    assert found["CTRL-3"]["evidence"]["scenario"] == "epoch-stop"
    assert [row["event"] for row in found["CTRL-3"]["evidence"]["stretch"] if row["here"]] == [
        "on_epoch_begin"
    ]
    assert (found["CTRL-5"]["verdict"], found["CTRL-5"]["reason"]) == ("known", "why not")
    assert found["CTRL-26"]["verdict"] == "not-applicable"
    assert report["conforms"] is False
    assert sum(report["counts"].values()) == len(report["rules"])
    assert [crash["scenario"] for crash in report["crashes"]] == ["requests-early"]
    back = msgspec.json.decode((folder / "report.json").read_bytes(), type=JsonReport)
    assert back.by is not None
    assert back.by.subject == "jsontoy"


def test_a_report_of_nothing_is_valid_too() -> None:
    report = json.loads(report_json(judge([])))
    jsonschema.Draft202012Validator(report_schema()).validate(report)
    assert report["conforms"] is False
    assert report["by"] is None


def test_it_says_what_made_it_and_what_a_declaration_refers_to() -> None:
    known = {"CTRL-3": Known("CTRL-3", "old habit", "https://bug")}
    report = json.loads(report_json(broken(known), command="loopspec check mine"))
    jsonschema.Draft202012Validator(report_schema()).validate(report)
    assert report["command"] == "loopspec check mine"
    links = {rule["id"]: rule["declared_link"] for rule in report["rules"]}
    assert links == {"CTRL-3": "https://bug", "EVT-1": "", "CTRL-11": ""}


def test_the_same_traces_give_the_same_bytes() -> None:
    traces = [predict(scenario) for scenario in ALONE.values()]
    assert report_json(judge(traces)) == report_json(judge(traces[::-1]))


def test_every_line_of_a_trace_is_as_its_schema_says(folder: Path) -> None:
    validator = jsonschema.Draft202012Validator(trace_schema())
    lines = [
        json.loads(line)
        for path in sorted((folder / "traces").glob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]
    assert {line["line"] for line in lines} == {"trace", "event", "return", "outcome"}
    sample = lines[:200] + [line for line in lines[200:] if line["line"] != "event"]
    assert [error.message for line in sample for error in validator.iter_errors(line)] == []
    assert list(validator.iter_errors({**lines[1], "event": "on_lunch"}))


def test_the_published_schemas_are_up_to_date(tmp_path: Path) -> None:
    """Write them anew with `loopspec.report.schema.write_schemas(Path("schemas"))`."""
    write_schemas(tmp_path)
    for name, text in schemas().items():
        assert (tmp_path / name).read_bytes() == text
        assert (SCHEMAS / name).read_bytes() == text, f"schemas/{name} is out of date"
        jsonschema.Draft202012Validator.check_schema(json.loads(text))
