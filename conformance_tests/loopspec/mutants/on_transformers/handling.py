"""Variants whose callback handler does one thing wrongly."""

from __future__ import annotations

from typing import Any

from transformers import Trainer, TrainerControl
from transformers.trainer_callback import CallbackHandler


class _ForgetsEpochStop(CallbackHandler):
    def on_epoch_begin(self, args: Any, state: Any, control: Any) -> Any:
        return self.call_event("on_epoch_begin", args, state, control)


class ForgetsEpochStop(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.__class__ = _ForgetsEpochStop


class NewControlForEachTrain(Trainer):
    def train(self, *args: Any, **keywords: Any) -> Any:
        self.control = TrainerControl()  # the bug: callbacks may hold the old one
        return super().train(*args, **keywords)


class _OnFirstProcess(CallbackHandler):
    def call_event(self, event: str, args: Any, state: Any, control: Any, **keywords: Any) -> Any:
        if not state.is_world_process_zero:
            return control  # the bug: each process needs its flags
        return super().call_event(event, args, state, control, **keywords)


class CallsOnFirstProcessOnly(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.__class__ = _OnFirstProcess
