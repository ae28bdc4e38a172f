"""Tells when an event method is set on a callback that inherits the empty one.

A method that is set on a callback itself is to be called from the next event on, so all callbacks
would have to be looked at in every event, also those that do nothing in it. An empty method that
is watched tells those who listen instead. It does so once: then the class has the plain method
again, Python finds what was set as it always does, and callbacks are looked at one by one.

Watched is what assignment does. What gets into a callback's `__dict__` in another way is seen
after `recompile()`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import FunctionType, MethodType
from typing import Any
from weakref import WeakSet


class Watched:
    """A method in a class, which tells when another is set in its place on an object.

    `listeners` are told by a call of their `recompile()`; they are not kept alive by it.
    """

    def __init__(self, owner: type, name: str) -> None:
        self.owner, self.name = owner, name
        self.function: FunctionType = owner.__dict__[name]
        self.__doc__ = self.function.__doc__
        self.listeners: WeakSet[Any] = WeakSet()

    @property  # type: ignore[misc]  # Who looks into the class (mock, inspect) is to see a function.
    def __class__(self) -> type:
        return FunctionType

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self.function if instance is None else MethodType(self.function, instance)

    def __set__(self, instance: Any, value: Any) -> None:
        self._step_aside()
        setattr(instance, self.name, value)

    def __delete__(self, instance: Any) -> None:
        self._step_aside()
        delattr(instance, self.name)

    def _step_aside(self) -> None:
        setattr(self.owner, self.name, self.function)
        for listener in self.listeners:
            listener.recompile()


def watching(names: Iterable[str]) -> Callable[[type], type]:
    """Decorates a class whose methods `names` are to be watched."""

    def decorate(cls: type) -> type:
        for name in names:
            setattr(cls, name, Watched(cls, name))
        return cls

    return decorate


def watched(instance: Any, name: str) -> Watched | None:
    """What tells when another method `name` is set on `instance`; None if nothing does."""
    cls: Any = type(instance)
    if cls.__setattr__ is not object.__setattr__ or name in getattr(instance, "__dict__", ()):
        return None
    for base in cls.__mro__:
        if name in base.__dict__:
            method = base.__dict__[name]
            return method if isinstance(method, Watched) else None
    return None
