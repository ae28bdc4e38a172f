"""Variants whose loop serves the flags in another way."""

from __future__ import annotations

from typing import Any

from loopspec_reference import Trainer
from loopspec_reference.best_model import update_best


class ClearsWhatItServed(Trainer):
    def _log_evaluate_save(self, ignore_keys: Any, epoch_over: bool = False) -> None:
        super()._log_evaluate_save(ignore_keys, epoch_over)
        control = self.control
        control.should_log = control.should_evaluate = control.should_save = False  # the bug


class BestIsKeptAtSavesOnly(Trainer):
    def _log_evaluate_save(self, ignore_keys: Any, epoch_over: bool = False) -> None:
        if self.control.should_log and self.state.global_step > self._last_logged_step:
            self._log_training()
        metrics = self._evaluate(ignore_keys) if self.control.should_evaluate else None
        if self.args.save_strategy == "best" and metrics is not None:
            self.control.should_save = update_best(self.args, self.state, metrics)
        if self.control.should_save:
            if metrics is not None:
                update_best(self.args, self.state, metrics)  # the bug: where nothing is saved too
            self._save_checkpoint(epoch_over)
            self.control = self.callback_handler.on_save(self.args, self.state, self.control)


class LogsAStepTwice(Trainer):
    def _log_evaluate_save(self, ignore_keys: Any, epoch_over: bool = False) -> None:
        if self.control.should_log:  # the bug: this step may have been logged already
            self._log_training()
        super()._log_evaluate_save(ignore_keys, epoch_over)
