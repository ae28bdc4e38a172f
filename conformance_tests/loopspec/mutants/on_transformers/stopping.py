"""Variants with an early stopping of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import transformers
from transformers import Trainer


class EarlyStoppingCallback(transformers.EarlyStoppingCallback):
    def check_metric_value(self, args: Any, state: Any, control: Any, metric_value: Any) -> None:
        better = np.greater if args.greater_is_better else np.less
        if state.best_metric is not None and not (
            better(metric_value, state.best_metric)
            and abs(metric_value - state.best_metric) > self.early_stopping_threshold
        ):
            self.early_stopping_patience_counter += 1  # the bug: never set back to 0


class CountsAllFailures(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        callbacks = [
            EarlyStoppingCallback(one.early_stopping_patience, one.early_stopping_threshold)
            if isinstance(one, transformers.EarlyStoppingCallback)
            else one
            for one in keywords.pop("callbacks", None) or []
        ]
        super().__init__(*args, callbacks=callbacks, **keywords)
