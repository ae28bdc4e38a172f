"""Variants that go on from a checkpoint in another way."""

from __future__ import annotations

from typing import Any

from transformers import Trainer


class ArgumentsWinOnResume(Trainer):
    def _init_training_state(self, max_steps: int, *args: Any, **keywords: Any) -> Any:
        place = super()._init_training_state(max_steps, *args, **keywords)
        self.state.compute_steps(self.args, max_steps)  # the bug
        return place
