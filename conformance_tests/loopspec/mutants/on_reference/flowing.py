"""Variants with a default flow of their own, or in another place."""

from __future__ import annotations

from typing import Any

from loopspec_reference import DefaultFlowCallback, IntervalStrategy, SaveStrategy, Trainer


class FlowHasTheLastWord(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        callbacks = self.callback_handler.callbacks
        callbacks.insert(len(callbacks) - 1, callbacks.pop(0))  # the bug: before the display only


class _CountsFromHere(DefaultFlowCallback):
    def on_train_begin(self, args: Any, state: Any, control: Any, **keywords: Any) -> None:
        self._steps = 0

    def on_step_end(self, args: Any, state: Any, control: Any, **keywords: Any) -> Any:
        self._steps += 1
        step = self._steps  # the bug: steps of this call of train(), not of the whole run
        if (step == 1 and args.logging_first_step) or (
            args.logging_strategy == IntervalStrategy.STEPS and step % state.logging_steps == 0
        ):
            control.should_log = True
        last = state.global_step >= state.max_steps
        if (
            args.eval_strategy == IntervalStrategy.STEPS
            and args.eval_delay <= step
            and (last or step % state.eval_steps == 0)
        ):
            control.should_evaluate = True
        if args.save_strategy == SaveStrategy.STEPS and (
            last or (state.save_steps > 0 and step % state.save_steps == 0)
        ):
            control.should_save = True
        if last:
            control.should_training_stop = True
        return control


class CountsIntervalsFromHere(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.callbacks[0] = _CountsFromHere()
