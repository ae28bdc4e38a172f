"""Variants with a default flow of their own."""

from __future__ import annotations

import copy
from typing import Any

from transformers import DefaultFlowCallback, Trainer


class _ReadsArguments(DefaultFlowCallback):
    def on_step_end(self, args: Any, state: Any, control: Any, **keywords: Any) -> Any:
        seen = copy.copy(state)
        # the bug: the state holds the intervals in steps
        for name in ("logging_steps", "eval_steps", "save_steps"):
            setattr(seen, name, getattr(args, name))
        return super().on_step_end(args, seen, control, **keywords)


class FlowReadsArguments(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.callbacks[0] = _ReadsArguments()
