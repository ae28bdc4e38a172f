"""Variants that go on from a checkpoint in another way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from loopspec_reference import Trainer


class ResumesCountersOnly(Trainer):
    def _restore_state(self, source: Path) -> None:
        super()._restore_state(source)
        self.state.log_history = []  # the bug


class SkipsTooFewBatches(Trainer):
    def _prepare(self, *args: Any) -> Any:
        place = super()._prepare(*args)
        place.batches //= self.args.gradient_accumulation_steps  # the bug: it counts updates
        return place


class StartsAnewWithoutACheckpoint(Trainer):
    def train(self, resume_from_checkpoint: Any = None, **keywords: Any) -> Any:
        if isinstance(resume_from_checkpoint, str) and not Path(resume_from_checkpoint).is_dir():
            resume_from_checkpoint = None  # the bug
        return super().train(resume_from_checkpoint, **keywords)


class LengthOfTheCheckpoint(Trainer):
    def _restore_state(self, source: Path) -> None:
        super()._restore_state(source)
        self._length = self.state.max_steps

    def _train_epoch(self, *args: Any) -> None:
        self.state.max_steps = getattr(self, "_length", self.state.max_steps)  # the bug
        super()._train_epoch(*args)
