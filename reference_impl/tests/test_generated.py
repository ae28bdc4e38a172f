from __future__ import annotations

import traceback
from types import CellType
from typing import Any

import pytest
from listening import Listener

from loopspec_reference import TrainerCallback
from loopspec_reference.dispatch import compile_event
from loopspec_reference.generated import function, source
from loopspec_reference.lean import Needs


def test_each_hook_is_called_with_what_it_needs() -> None:
    needed = [Needs((), ()), None, Needs(("model",), ("logs",))]
    assert source("on_log", ("model", "logs"), needed, ['"on_log" in own_0', "other"]) == (
        """\
def on_log(args, state, control, kw):
    if "on_log" in own_0 or other:
        return anew(args, state, control, kw)
    if function_0.__code__ is code_0:
        answer = hook_0(args, state, control)
    else:
        answer = hook_0(args, state, control, **kw)
    if answer is not None and answer is not control:
        control = answered(answer, 0)
    answer = hook_1(args, state, control, model=kw["model"], logs=kw["logs"])
    if answer is not None and answer is not control:
        control = answered(answer, 1)
    if function_2.__code__ is code_2:
        answer = hook_2(args, state, control, kw["model"], logs=kw["logs"])
    else:
        answer = hook_2(args, state, control, **kw)
    if answer is not None and answer is not control:
        control = answered(answer, 2)
    return control
"""
    )


def test_an_event_for_nobody_does_nothing() -> None:
    assert source("on_log", (), [], []) == (
        "def on_log(args, state, control, kw):\n    return control\n"
    )


@pytest.mark.parametrize("name", ["two words", "class", "1st"])
def test_a_name_that_cannot_be_written_out_is_passed_all_the_same(name: str) -> None:
    got: list[Any] = []

    class Reads(TrainerCallback):
        def on_log(self, *args: Any, **kwargs: Any) -> None:
            got.append((args, kwargs))

    call = compile_event("on_log", [Reads()], (name,), print, Listener()).call  # type: ignore[arg-type]
    call(1, 2, 3, {name: 4})  # type: ignore[arg-type]
    assert got == [((1, 2, 3), {name: 4})]


def test_tracebacks_show_the_call() -> None:
    class Fails(TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, logs: Any, **kwargs: Any) -> None:
            raise ValueError(logs)

    call = compile_event("on_log", [Fails()], ("model", "logs"), print, Listener()).call  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="7") as caught:
        call(1, 2, 3, {"model": 0, "logs": 7})  # type: ignore[arg-type]
    frame = traceback.extract_tb(caught.value.__traceback__)[-2]
    assert frame.name == "on_log"
    assert frame.line == 'answer = hook_0(args, state, control, kw["logs"])'


def test_the_same_source_is_compiled_once() -> None:
    text = source("on_log", (), [], [])
    assert function(text, {}, {}).__code__ is function(text, {}, {}).__code__


def test_a_shared_value_is_a_variable_that_others_may_set() -> None:
    needed = [Needs(("model",), ("logs",)), None]
    text = source("on_log", ("model", "logs"), needed, [], {"model"})
    assert 'hook_0(args, state, control, model, logs=kw["logs"])' in text
    assert 'hook_1(args, state, control, model=model, logs=kw["logs"])' in text
    got: list[Any] = []

    class Reads(TrainerCallback):
        def on_log(self, args: Any, state: Any, control: Any, model: Any, **kwargs: Any) -> None:
            got.append(model)

    cells = {"model": CellType(1), "optimizer": CellType(2)}
    call = compile_event("on_log", [Reads()], cells, print, Listener(), cells).call
    call(1, 2, 3, {})  # type: ignore[arg-type]
    cells["model"].cell_contents = 3
    call(1, 2, 3, {})  # type: ignore[arg-type]
    assert got == [1, 3]
