from __future__ import annotations

import copy
import functools
import logging
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from loopspec_reference import (
    CallbackHandler,
    DefaultFlowCallback,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from loopspec_reference.callback import EVENTS
from loopspec_reference.control import FLAGS
from loopspec_reference.dispatch import RESETS

ARGS, STATE = TrainingArguments(), TrainerState()


class Notes(TrainerCallback):
    def __init__(self, name: str = "", log: list[str] | None = None) -> None:
        self.name = name
        self.log = log if log is not None else []

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.log.append(self.name)


class SubNotes(Notes):
    pass


def handler(*callbacks: Any) -> CallbackHandler:
    return CallbackHandler([DefaultFlowCallback, *callbacks], "model", "tokenizer", None, None)


def save(to: CallbackHandler) -> None:
    to.on_save(ARGS, STATE, TrainerControl())


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_clears_its_flags_before_callbacks_see_it(event: str) -> None:
    seen: dict[str, bool] = {}

    def see(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        seen.update(vars(control))

    control = TrainerControl(*[True] * 5)
    extra = {"on_log": ("logs",), "on_evaluate": ("m",), "on_predict": ("m",)}.get(event, ())
    watcher = type("Watcher", (), {event: see})()
    result = getattr(handler(watcher), event)(ARGS, STATE, control, *extra)
    assert result is control
    assert {flag for flag in FLAGS if seen[flag] is False} == set(RESETS.get(event, ()))


def test_callbacks_get_the_keywords_of_the_moment() -> None:
    got: list[dict[str, Any]] = []

    class Keywords(TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            got.append(kwargs)

    to = handler(Keywords)
    to.on_log(ARGS, STATE, TrainerControl(), {"loss": 1.0})
    to.train_dataloader = "loader"
    to.on_log(ARGS, STATE, TrainerControl(), logs={})
    names = ("model", "processing_class", "optimizer", "lr_scheduler")
    common = dict(zip(names, ("model", "tokenizer", None, None), strict=True))
    first = {**common, "train_dataloader": None, "eval_dataloader": None, "logs": {"loss": 1.0}}
    assert got == [first, {**first, "train_dataloader": "loader", "logs": {}}]
    assert to.train_dataloader == "loader"


def test_a_class_is_instantiated_and_an_object_needs_no_base() -> None:
    class Bare:
        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            calls.append("bare")

    calls: list[str] = []
    to = handler(Bare, Bare())
    save(to)
    to.on_train_end(ARGS, STATE, TrainerControl())
    assert calls == ["bare", "bare"]
    with pytest.raises(TypeError, match="required"):
        handler(type("Needs", (), {"__init__": lambda self, what: None}))


def test_an_object_without_any_event_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    handler(object())
    assert caplog.messages == ["<class 'object'> has no event method and will never be called."]


def test_a_second_one_of_a_class_is_kept_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    log: list[str] = []
    with caplog.at_level(logging.WARNING):
        to = handler(Notes("a", log), SubNotes("b", log))
        assert not caplog.records
        to.add_callback(Notes("c", log))
    assert caplog.messages == [
        f"You are adding a {Notes} to the callbacks, but there is already one. They are:\n"
        "DefaultFlowCallback\nNotes\nSubNotes"
    ]
    save(to)
    assert log == ["a", "b", "c"]


def test_a_missing_default_flow_is_warned_about_at_construction(
    caplog: pytest.LogCaptureFixture,
) -> None:
    CallbackHandler([Notes], None, None, None, None)
    assert caplog.messages == [
        "Without a DefaultFlowCallback nothing is logged, evaluated or saved on time and nothing "
        "stops at max_steps. The callbacks are:\nNotes"
    ]
    caplog.clear()
    handler().remove_callback(DefaultFlowCallback)
    assert not caplog.records


def test_removal_by_class_takes_the_first_instance_and_by_instance_the_equal_one() -> None:
    first, second = SubNotes(), Notes()
    to = handler(first, second)
    assert to.pop_callback(Notes) is first
    assert to.pop_callback(first) is None
    assert to.pop_callback(second) is second
    assert to.pop_callback(Notes) is None
    to.remove_callback(Notes)
    with pytest.raises(ValueError, match="not in list"):
        to.remove_callback(second)
    assert type(to.pop_callback(TrainerCallback)) is DefaultFlowCallback


def test_a_callback_that_removes_itself_hides_the_event_from_nobody() -> None:
    log: list[str] = []

    class Leaves(Notes):
        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            super().on_save(args, state, control, **kwargs)
            to.remove_callback(self)

    to = handler(Leaves("leaves", log), Notes("stays", log))
    save(to)
    save(to)
    assert log == ["leaves", "stays", "stays"]


def test_one_that_is_added_in_an_event_gets_the_next_one() -> None:
    log: list[str] = []

    class Brings(Notes):
        def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            to.add_callback(Notes("new", log))

    to = handler(Brings())
    save(to)
    assert log == []
    save(to)
    assert log == ["new"]


def test_changes_of_the_list_itself_are_noticed() -> None:
    log: list[str] = []
    to = handler(Notes("a", log))
    save(to)
    to.callbacks.insert(0, Notes("b", log))
    save(to)
    to.callbacks = [Notes("c", log)]
    save(to)
    to.callbacks.append(Notes("d", log))
    save(to)
    assert log == ["a", "b", "a", "c", "c", "d"]
    assert to.callback_list == "Notes\nNotes"


def test_an_event_by_its_name_has_no_resets() -> None:
    log: list[str] = []
    control = TrainerControl(should_save=True)
    assert handler(Notes("a", log)).call_event("on_save", ARGS, STATE, control) is control
    assert control.should_save
    assert log == ["a"]


def test_an_event_by_its_name_is_given_what_any_event_is() -> None:
    given: list[tuple[Any, ...]] = []

    class Takes(TrainerCallback):
        def on_log(self, *positional: Any, **kwargs: Any) -> Any:
            given.append((*positional, kwargs["model"], kwargs["logs"]))
            return "nonsense"

    control = TrainerControl()
    with pytest.raises(TypeError, match=r"^Takes\.on_log returned a value of type str\."):
        handler(Takes()).call_event("on_log", ARGS, STATE, control, logs={"loss": 1.0})
    assert given == [(ARGS, STATE, control, "model", {"loss": 1.0})]


def test_who_handles_an_event_is_asked_once_and_not_at_each_event() -> None:
    asked: list[str] = []

    class Asked(Notes):
        def __getattribute__(self, name: str) -> Any:
            asked.append(name)
            return super().__getattribute__(name)

    to = handler(Asked("a"))
    save(to)
    asked.clear()
    save(to)
    assert "on_save" not in asked
    to.recompile()
    save(to)
    assert "on_save" in asked


def test_a_method_replaced_on_a_callback_is_seen_at_once() -> None:
    log: list[str] = []
    callback = Notes("old", log)
    to = handler(callback)
    save(to)
    callback.on_save = lambda *a, **k: log.append("new")  # type: ignore[method-assign]
    save(to)
    del callback.on_save
    save(to)
    assert log == ["old", "new", "old"]


def test_an_empty_method_replaced_on_a_callback_is_seen_too() -> None:
    log: list[str] = []
    callback = TrainerCallback()
    to = handler(callback)
    save(to)
    callback.on_save = lambda *a, **k: log.append("new")  # type: ignore[method-assign]
    save(to)
    assert log == ["new"]


def test_a_method_replaced_on_a_class_is_seen_after_recompile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log: list[str] = []
    to = handler(Notes("old", log))
    save(to)
    monkeypatch.setattr(Notes, "on_save", lambda *a, **k: log.append("new"))
    to.recompile()
    save(to)
    assert log == ["old", "new"]


def test_callbacks_that_inherit_an_event_need_no_look_until_a_method_is_set_on_one() -> None:
    log: list[str] = []
    idle = [type(f"Idle{number}", (TrainerCallback,), {})() for number in range(3)]
    to = handler(*idle)
    substep = functools.partial(to.on_substep_end, ARGS, STATE, TrainerControl())
    substep()
    for number, callback in reversed(list(enumerate(idle))):
        callback.on_substep_end = lambda *a, number=number, **k: log.append(str(number))
    substep()
    del idle[1].on_substep_end
    substep()
    assert "".join(log) == "01202"


@pytest.mark.parametrize("name", ["model", "optimizer", "eval_dataloader"])
def test_what_a_callback_sets_on_the_handler_the_next_one_gets(name: str) -> None:
    got: list[object] = []

    class Sets(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            setattr(handler, name, "new")

    class ReadsAll(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            got.append(kwargs[name])

    space: dict[str, Any] = {"got": got}
    parameters = f"self, args, state, control, {name}, **kwargs"
    exec(f"def on_step_end({parameters}):\n  got.append({name})", space)
    named = type("Names", (TrainerCallback,), {"on_step_end": space["on_step_end"]})
    handler = CallbackHandler([ReadsAll(), Sets(), ReadsAll(), named()], *["old"] * 4)
    handler.eval_dataloader = "old"
    handler.on_step_end(None, None, TrainerControl())  # type: ignore[arg-type]
    assert got == ["old", "new", "new"]
    assert getattr(handler, name) == "new"


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda handler: pickle.loads(pickle.dumps(handler))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_has_a_list_and_keywords_of_its_own(
    copied: Callable[[CallbackHandler], CallbackHandler],
) -> None:
    original = handler(Notes("first"))
    save(original)  # which compiles a dispatch
    other = copied(original)
    other.model = "another"
    other.add_callback(SubNotes("second"))
    save(other)
    first, second = other.callbacks[1:]
    assert (original.model, other.model, other.processing_class) == (
        "model",
        "another",
        "tokenizer",
    )
    assert original.callback_list == "DefaultFlowCallback\nNotes"
    assert (first.log[-1], second.log) == ("first", ["second"])
