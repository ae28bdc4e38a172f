"""Variants with an early stopping of their own."""

from __future__ import annotations

from typing import Any

import loopspec_reference
from loopspec_reference import Trainer


class EarlyStoppingCallback(loopspec_reference.EarlyStoppingCallback):
    _last: float | None = None

    def check_metric_value(self, args: Any, state: Any, control: Any, value: Any) -> None:
        last, self._last = self._last, value  # the bug: the best one is what counts
        threshold = self.early_stopping_threshold or 0.0
        gain = 0.0 if last is None else (value - last if args.greater_is_better else last - value)
        if last is None or gain > threshold:
            self.early_stopping_patience_counter = 0
        else:
            self.early_stopping_patience_counter += 1


class ComparesWithTheLast(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        given = keywords.pop("callbacks", None) or []
        callbacks = [
            EarlyStoppingCallback(one.early_stopping_patience, one.early_stopping_threshold)
            if isinstance(one, loopspec_reference.EarlyStoppingCallback)
            else one
            for one in given
        ]
        super().__init__(*args, callbacks=callbacks, **keywords)
