"""The stretch of a trace around a record, and what callbacks did in it."""

from __future__ import annotations

from loopspec import Act, Event, Scenario, Scripted, predict
from loopspec.report.stretch import Row, stretch
from loopspec.trace import Call, Record, Trace


def acting(*acts: Act) -> Trace:
    return predict(Scenario(name="acts", callbacks=(Scripted("script", acts),)))


def test_four_records_to_each_side_and_the_one_meant_is_marked() -> None:
    trace = acting()
    rows = stretch(trace, 10)
    assert [row.record for row in rows] == list(range(6, 15))
    assert [row.record for row in rows if row.here] == [10]
    assert [row.record for row in stretch(trace, 1)] == [0, 1, 2, 3, 4, 5]
    last = len(trace.records) - 1
    assert [row.record for row in stretch(trace, last)][-1] == last


def test_no_record_is_meant_before_the_first_one() -> None:
    assert not any(row.here for row in stretch(acting(), -1))
    empty = acting()
    assert stretch(Trace(empty.scenario, empty.by, [], empty.outcome), -1) == []


def test_what_callbacks_did_is_in_words() -> None:
    trace = acting(
        Act(Event.STEP_END, 1, raises="TS", gives="new"),
        Act(Event.SAVE, 1, lowers="T", gives="same"),
    )
    rows = {(row.event, row.step): row for row in stretch(trace, 8, around=8)}
    assert rows["on_step_end", 1].acts == [
        "script sets should_training_stop, should_save and returns another control"
    ]
    assert rows["on_save", 1].acts == ["script clears should_training_stop and returns control"]
    assert (rows["on_save", 1].entry, rows["on_save", 1].exit) == ("T", "")
    assert rows["on_step_begin", 0].acts == []


def test_a_change_between_two_probes_is_another_callbacks() -> None:
    made = acting()
    calls = [Call("first", 0, "", ""), Call("last", 0, "V", "V", "str")]
    record = Record(0, Event.SAVE, 1, 0, 3, 7, 1.0, 9, 0, None, None, 0, 0, calls, {})
    rows = stretch(Trace(made.scenario, made.by, [record], made.outcome), 0)
    acts = ["last returns a str", "another callback sets should_evaluate"]
    assert rows == [Row(0, "on_save", 7, "", "V", acts, True)]
