"""Variants whose callback handler does one thing wrongly."""

from __future__ import annotations

import copy
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


class _OldKeyword(CallbackHandler):
    def call_event(self, event: str, args: Any, state: Any, control: Any, **keywords: Any) -> Any:
        given = {
            "model": self.model,
            "tokenizer": self.processing_class,  # the bug: its name is processing_class now
            "optimizer": self.optimizer,
            "lr_scheduler": self.lr_scheduler,
            "train_dataloader": self.train_dataloader,
            "eval_dataloader": self.eval_dataloader,
        }
        for callback in self.callbacks:
            result = getattr(callback, event)(args, state, control, **given, **keywords)
            control = control if result is None else result
        return control


class PassesTheOldKeyword(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.__class__ = _OldKeyword


class PassesArgumentsOfItsOwn(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.own_arguments = copy.copy(self.args)
        call_event = self.callback_handler.call_event
        # the bug: callbacks get the arguments of a program around the trainer
        self.callback_handler.call_event = lambda event, args, state, control, **keywords: (
            call_event(event, self.own_arguments, state, control, **keywords)
        )


class SavesAtInterruption(Trainer):
    def train(self, *args: Any, **keywords: Any) -> Any:
        try:
            return super().train(*args, **keywords)
        except KeyboardInterrupt:
            self.save_model()
            return None  # the bug: the caller takes the run for a whole one
