"""Variants whose callback handler does one thing wrongly."""

from __future__ import annotations

from typing import Any

from loopspec_reference import Trainer


class ForgetsEpochStop(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        handler = self.callback_handler

        def on_epoch_begin(args: Any, state: Any, control: Any) -> Any:
            return handler.call_event("on_epoch_begin", args, state, control)

        handler.on_epoch_begin = on_epoch_begin  # type: ignore[method-assign]  # the bug
