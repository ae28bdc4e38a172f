"""Callbacks of this protocol, for its dispatchers and for the floors: the same for all."""

from __future__ import annotations

from typing import Any

from dispatch import ALL, IDLE, NOOP, ONE, TWO


def _noop(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
    pass


def _one(self: Any, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
    pass


def _two(
    self: Any,
    args: Any,
    state: Any,
    control: Any,
    model: Any = None,
    optimizer: Any = None,
    **kwargs: Any,
) -> None:
    pass


def _all(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
    kwargs  # noqa: B018  # this is what reading is


#: By what they do; an idle one has none, so what is given here does not matter.
METHODS = {IDLE: _noop, NOOP: _noop, ONE: _one, TWO: _two, ALL: _all}
