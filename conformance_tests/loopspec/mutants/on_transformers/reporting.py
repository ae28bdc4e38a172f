"""Variants that log, or report to trackers, in another way."""

from __future__ import annotations

from typing import Any

from transformers import Trainer
from transformers.integrations import TensorBoardCallback


class LogsAMergedCopy(Trainer):
    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        seen = self.state.global_step * self.args.train_batch_size
        super().log({**logs, "samples_seen": seen}, start_time)  # the bug: another dict


class AlwaysWritesTensorBoard(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        callbacks = keywords.pop("callbacks", None) or []
        # the bug: whatever report_to says
        super().__init__(*args, callbacks=[TensorBoardCallback(), *callbacks], **keywords)
