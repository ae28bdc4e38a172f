"""Variants that log, or report to trackers, in another way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import Trainer, integrations


class LogsAMergedCopy(Trainer):
    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        seen = self.state.global_step * self.args.train_batch_size
        super().log({**logs, "samples_seen": seen}, start_time)  # the bug: another dict


class TensorBoardCallback(integrations.TensorBoardCallback):
    def _init_summary_writer(self, args: Any) -> None:
        # Before a run the writer would be put into the working directory.
        self.logging_dir: str | None = str(Path(args.output_dir, "runs"))
        super()._init_summary_writer(args)


class AlwaysWritesTensorBoard(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        self._tracker = TensorBoardCallback()
        callbacks = [self._tracker, *(keywords.pop("callbacks", None) or [])]
        super().__init__(*args, callbacks=callbacks, **keywords)  # the bug: whatever report_to says

    def train(self, *args: Any, **keywords: Any) -> Any:
        try:
            return super().train(*args, **keywords)
        finally:
            self._tracker.on_train_end(self.args, self.state, self.control)
