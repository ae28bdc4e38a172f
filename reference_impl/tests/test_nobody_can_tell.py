"""Callbacks of all kinds, called by the handler and by hand: they must not see a difference."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from loopspec_reference import (
    CallbackHandler,
    DefaultFlowCallback,
    EarlyStoppingCallback,
    PrinterCallback,
    ProgressCallback,
    TrainerControl,
)
from loopspec_reference.callback import EVENTS
from loopspec_reference.lean import needs

COMMON = ("model", "processing_class", "optimizer", "lr_scheduler")
LOADERS = ("train_dataloader", "eval_dataloader")
CONTROL = TrainerControl()

#: What a method may do with what it got; `seen` is a list, `names` are its parameters.
BODIES = (
    "seen.append([{names}])",
    "seen.append([{names}]); raise ValueError({names})",
    "return undefined",
    "seen.append(kwargs)",
    "seen.append(list(kwargs.items()))",
    "kwargs['more'] = 1; seen.append([{names}])",
    "kwargs = {{}}; seen.append([{names}])",
    "del kwargs; seen.append([{names}])",
    "seen.append(dict(locals()))",
    "seen.append(look())",
    "seen.append(vars())",
    "seen.append(dir())",
    "seen.append(eval('kwargs'))",
    "exec('seen.append(kwargs)', dict(seen=seen), locals())",
    "seen.append(dict(sys._getframe().f_locals))",
    "seen.append((lambda: dict(sys._getframe(1).f_locals))())",
    "seen.append((lambda: dict(inspect.currentframe().f_back.f_locals))())",
    "seen.append(getattr(inspect, 'stack')()[0].frame.f_locals['kwargs'])",
    "seen.append([len(kwargs) for _ in 'ab'])",
    "seen.append([kwargs for kwargs in 'ab'])",
    "seen.append((lambda: kwargs)())",
    "seen.append((lambda: [{names}])())",
    "exec('1'); super().on_log(args, state, control, **kwargs)",
    "super().on_log(args, state, control)",
    "match kwargs:\n            case {{'model': model, **rest}}: seen.append(rest)",
    "try: 1 / 0\n        except Exception as e: seen.append(e.__traceback__.tb_frame.f_locals)",
    "yield seen.append(kwargs)",
    "return control",
    "return [{names}]",
)


class Base:
    seen: list[Any]

    def on_log(self, *args: Any, **kwargs: Any) -> None:
        self.seen.append((args, kwargs))


@st.composite
def signatures(draw: Any) -> tuple[str, list[str]]:
    """Parameters after `self`, of all kinds and in all orders that Python allows; their names."""
    first = draw(
        st.sampled_from([["args", "state", "control"]] * 4 + [["args", "state"], [], ["a"]])
    )
    pool = [*COMMON, *LOADERS, "logs", "foo"]
    more = draw(st.lists(st.sampled_from(pool), max_size=3, unique=True))
    only = draw(st.lists(st.sampled_from(pool), max_size=2, unique=True))
    only = [name for name in only if name not in more]
    defaults = draw(st.booleans())
    parts = [*first, *(f"{name}=0" if defaults else name for name in more)]
    if parts and not draw(st.integers(0, 3)):
        parts.insert(draw(st.integers(1, len(parts))), "/")
    names = [*first, *more, *only]
    if draw(st.booleans()):
        parts.append("*rest")
        names.append("rest")
    elif only:
        parts.append("*")
    parts += [f"{name}=0" if draw(st.booleans()) else name for name in only]
    if draw(st.integers(0, 9)):
        parts.append("**kwargs")
    return ", ".join(parts), names


def make(signature: str, names: list[str], body: str) -> Callable[..., Any]:
    body = body.format(names=", ".join([*names, "0"]))
    setup = "" if "super" in body else "seen = self.seen\n        "
    source = f"class Made(Base):\n    def on_log(self, {signature}):\n        {setup}{body}\n"
    space: dict[str, Any] = {"Base": Base, "sys": sys, "inspect": inspect, "look": locals}
    exec(source, space)
    made: Callable[..., Any] = vars(space["Made"])["on_log"]
    return made


@st.composite
def functions(draw: Any) -> Callable[..., Any]:
    signature, names = draw(signatures())
    try:
        return make(signature, names, draw(st.sampled_from(BODIES)))
    except SyntaxError:  # some bodies do not go with some signatures
        assume(False)
        raise


def wraps(function: Callable[..., Any]) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def hides(function: Callable[..., Any]) -> Any:
    @functools.wraps(function)
    def wrapper(self: Any, args: Any, state: Any, control: Any, **rest: Any) -> Any:
        return function(self, args, state, control, model=rest.get("model"))

    return wrapper


#: How a function becomes a method.
WRAPPERS = (
    lambda function: function,
    wraps,
    hides,
    lambda function: functools.partialmethod(function, foo=5),
    staticmethod,
    classmethod,
)


def by_hand(callback: Any, *given: Any, **keywords: Any) -> Any:
    """What transformers does for each callback."""
    result = callback.on_log(*given, **keywords)
    if result is not None and not hasattr(result, "should_log"):
        raise TypeError(type(result).__name__)
    return result or given[-1]


def outcome(callback: Any, call: Callable[[], Any]) -> Any:
    """What it returned or raised, and what the callback saw."""
    callback.seen[:] = []
    try:
        result = call()
    except Exception as error:
        result = (type(error), str(error))
        if "returned a value of type" in str(error):
            result = (TypeError, str(error).split("of type ")[1].split(".")[0])
    return result, [_plain(thing) for thing in callback.seen]


def _plain(thing: Any) -> Any:
    # Frames show the list itself, and hidden names of the running interpreter.
    if isinstance(thing, dict):
        return {key: value for key, value in thing.items() if key not in ("seen", "e")}
    return thing


def assert_same(handler: CallbackHandler, callback: Any) -> None:
    logs = {"loss": 1.0}
    keywords = {name: getattr(handler, name) for name in (*COMMON, *LOADERS)}
    expected = outcome(
        callback, lambda: by_hand(callback, "args", "state", CONTROL, **keywords, logs=logs)
    )
    assert outcome(callback, lambda: handler.on_log("args", "state", CONTROL, logs)) == expected  # type: ignore[arg-type]


def handled(callback: Any) -> CallbackHandler:
    handler = CallbackHandler([], *COMMON)
    handler.callbacks = [callback]
    return handler


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("more", ["", "model, ", "foo=1, logs=2, ", "*, logs, "])
def test_of_what_was_not_passed_whatever_it_does(body: str, more: str) -> None:
    names = ["args", "state", "control", *(name for name in ("model", "logs") if name in more)]
    made: Any = type("Made", (Base,), {"seen": []})
    made.on_log = make(f"args, state, control, {more}**kwargs", names, body)
    callback = made()
    assert_same(handled(callback), callback)


@settings(max_examples=300, deadline=None)
@given(functions(), st.sampled_from(WRAPPERS), st.booleans())
def test_of_what_was_not_passed(function: Any, wrap: Any, inherited: bool) -> None:
    made: Any = type("Made", (Base,), {"on_log": wrap(function), "seen": []})
    made = type("Heir", (made,), {}) if inherited else made
    callback = made()
    assert_same(handled(callback), callback)


@settings(max_examples=300, deadline=None)
@given(functions(), functions(), st.sampled_from(["code", "instance", "defaults", "class"]))
def test_of_what_was_known_before_it_was_replaced(first: Any, second: Any, how: str) -> None:
    made: Any = type("Made", (Base,), {"on_log": first, "seen": []})
    callback = made()
    handler = handled(callback)
    assert_same(handler, callback)
    if how == "code":
        assume(first.__code__.co_freevars == second.__code__.co_freevars)
        first.__code__ = second.__code__
    elif how == "instance":
        callback.on_log = second.__get__(callback)
    elif how == "defaults":
        first.__defaults__, first.__kwdefaults__ = (7, 8), {"foo": 9, "logs": 10}
    else:
        made.on_log = second
        handler.recompile()
    assert_same(handler, callback)


@pytest.mark.parametrize(
    "hook", [dict, functools.partial(dict, foo=1), functools.partial(Base.on_log), print, max]
)
def test_of_callables_that_are_no_methods(hook: Any) -> None:
    callback = type("Made", (Base,), {"seen": []})()
    callback.on_log = hook
    assert_same(handled(callback), callback)


def test_that_most_callbacks_are_spared_something() -> None:
    """Without this the properties above could hold because nobody is spared anything."""
    own = [
        vars(cls)[event]
        for cls in (DefaultFlowCallback, EarlyStoppingCallback, PrinterCallback, ProgressCallback)
        for event in EVENTS
        if event in vars(cls)
    ]
    spared = [needs(function.__get__(object()), COMMON) is not None for function in own]
    assert len(own) > 10
    assert sum(spared) > len(own) / 2
