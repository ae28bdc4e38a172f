"""Variants whose loop serves the flags in another way."""

from __future__ import annotations

from typing import Any

from loopspec_reference import Trainer


class ClearsWhatItServed(Trainer):
    def _log_evaluate_save(self, ignore_keys: Any, epoch_over: bool = False) -> None:
        super()._log_evaluate_save(ignore_keys, epoch_over)
        control = self.control
        control.should_log = control.should_evaluate = control.should_save = False  # the bug
