from pathlib import Path

import pytest

from loopspec.recording import record
from loopspec.scenario import Act, Scenario, Scripted
from loopspec.subjects.base import Subject
from loopspec.targets import resolve
from loopspec.trace import Line
from loopspec.vocabulary import Event


@pytest.fixture(scope="module")
def reference() -> Subject:
    return resolve("reference")


def played(subject: Subject, *acts: Act, **job: object) -> str:
    scenario = Scenario(name="x", callbacks=(Scripted("a", acts),), **job)  # type: ignore[arg-type]  # fields of Scenario
    return record(subject, scenario).outcome.kind


def test_outcomes_are_told_apart(reference: Subject) -> None:
    assert played(reference) == "completed"
    assert played(reference, Act(Event.STEP_END, 1, does="fail")) == "scripted"
    assert played(reference, Act(Event.STEP_END, 1, gives="junk")) == "raised"


def test_an_error_is_told_in_one_line_without_paths(reference: Subject, tmp_path: Path) -> None:
    outcome = record(reference, Scenario(name="x", calls=("resume@7",))).outcome
    assert outcome.kind == "raised"
    assert outcome.error.startswith("ValueError")
    assert "FOLDER" in outcome.error
    assert "\n" not in outcome.error
    assert outcome.where.startswith("loopspec_reference.")


def test_lines_are_handed_on_as_they_come(reference: Subject) -> None:
    lines: list[Line] = []
    trace = record(reference, Scenario(name="x"), lines.append)
    assert lines == [*trace.records, *trace.returns, trace.outcome]


def test_callbacks_come_and_go_as_the_user_says(reference: Subject) -> None:
    scenario = Scenario(
        name="x",
        num_train_epochs=1,
        callbacks=(Scripted("late", given="added"), Scripted("spare", given="spare")),
        calls=("train", "remove:late", "add:spare", "train"),
    )
    trace = record(reference, scenario)
    first, second = ([call.who for call in run[0].calls] for run in trace.runs)
    assert first == ["first", "last", "late"]
    assert second == ["first", "last", "spare"]
