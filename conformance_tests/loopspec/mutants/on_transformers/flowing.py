"""Variants with a default flow of their own."""

from __future__ import annotations

from typing import Any

from transformers import DefaultFlowCallback, IntervalStrategy, Trainer
from transformers.trainer_utils import SaveStrategy


class _ReadsArguments(DefaultFlowCallback):
    def on_step_end(self, args: Any, state: Any, control: Any, **keywords: Any) -> Any:
        step = state.global_step
        if args.logging_first_step and step == 1:
            control.should_log = True
        # the bug: the state holds the intervals in steps
        if args.logging_strategy == IntervalStrategy.STEPS and step % args.logging_steps == 0:
            control.should_log = True
        last = step >= state.max_steps
        if (
            args.eval_strategy == IntervalStrategy.STEPS
            and args.eval_delay <= step
            and (last or step % args.eval_steps == 0)
        ):
            control.should_evaluate = True
        if args.save_strategy == SaveStrategy.STEPS and (
            last or (args.save_steps > 0 and step % args.save_steps == 0)
        ):
            control.should_save = True
        if last:
            control.should_training_stop = True
        return control


class FlowReadsArguments(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.callbacks[0] = _ReadsArguments()
