from __future__ import annotations

from typing import Any

import pytest

from loopspec_reference.callback_list import CallbackList


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("append", (4,)),
        ("extend", ([4],)),
        ("insert", (0, 4)),
        ("remove", (1,)),
        ("pop", ()),
        ("clear", ()),
        ("reverse", ()),
        ("sort", ()),
        ("__setitem__", (slice(0, 2), [4])),
        ("__delitem__", (0,)),
        ("__iadd__", ([4],)),
        ("__imul__", (2,)),
    ],
)
def test_every_change_is_told_and_done(method: str, arguments: tuple[Any, ...]) -> None:
    told: list[int] = []
    items, plain = CallbackList([3, 1, 2], changed=lambda: told.append(1)), [3, 1, 2]
    getattr(items, method)(*arguments)
    getattr(plain, method)(*arguments)
    assert items == plain
    assert told


def test_reading_tells_nothing() -> None:
    told: list[int] = []
    items = CallbackList([3, 1], changed=lambda: told.append(1))
    assert [*items, items[0], len(items), items + [2]] == [3, 1, 3, 2, [3, 1, 2]]  # noqa: RUF005
    assert not told


def test_a_change_with_a_keyword_is_done_and_a_failed_one_told_too() -> None:
    told: list[int] = []
    items = CallbackList([3, 1, 2], changed=lambda: told.append(1))
    items.sort(reverse=True)
    assert items == [3, 2, 1]
    with pytest.raises(ValueError, match="not in list"):
        items.remove(4)
    assert len(told) == 2


def test_the_methods_are_told_apart_by_name_and_help() -> None:
    for name in ("append", "__setitem__"):
        method = getattr(CallbackList, name)
        assert (method.__name__, method.__doc__) == (name, getattr(list, name).__doc__)
