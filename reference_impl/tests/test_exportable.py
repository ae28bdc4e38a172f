from __future__ import annotations

import logging
from typing import Any

import pytest

from loopspec_reference import ExportableState
from loopspec_reference.exportable import export_all, exported, restore_all


class Counter(ExportableState):
    def __init__(self, start: int = 0) -> None:
        self.start = start
        self.count = start

    def state(self) -> dict[str, Any]:
        return {"args": {"start": self.start}, "attributes": {"count": self.count}}


class SubCounter(Counter):
    pass


def counter(count: int, cls: type[Counter] = Counter) -> Counter:
    made = cls(1)
    made.count = count
    return made


def test_a_subclass_must_define_state() -> None:
    class Forgetful(ExportableState):
        pass

    with pytest.raises(NotImplementedError, match="Forgetful must implement"):
        exported(Forgetful())


def test_any_object_with_such_a_state_is_exportable() -> None:
    class Duck:
        def state(self) -> dict[str, Any]:
            return {"args": {}, "attributes": {}}

    assert exported(Duck()) == {"args": {}, "attributes": {}}


def test_a_state_that_means_something_else_is_left_alone() -> None:
    class Keeps:
        state = "running"

    class Asks:
        def state(self, which: str) -> str:
            return which

    class Tells:
        def state(self) -> str:
            return "fine"

    assert [exported(obj) for obj in (Keeps(), Asks(), Tells(), object())] == [None] * 4


def test_one_is_stored_as_a_dict_and_several_as_a_list_in_order() -> None:
    assert export_all([counter(5)]) == {"Counter": counter(5).state()}
    stored = export_all([counter(5), object(), counter(7)])
    assert [state["attributes"]["count"] for state in stored["Counter"]] == [5, 7]


def test_each_comes_back_in_its_place_by_its_exact_class() -> None:
    stored = export_all([counter(5, SubCounter), counter(6), counter(7)])
    marker = object()
    objects: list[Any] = [SubCounter(), marker, Counter(), Counter()]
    before = list(objects)
    restore_all(objects, stored)
    assert [type(obj) for obj in objects] == [SubCounter, object, Counter, Counter]
    assert [obj.count for obj in objects if obj is not marker] == [5, 6, 7]
    assert all(new is not old for new, old in zip(objects, before, strict=True) if new != marker)


def test_classes_that_share_a_name_are_told_apart() -> None:
    other = type("Counter", (Counter,), {"__module__": "elsewhere"})
    stored = export_all([counter(5), counter(9, other)])
    objects: list[Any] = [other(), Counter()]
    restore_all(objects, stored)
    assert [(type(obj), obj.count) for obj in objects] == [(other, 9), (Counter, 5)]


def test_what_is_stored_but_not_here_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    here = Counter()
    with caplog.at_level(logging.WARNING):
        restore_all([here], {"Gone": {"args": {}, "attributes": {}}, "Lost": []})
    assert here.count == 0
    assert [record.getMessage().count("Gone") for record in caplog.records] == [1]
