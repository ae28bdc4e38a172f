"""Variants that report to trackers in another way."""

from __future__ import annotations

from typing import Any

from loopspec_reference import Trainer
from loopspec_reference.integrations import tensorboard
from loopspec_reference.integrations.availability import TRACKERS


class SkipsUnknownTrackers(Trainer):
    def __init__(self, model: Any, args: Any, **keywords: Any) -> None:
        args.report_to = [name for name in args.report_to if name in TRACKERS]  # the bug
        super().__init__(model, args, **keywords)


class TensorBoardCallback(tensorboard.TensorBoardCallback):
    _logs = 0

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        self._logs += 1
        super().log(values, texts, self._logs)  # the bug: the step is what curves are laid over


class TracksByCountOfLogs(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        callbacks = self.callback_handler.callbacks
        callbacks[:] = [
            TensorBoardCallback() if type(one) is tensorboard.TensorBoardCallback else one
            for one in callbacks
        ]
