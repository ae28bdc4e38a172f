"""The files that the page is made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from reported import BY, broken, crashed, made

from loopspec import judge
from loopspec.faults import Fault
from loopspec.known import Known
from loopspec.report.html.column import read_column
from loopspec.report.json import as_json, report_json
from loopspec.report.kept import kept, kept_json
from loopspec.vocabulary import Verdict

REPORT = broken({"CTRL-3": Known("CTRL-3", "old habit", "https://bug")})


def test_a_report_is_read(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(report_json(REPORT, command="loopspec check mine"))
    column = read_column(path)
    assert (column.by, column.command, column.scenarios) == (BY, "loopspec check mine", 2)
    cell = column.cells["CTRL-3"]
    assert (cell.verdict, cell.reason, cell.link) == (Verdict.KNOWN, "old habit", "https://bug")
    assert cell.evidence is not None
    assert (cell.observations, cell.against) == (1, 1)
    assert [crash.scenario for crash in column.crashes] == ["lost"]
    assert column.cells["EVT-1"].message == ""


def test_a_committed_result_is_read_alike(tmp_path: Path) -> None:
    written = as_json(REPORT, command="loopspec check mine")
    path = tmp_path / "mine-1.2.json"
    path.write_bytes(kept_json(kept(written, target="mine", environment="here", traces={})))
    column = read_column(path)
    assert (column.by, column.command, column.scenarios) == (BY, "loopspec check mine", 2)
    cell = column.cells["CTRL-3"]
    assert (cell.verdict, cell.reason, cell.link) == (Verdict.KNOWN, "old habit", "https://bug")
    assert cell.evidence == written.rules[0].evidence or cell.evidence in [
        rule.evidence for rule in written.rules
    ]
    (crash,) = column.crashes
    assert (crash.scenario, crash.stretch) == ("lost", [])
    assert "ValueError: x" in crash.got


def test_the_committed_results_are_read() -> None:
    results = Path(__file__).parents[4] / "results"
    columns = [read_column(path) for path in sorted(results.glob("*.json"))]
    assert {"reference", "transformers"} <= {column.by.subject for column in columns if column.by}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"not json", "is no report of loopspec"),
        (b'{"rules": 1}', "is no report of loopspec"),
        (b'{"rules": []}', "is no report of loopspec"),
        (
            report_json(judge([made(), crashed()])).replace(b'"version": 1,', b'"version": 9,', 1),
            "9",
        ),
    ],
)
def test_another_file_is_told_in_one_line(tmp_path: Path, text: bytes, said: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(text)
    with pytest.raises(Fault, match=said) as fault:
        read_column(path)
    assert str(fault.value).startswith(f"{path}: ")
    assert "\n" not in str(fault.value)
