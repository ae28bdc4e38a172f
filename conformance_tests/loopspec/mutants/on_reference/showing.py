"""Variants that show progress in another way."""

from __future__ import annotations

from typing import Any

import loopspec_reference
from loopspec_reference import Trainer


class ProgressCallback(loopspec_reference.ProgressCallback):
    def on_step_end(self, args: Any, state: Any, control: Any, **keywords: Any) -> None:
        if self.training_bar is not None:
            self.training_bar.update(1)  # the bug: a resumed run did not begin at 0


class BarCountsFromHere(Trainer):
    def add_callback(self, callback: Any) -> None:
        if callback is loopspec_reference.ProgressCallback:
            callback = ProgressCallback
        super().add_callback(callback)


class _TakesWhatItHides(loopspec_reference.ProgressCallback):
    def on_log(
        self, args: Any, state: Any, control: Any, logs: Any = None, **keywords: Any
    ) -> None:
        if logs is not None:
            logs.pop("total_flos", None)  # the bug: the dict is everybody's
        super().on_log(args, state, control, logs, **keywords)


class BarTakesWhatItHides(Trainer):
    def add_callback(self, callback: Any) -> None:
        if callback is loopspec_reference.ProgressCallback:
            callback = _TakesWhatItHides
        super().add_callback(callback)
