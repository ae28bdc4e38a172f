import sys
from pathlib import Path
from typing import Any

import environments
import matrix
import msgspec
import pytest
import write_matrix

from loopspec.report.kept import KeptResult, KeptRule, read_kept
from loopspec.targets import BUILT_IN
from loopspec.vocabulary import Verdict

ROW = matrix.Row("reference", "loopspec", "reference", environments.HERE)


def result(**verdicts: Verdict) -> KeptResult:
    """The committed result of the reference, with other verdicts."""
    found = read_kept(ROW.path)
    changed = {name.replace("_", "-"): KeptRule(v, message="m") for name, v in verdicts.items()}
    return msgspec.structs.replace(found, rules=found.rules | changed)


def test_every_result_has_its_subject_and_those_of_this_environment_have_one() -> None:
    assert write_matrix.stray(matrix.RESULTS, matrix.rows()) == []
    assert [
        str(row) for row in matrix.chosen([], [environments.HERE]) if not row.path.exists()
    ] == []


def test_every_subject_is_one_that_can_be_named_and_of_a_loop_that_is_told() -> None:
    for row in matrix.rows():
        assert row.name in BUILT_IN
        assert row.loop in write_matrix.LOOPS


def test_a_result_is_of_the_version_and_the_environment_that_the_table_says() -> None:
    for row in write_matrix.results(matrix.rows()):
        found = read_kept(row.path)
        assert (found.by.version, found.environment, found.target) == (
            row.version,
            row.environment,
            row.name,
        )


def test_a_verdict_that_changed_is_told_with_what_came() -> None:
    before, now = result(), result(CTRL_3=Verdict.FAIL)
    assert list(matrix.changes(before, before)) == []
    assert list(matrix.changes(before, now)) == ["CTRL-3 was pass, is fail: m"]
    fewer = msgspec.structs.replace(before, rules={"CTRL-3": before.rules["CTRL-3"]})
    assert len(list(matrix.changes(before, fewer))) == len(before.rules) - 1
    assert "no result was committed" in next(matrix.changes(None, now))


def test_traces_that_differ_are_told_and_are_no_change_of_a_verdict() -> None:
    before = result()
    now = msgspec.structs.replace(before, traces=before.traces | {"plain": "other"})
    assert list(matrix.changes(before, now)) == []
    assert matrix.differing(before, now) == " (1 traces are not what they were: plain, ...)"


def test_a_name_that_is_no_subject_is_refused() -> None:
    with pytest.raises(SystemExit, match="nobody: no subject"):
        matrix.chosen(["nobody"])
    with pytest.raises(SystemExit, match="nowhere: no environment"):
        matrix.chosen([], ["here", "nowhere"])


def test_an_environment_that_cannot_be_made_is_told_and_counted(
    monkeypatch: Any, capsys: Any
) -> None:
    def gone(name: str) -> Path:
        raise environments.Unavailable(f"environment {name} cannot be made: no more served")

    monkeypatch.setattr(matrix, "python_of", gone)
    assert matrix.main(["reference", "--check"]) == 2
    assert capsys.readouterr().out == (
        f"{ROW}: not judged: environment here cannot be made: no more served\n1 not judged\n"
    )


def test_a_changed_verdict_fails_until_it_is_committed(
    monkeypatch: Any, capsys: Any, tmp_path: Path
) -> None:
    monkeypatch.setattr(matrix, "judged", lambda *_: result(CTRL_3=Verdict.FAIL))
    assert matrix.main(["reference", "--check"]) == 1
    assert "  CTRL-3 was pass, is fail: m\n1 changed\n" in capsys.readouterr().out
    monkeypatch.setattr(matrix, "judged", lambda *_: result())
    assert matrix.main(["reference", "--check"]) == 0


def test_a_subject_is_judged_by_the_suite_in_its_environment(tmp_path: Path) -> None:
    assert environments.python_of(ROW.environment) == Path(sys.executable)
    found = matrix.judged(ROW, tmp_path, 2)
    assert list(matrix.changes(read_kept(ROW.path), found)) == []


def test_the_page_is_what_the_committed_results_say() -> None:
    table = matrix.rows()
    assert write_matrix.PAGE.read_text("utf-8") == write_matrix.page(
        table, write_matrix.results(table)
    )


def test_what_is_broken_is_told_as_a_report_that_can_be_acted_on() -> None:
    seen = read_kept(next(row.path for row in matrix.rows() if row.name == "transformers"))
    known = seen.rules["CTRL-27"]
    broken = msgspec.structs.replace(known, verdict=Verdict.FAIL, reason="")
    follows = msgspec.structs.replace(
        broken, verdict=Verdict.BLOCKED, blocked_by="CTRL-27", evidence=None
    )
    rules = result().rules | {"CTRL-27": broken, "CTRL-4": follows}
    text = write_matrix.page([ROW], {ROW: msgspec.structs.replace(result(), rules=rules)})
    assert known.evidence is not None
    assert f"  - expected {known.evidence.expected}; got {known.evidence.got}\n" in text
    assert "  - repeat: `loopspec check reference --rule CTRL-27`" in text
    assert "- follows from CTRL-27: [CTRL-4](" in text
    assert "Judged with [these packages](../constraints.txt), which `make matrix NAMES=ref" in text
    assert "| 27 ✗1 (✗)1 |" in text


def test_a_crash_is_told_once_with_all_that_it_kept_from_judging() -> None:
    seen = read_kept(next(row.path for row in matrix.rows() if row.name == "transformers"))
    evidence = seen.rules["CTRL-27"].evidence
    assert evidence is not None
    short = {"scenario": "short", "scenario_text": "short: 1 epochs"}
    found = {
        "CTRL-4": msgspec.structs.replace(evidence, got="it raised E: no in f, during train"),
        "CTRL-8": msgspec.structs.replace(
            evidence, got="it raised E: no in f, during call", **short
        ),
    }
    rules = {name: KeptRule(Verdict.ERROR, evidence=one) for name, one in found.items()}
    before = result()
    now = msgspec.structs.replace(before, rules=before.rules | rules)
    text = write_matrix.page([ROW], {ROW: now})
    assert text.count("it raised E: no") == 1
    assert (
        "- **A crash** during call: it raised E: no in f.\n  - scenario short: 1 epochs\n" in text
    )
    assert "  - not judged for it: [CTRL-4](../spec/" in text
    assert "`loopspec check reference --rule CTRL-8 --scenario short`" in text


def test_a_known_deviation_is_told_with_its_script_and_its_report() -> None:
    row = next(row for row in matrix.rows() if row.name == "transformers")
    seen = read_kept(row.path)
    known = msgspec.structs.replace(seen.rules["DISP-22"], link="https://a.example/1")
    text = write_matrix.page(
        [row], {row: msgspec.structs.replace(seen, rules=seen.rules | {"DISP-22": known})}
    )
    assert "[transformers_hides_an_event_at_removal](../examples/deviations/" in text
    assert ", [what its makers say](https://a.example/1). *transformers 5.23.0*" in text


def test_a_subject_without_a_result_is_named_on_the_page() -> None:
    late = matrix.Row("reference", "transformers", "reference", environments.HERE)
    assert "Not judged yet: reference 5.23.0." in write_matrix.page([late], {})
