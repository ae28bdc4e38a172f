"""What is committed of a report."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from loopspec import check, judge
from loopspec.report.json import report_json
from loopspec.report.kept import (
    kept,
    kept_json,
    kept_schema,
    read_kept,
    read_report,
    trace_digests,
)
from loopspec.targets import load_file
from loopspec.vocabulary import Verdict

toys = load_file(Path(__file__).parents[1] / "toys.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report and the traces of a toy that breaks one rule, which is known, and crashes once."""
    folder = tmp_path_factory.mktemp("kept")
    fault = toys.KEEPS_EPOCH_STOP + "def serve(self):\n    super().serve()\n"
    fault += "    assert self.args.name != 'requests-early', 'no such luck'\n"
    subject = load_file(toys.planted(folder, fault, "kepttoy")).Bad()
    report = check(subject, processes=0, keep=folder / "traces", known={"CTRL-3": "why not"})
    (folder / "report.json").write_bytes(report_json(report))
    return folder


def test_verdicts_are_kept_with_their_evidence_and_reread_as_they_were(folder: Path) -> None:
    report = read_report((folder / "report.json").read_bytes())
    digests = trace_digests(folder / "traces")
    result = kept(report, target="kepttoy", environment="here", traces=digests)
    text = kept_json(result)
    jsonschema.Draft202012Validator(kept_schema()).validate(json.loads(text))
    (folder / "result.json").write_bytes(text)
    assert read_kept(folder / "result.json") == result
    known = result.rules["CTRL-3"]
    assert (known.verdict, known.reason) == (Verdict.KNOWN, "why not")
    assert known.evidence is not None
    assert known.evidence.scenario == "epoch-stop"
    assert result.rules["CTRL-26"].message.endswith("not declared by the subject")
    assert list(result.crashed) == ["requests-early"]
    assert "no such luck" in result.crashed["requests-early"]
    assert result.command == "loopspec check kepttoy"
    assert sum(result.counts.values()) == len(result.rules)
    assert set(result.traces) == set(digests)
    passed = next(rule for rule in result.rules.values() if rule.verdict is Verdict.PASS)
    assert msgspec.to_builtins(passed).keys() <= {"verdict", "variants"}


def test_rules_stand_in_the_order_of_their_numbers(folder: Path) -> None:
    report = read_report((folder / "report.json").read_bytes())
    names = list(kept(report, target="t", environment="here", traces={}).rules)
    assert names.index("CTRL-3") < names.index("CTRL-10") < names.index("DISP-1")


def test_a_digest_is_of_what_was_recorded_and_not_of_the_versions(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_bytes(b'{"header": 1}\n{"a": 1}\n')
    (tmp_path / "two.jsonl").write_bytes(b'{"header": 2}\n{"a": 1}\n')
    (tmp_path / "three.jsonl").write_bytes(b'{"header": 1}\n{"a": 2}\n')
    digests = trace_digests(tmp_path)
    assert digests["one"] == digests["two"] != digests["three"]


def test_a_report_of_nobody_is_refused() -> None:
    report = read_report(report_json(judge([])))
    with pytest.raises(ValueError, match="does not say who was judged"):
        kept(report, target="t", environment="here", traces={})
