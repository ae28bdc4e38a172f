"""Variants that save at the wrong time."""

from __future__ import annotations

from typing import Any

from loopspec_reference import Trainer


class WritesWhileItTrains(Trainer):
    _waiting: bool | None = None

    def _save_checkpoint(self, after_epoch: bool) -> None:
        self._waiting = after_epoch  # the bug: on_save comes before the files

    def _flush(self) -> None:
        if self._waiting is not None:
            after_epoch, self._waiting = self._waiting, None
            super()._save_checkpoint(after_epoch)

    def training_step(self, *args: Any, **keywords: Any) -> Any:
        self._flush()
        return super().training_step(*args, **keywords)

    def _finish(self) -> Any:
        self._flush()
        return super()._finish()
