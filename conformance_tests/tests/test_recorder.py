"""Probes take whatever a trainer does; here by hand, call for call."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from loopspec.probe import ScriptedError
from loopspec.recorder import Recorder
from loopspec.scenario import Act, Scenario, Scripted
from loopspec.trace import Record, Return
from loopspec.vocabulary import Event, Flag


def control(flags: str = "") -> SimpleNamespace:
    return SimpleNamespace(**{flag.field: flag in flags for flag in Flag})


def state(step: int = 0) -> SimpleNamespace:
    return SimpleNamespace(global_step=step, epoch=0, max_steps=6, log_history=[], best_metric=None)


class Played:
    """A scenario's callbacks, and what they made the recorder write."""

    def __init__(self, *parts: Scripted) -> None:
        self.lines: list[Any] = []
        scenario = Scenario(name="by hand", callbacks=parts)
        self.recorder = Recorder(scenario, self.lines.append)
        self.callbacks = self.recorder.callbacks

    def fire(self, event: Event, *given: Any, order: str = "first a last", **keywords: Any) -> Any:
        back = None
        for name in order.split():
            back = getattr(self.callbacks[name], event)(*given, **keywords) or back
        return back

    @property
    def records(self) -> list[Record]:
        return [line for line in self.lines if isinstance(line, Record)]


def test_one_record_for_each_event_written_as_soon_as_it_is_whole() -> None:
    played = Played(Scripted("a"))
    played.fire(Event.STEP_END, "args", state(1), control("S"), order="first a")
    assert not played.lines
    played.callbacks["last"].on_step_end("args", state(1), control("S"))
    (record,) = played.records
    assert [call.who for call in record.calls] == ["first", "a", "last"]
    assert (record.event, record.step, record.entry, record.exit) == (Event.STEP_END, 1, "S", "S")


def test_callbacks_called_in_another_order_or_not_at_all_are_told() -> None:
    played = Played(Scripted("a"))
    things = ("args", state(), control())
    played.fire(Event.LOG, *things, order="last a first")
    played.fire(Event.EPOCH_END, *things, order="first last")
    played.fire(Event.TRAIN_END, *things)
    assert [[call.who for call in record.calls] for record in played.records] == [
        ["last", "a", "first"],
        ["first", "last"],
        ["first", "a", "last"],
    ]


def test_the_same_event_twice_is_two_records() -> None:
    played = Played(Scripted("a"))
    for _ in range(2):
        played.fire(Event.STEP_END, "args", state(), control(), order="first")
    played.recorder.finish()
    assert [record.i for record in played.records] == [0, 1]


@pytest.mark.parametrize(
    ("given", "keywords", "positional", "step", "flags"),
    [
        ((), {}, 0, None, ""),
        (("args",), {}, 1, None, ""),
        ((), {"args": "args", "state": state(3), "control": control("T")}, 0, 3, "T"),
        (("args", state(2), None), {}, 3, 2, ""),
        (("args", object(), object()), {}, 3, None, ""),
    ],
)
def test_calls_without_state_or_control(
    given: tuple[Any, ...], keywords: dict[str, Any], positional: int, step: int, flags: str
) -> None:
    played = Played(Scripted("a"))
    played.fire(Event.STEP_BEGIN, *given, **keywords)
    (record,) = played.records
    assert (record.positional, record.step, record.entry) == (positional, step, flags)


def test_objects_are_told_apart_by_ordinals_even_after_they_are_gone() -> None:
    played = Played(Scripted("a"))
    for _ in range(3):
        played.fire(Event.LOG, "args", state(), control())
    assert [record.state for record in played.records] == [0, 1, 2]
    assert [record.calls[0].control for record in played.records] == [0, 1, 2]


def test_acts_are_found_by_event_and_step_and_done_once() -> None:
    played = Played(Scripted("a", (Act(Event.STEP_END, 2, raises="S"),)))
    flags = control()
    for step in (1, 2, 2):
        played.fire(Event.STEP_END, "args", state(step), flags)
        flags.should_save = False
    assert [record.exit for record in played.records] == ["", "S", ""]


@pytest.mark.parametrize(
    ("gives", "returned", "passed_on"),
    [("none", None, "S"), ("same", 0, "S"), ("new", 1, "S"), ("junk", "str", "S")],
)
def test_what_a_callback_returns(gives: Any, returned: Any, passed_on: str) -> None:
    played = Played(Scripted("a", (Act(Event.LOG, raises="S", gives=gives),)))
    given = control()
    back = played.fire(Event.LOG, "args", state(), given)
    call = played.records[0].calls[1]
    assert (call.returned, call.exit) == (returned, passed_on)
    assert (back is given) == (gives == "same")
    assert given.should_save == (gives != "new")


def test_events_from_inside_a_callback_are_nested() -> None:
    played = Played(Scripted("a", (Act(Event.STEP_END, does="log", whom="x"),)))
    things = ("args", state(), control())

    class Controls:
        def log(self, logs: dict[str, float]) -> None:
            played.fire(Event.LOG, *things, logs=logs)

    played.recorder.controls = Controls()  # type: ignore[assignment]  # only log is asked for
    played.fire(Event.STEP_END, *things)
    outer, inner = sorted(played.records, key=lambda record: record.i)
    assert (outer.event, outer.depth, len(outer.calls)) == (Event.STEP_END, 0, 3)
    assert (inner.event, inner.depth, inner.logs) == (Event.LOG, 1, {"x": 1.0})


def test_a_callback_that_raises_leaves_its_record_behind() -> None:
    played = Played(Scripted("a", (Act(Event.SAVE, does="fail"),)))
    with pytest.raises(ScriptedError):
        played.fire(Event.SAVE, "args", state(), control())
    played.recorder.finish()
    assert [call.who for call in played.records[0].calls] == ["first", "a"]


def test_calls_of_the_user_are_counted_and_their_returns_written() -> None:
    played = Played(Scripted("a"))
    played.fire(Event.INIT_END, "args", state(), control())
    played.recorder.calling()
    played.fire(Event.TRAIN_BEGIN, "args", state(), control())
    played.recorder.returned("train", step=3, flags="T")
    assert [record.call for record in played.records] == [0, 1]
    assert played.lines[-1] == Return(1, "train", 3, "T")


def test_fields_of_the_state_are_told_when_they_change() -> None:
    played = Played()
    where = state()
    for checkpoint in (None, "out/checkpoint-12", "out/checkpoint-12", "the best"):
        where.best_model_checkpoint = checkpoint
        where.is_world_process_zero = True
        played.fire(Event.SAVE, "args", where, control(), order="first last")
    assert [record.fields for record in played.records] == [
        {"best_model_checkpoint": None, "is_world_process_zero": True},
        {"best_model_checkpoint": 12},
        {},
        {"best_model_checkpoint": "the best"},
    ]


def test_a_record_without_a_state_has_no_fields() -> None:
    played = Played()
    played.fire(Event.SAVE, order="first last")
    assert played.records[0].fields == {}
