from __future__ import annotations

import functools
import inspect
import operator
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from loopspec_reference.lean import Needs, needs

NAMES = ("model", "optimizer", "logs")

look = locals


def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


class Lean:
    """Methods that cannot tell what else was passed; each says what it needs by its name."""

    def nothing(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None: ...

    def model__(self, args: Any, state: Any, control: Any, model: Any, **kwargs: Any) -> None: ...

    def model_optimizer__(
        self, args: Any, state: Any, control: Any, model: Any, optimizer: Any = 0, **rest: Any
    ) -> None: ...

    def model__logs(
        self, args: Any, state: Any, control: Any, model: Any, foo: Any = 0, logs: Any = 0, **k: Any
    ) -> None: ...

    def __logs(
        self, args: Any, state: Any, control: Any, *, logs: Any, foo: Any = 1, **k: Any
    ) -> None:
        raise ValueError(logs, foo)

    def positional_only(self, args: Any, state: Any, control: Any, /, **kwargs: Any) -> None: ...

    def takes_more(self, args: Any, state: Any, control: Any, *more: Any, **kwargs: Any) -> Any:
        return [one for one in more if one]

    @classmethod
    def of_the_class(cls, args: Any, state: Any, control: Any, **kwargs: Any) -> None: ...


@pytest.mark.parametrize(
    ("method", "needed"),
    [
        ("nothing", Needs((), ())),
        ("model__", Needs(("model",), ())),
        ("model_optimizer__", Needs(("model", "optimizer"), ())),
        ("model__logs", Needs(("model",), ("logs",))),
        ("_Lean__logs", Needs((), ("logs",))),
        ("positional_only", Needs((), ())),
        ("takes_more", Needs((), ())),
        ("of_the_class", Needs((), ())),
    ],
)
def test_a_method_that_names_what_it_needs_gets_that(method: str, needed: Needs) -> None:
    assert needs(getattr(Lean(), method), NAMES) == needed


def test_only_names_that_are_passed_are_needed() -> None:
    assert needs(Lean().model_optimizer__, ("optimizer",)) == Needs((), ("optimizer",))
    assert needs(Lean().model__logs, ()) == Needs((), ())


class Doubtful(Lean):
    """Methods that see, or might see, everything that they are passed."""

    def reads(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return kwargs

    def writes(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        kwargs = {}  # noqa: F841  # what is passed is overwritten unseen

    def deletes(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        del kwargs

    def reads_within(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return lambda: kwargs

    def comprehends(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return [kwargs for _ in "ab"]

    def calls_locals(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return locals()

    def calls_it_by_another_name(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return look()

    def evaluates(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return eval("kwargs")

    def looks_at_its_frame(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return sys._getframe().f_locals

    def looks_from_within(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return (lambda: inspect.currentframe().f_back.f_locals)()  # type: ignore[union-attr]

    def says_it_in_a_string(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return getattr(__builtins__, "locals")()  # noqa: B009

    def says_it_in_a_tuple(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return [getattr(sys, name) for name in ("_getframe", "path")]

    def goes_up(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
        return super().nothing(args, state, control)  # type: ignore[func-returns-value]

    def yields(self, args: Any, state: Any, control: Any, **kwargs: Any) -> Iterator[None]:
        yield

    async def waits(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None: ...

    def names_all(
        self, args: Any, state: Any, control: Any, model: Any, optimizer: Any
    ) -> None: ...

    def fewer(self, args: Any, *rest: Any, **kwargs: Any) -> None: ...

    def more_by_position(
        self, args: Any, state: Any, control: Any, model: Any = None, /, **kwargs: Any
    ) -> None: ...

    def twice(self, args: Any, state: Any, model: Any, **kwargs: Any) -> None: ...

    @staticmethod
    def static(args: Any, state: Any, control: Any, **kwargs: Any) -> None: ...

    wrapped = decorated(Lean.nothing)
    partial = functools.partialmethod(Lean.nothing, foo=1)
    caller = operator.methodcaller("nothing")
    bound = Lean().model__logs.__call__
    printed = print


@pytest.mark.parametrize("method", sorted(set(vars(Doubtful)) - set(vars(Lean))))
def test_in_doubt_everything_is_passed(method: str) -> None:
    assert needs(getattr(Doubtful(), method), NAMES) is None


def test_a_free_variable_may_be_what_looks_or_still_be_empty() -> None:
    def make(value: Any, fill: bool) -> Any:
        if fill:
            seen = value

        def method(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> Any:
            return seen

        return method.__get__(object())

    assert needs(make(1, fill=True), NAMES) == Needs((), ())
    assert needs(make(locals, fill=True), NAMES) is None
    assert needs(make(1, fill=False), NAMES) is None
