"""Variants whose callback handler does one thing wrongly."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from loopspec_reference import CallbackHandler, Trainer

logger = logging.getLogger(__name__)


class ForgetsEpochStop(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        handler = self.callback_handler

        def on_epoch_begin(args: Any, state: Any, control: Any) -> Any:
            return handler.call_event("on_epoch_begin", args, state, control)

        handler.on_epoch_begin = on_epoch_begin  # type: ignore[method-assign]  # the bug


def _shielded(hook: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **keywords: Any) -> Any:
        try:
            return hook(*args, **keywords)
        except Exception:  # the bug
            logger.exception("A callback failed; training goes on.")
            return None

    return call


class _Shielding(CallbackHandler):
    def _current(self, event: str) -> Any:
        compiled = super()._current(event)
        return compiled._replace(hooks=tuple(map(_shielded, compiled.hooks)))


class SwallowsErrors(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.__class__ = _Shielding
