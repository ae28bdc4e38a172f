"""Variants that take callbacks in, or let them go, in another way."""

from __future__ import annotations

from typing import Any

from loopspec_reference import Trainer


class InitEndsTwice(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        # the bug: a subclass that has more to prepare tells so once more
        self.control = self.callback_handler.on_init_end(self.args, self.state, self.control)


class RemovesAllOfAClass(Trainer):
    def remove_callback(self, callback: Any) -> None:
        if not isinstance(callback, type):
            super().remove_callback(callback)
            return
        while self.pop_callback(callback) is not None:  # the bug: only the first one is meant
            pass


class AddsInFront(Trainer):
    def add_callback(self, callback: Any) -> None:
        super().add_callback(callback)
        if hasattr(self, "state"):
            callbacks = self.callback_handler.callbacks
            callbacks.insert(1, callbacks.pop())  # the bug: right behind the default flow
