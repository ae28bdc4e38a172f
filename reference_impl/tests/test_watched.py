from __future__ import annotations

import gc
import inspect
from types import FunctionType
from typing import Any
from unittest import mock

import pytest
from listening import Listener

from loopspec_reference.watched import Watched, watched, watching


def fresh() -> Any:
    """A class with one watched method, as each may be replaced only once."""

    @watching(["method"])
    class Base:
        def method(self, what: str) -> str:
            """Says whose it is."""
            return f"base {what}"

    return Base


def test_it_is_the_method_as_long_as_nothing_is_set() -> None:
    base = fresh()
    assert base().method("a") == base.method(base(), "a") == "base a"
    assert inspect.isfunction(base.method)
    assert [(a.kind) for a in inspect.classify_class_attrs(base) if a.name == "method"] == [
        "method"
    ]
    assert base.__dict__["method"].__doc__ == "Says whose it is."
    assert mock.create_autospec(base, instance=True).method("a")


def test_what_is_set_is_called_and_told_of_and_then_nothing_is_special_any_more() -> None:
    base = fresh()
    one, other = base(), base()
    watch = watched(one, "method")
    assert isinstance(watch, Watched)
    assert watch is watched(other, "method")
    listener = Listener()
    watch.listeners.add(listener)
    assert not listener.told
    one.method = lambda what: f"own {what}"
    assert listener.told == 1
    assert (one.method("a"), other.method("a")) == ("own a", "base a")
    assert type(base.__dict__["method"]) is FunctionType
    assert watched(one, "method") is watched(other, "method") is None
    del one.method
    assert one.method("a") == "base a"
    assert listener.told == 1


def test_who_listens_is_not_kept_alive_by_it() -> None:
    watch = watched(fresh()(), "method")
    assert watch is not None
    watch.listeners.add(Listener())
    gc.collect()
    assert not list(watch.listeners)


def test_what_is_set_may_go_on_to_the_method_of_the_class() -> None:
    base = fresh()
    heir = type("Heir", (base,), {})
    one = heir()
    one.method = lambda what: super(heir, one).method(f"own {what}")
    assert one.method("a") == "base own a"


def test_to_delete_what_was_never_set_is_the_same_error_as_ever() -> None:
    one = fresh()()
    with pytest.raises(AttributeError, match="method"):
        del one.method


def test_an_object_may_hide_it_or_bypass_it_and_is_not_watched_then() -> None:
    base = fresh()

    class Overrides(base):
        def method(self, what: str) -> str:
            return what

    class Bypasses(base):
        def __setattr__(self, name: str, value: Any) -> None:
            self.__dict__[name] = value

    class Lacks:
        pass

    holds = base()
    vars(holds)["method"] = None
    assert [watched(one, "method") for one in (Overrides(), Bypasses(), Lacks(), holds)] == [
        None
    ] * 4
    assert watched(type("Heir", (base,), {})(), "method") is base.__dict__["method"]
