"""Variants that register callbacks in another way."""

from __future__ import annotations

from typing import Any

from transformers import Trainer


class KeepsOneOfEachClass(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        given = {
            callback if isinstance(callback, type) else type(callback): callback
            for callback in keywords.pop("callbacks", None) or []
        }
        super().__init__(*args, callbacks=list(given.values()), **keywords)

    def add_callback(self, callback: Any) -> None:
        made = callback if isinstance(callback, type) else type(callback)
        for present in list(self.callback_handler.callbacks):
            if type(present) is made:
                self.callback_handler.callbacks.remove(present)  # the bug
        super().add_callback(callback)
