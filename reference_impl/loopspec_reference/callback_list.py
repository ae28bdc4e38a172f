"""A list that says when it was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def _telling(name: str) -> Callable[..., Any]:
    original = getattr(list, name)

    def method(self: CallbackList, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        finally:
            self._changed()

    method.__name__ = name
    method.__doc__ = original.__doc__
    return method


class CallbackList(list[Any]):
    """The callbacks of a handler. People reach in and change it, so the handler must be told."""

    def __init__(self, items: Iterable[Any], *, changed: Callable[[], None]) -> None:
        super().__init__(items)
        self._changed = changed

    append = _telling("append")
    extend = _telling("extend")
    insert = _telling("insert")
    remove = _telling("remove")
    pop = _telling("pop")
    clear = _telling("clear")
    reverse = _telling("reverse")
    sort = _telling("sort")
    __setitem__ = _telling("__setitem__")
    __delitem__ = _telling("__delitem__")
    __iadd__ = _telling("__iadd__")
    __imul__ = _telling("__imul__")
