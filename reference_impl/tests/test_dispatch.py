from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from listening import Listener

from loopspec_reference import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from loopspec_reference.callback import EVENTS
from loopspec_reference.control import FLAGS
from loopspec_reference.dispatch import RESETS, Compiled, compile_event

ARGS, STATE = TrainingArguments(), TrainerState()


class Answers(TrainerCallback):
    """Notes the control it gets and answers as told."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.got: list[Any] = []

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        self.got.append(control)
        return self.answer


def compiled(event: str, *callbacks: Any) -> Compiled:
    return compile_event(event, callbacks, ("model",), lambda *arguments: "anew", Listener())


def fire(control: Any, *callbacks: Any) -> Any:
    return compiled("on_step_end", *callbacks).call(ARGS, STATE, control, {"model": None})


def test_none_keeps_the_control_and_another_replaces_it_from_there_on() -> None:
    old, new = TrainerControl(should_save=True), TrainerControl()
    callbacks = [Answers(), Answers(new), Answers()]
    assert fire(old, *callbacks) is new
    assert [callback.got for callback in callbacks] == [[old], [old], [new]]


def test_a_foreign_control_with_the_flags_is_one() -> None:
    foreign = SimpleNamespace(**dict.fromkeys(FLAGS, False))
    assert fire(TrainerControl(), Answers(foreign)) is foreign


@pytest.mark.parametrize("answer", [False, 0, "x", {}])
def test_any_other_answer_names_callback_event_and_type(answer: object) -> None:
    later = Answers()
    with pytest.raises(TypeError) as caught:
        fire(TrainerControl(), Answers(), Answers(answer), later)
    kind = type(answer).__name__
    assert str(caught.value) == (
        f"Answers.on_step_end returned a value of type {kind}. Return None or a control, an object "
        "with the attributes should_training_stop, should_epoch_stop, should_save, "
        "should_evaluate, should_log."
    )
    assert later.got == []


@pytest.mark.parametrize("event", EVENTS)
def test_methods_that_nobody_overrode_are_left_out(event: str) -> None:
    class Own(TrainerCallback):
        pass

    def handle(self: Any, *args: Any, **kwargs: Any) -> None: ...

    busy = type("Busy", (Own,), {event: handle})()
    assert compiled(event, TrainerCallback(), Own(), busy, object()).owners == (busy,)


def test_the_empty_methods_of_transformers_are_left_out_too() -> None:
    transformers = pytest.importorskip("transformers")
    foreign = transformers.EarlyStoppingCallback()
    assert compiled("on_step_end", foreign).owners == ()
    assert compiled("on_evaluate", foreign).owners == (foreign,)


def test_a_method_set_on_the_instance_counts() -> None:
    callback = TrainerCallback()
    callback.on_log = lambda *args, **kwargs: None  # type: ignore[method-assign]
    assert compiled("on_log", callback).owners == (callback,)


def test_an_empty_method_set_on_the_instance_is_left_out() -> None:
    callback = Answers()
    callback.on_step_end = TrainerCallback.on_step_end  # type: ignore[method-assign, assignment]
    assert compiled("on_step_end", callback).owners == ()


def test_each_reset_is_a_flag_of_an_event() -> None:
    assert set(RESETS) <= set(EVENTS)
    assert {flag for flags in RESETS.values() for flag in flags} == set(FLAGS)
