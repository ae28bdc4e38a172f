"""Variants that count what is in the state in another way."""

from __future__ import annotations

from typing import Any

from loopspec_reference import Trainer
from loopspec_reference.optimization import current_learning_rate


class EpochMovesWithBatches(Trainer):
    def _count(self, inputs: dict[str, Any]) -> None:
        super()._count(inputs)
        done = (self._here.batches + 1) / self._plan.batches_per_epoch
        self.state.epoch = self._here.epoch + done  # the bug: also in the midst of a step


class StateLivesOn(Trainer):
    def _new_state(self) -> Any:
        return self.state if hasattr(self, "state") else super()._new_state()  # the bug


class LossIsASum(Trainer):
    def training_step(self, *args: Any, **keywords: Any) -> Any:
        loss = super().training_step(*args, **keywords)
        return loss * self.current_gradient_accumulation_steps  # the bug: as before the division


class LogsTheStep(Trainer):
    def log(self, logs: dict[str, Any], start_time: float | None = None) -> None:
        logs["step"] = self.state.global_step  # the bug
        super().log(logs, start_time)


class LogsTheNextRate(Trainer):
    def _advance_schedule(self) -> None:
        super()._advance_schedule()
        self._learning_rate = current_learning_rate(self.optimizer, self.lr_scheduler)  # the bug
