"""Variants whose callback handler does one thing wrongly."""

from __future__ import annotations

from typing import Any

from transformers import Trainer
from transformers.trainer_callback import CallbackHandler


class _ForgetsEpochStop(CallbackHandler):
    def on_epoch_begin(self, args: Any, state: Any, control: Any) -> Any:
        return self.call_event("on_epoch_begin", args, state, control)


class ForgetsEpochStop(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.__class__ = _ForgetsEpochStop
