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


class _NothingAtTheEnd(DefaultFlowCallback):
    def on_step_end(self, args: Any, state: Any, control: Any, **keywords: Any) -> Any:
        step = state.global_step
        if args.logging_strategy == IntervalStrategy.STEPS and step % state.logging_steps == 0:
            control.should_log = True
        control.should_log |= step == 1 and args.logging_first_step
        evaluates = args.eval_strategy == IntervalStrategy.STEPS and args.eval_delay <= step
        if evaluates and step % state.eval_steps == 0:
            control.should_evaluate = True
        # the bug: the last step is off the interval, and no checkpoint holds it
        if args.save_strategy == SaveStrategy.STEPS and step % state.save_steps == 0:
            control.should_save = True
        if step >= state.max_steps:
            control.should_training_stop = True
            control.should_evaluate |= evaluates
        return control


class LastStepIsNotSaved(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.callbacks[0] = _NothingAtTheEnd()


class _OneStepMore(DefaultFlowCallback):
    def on_step_end(self, args: Any, state: Any, control: Any, **keywords: Any) -> Any:
        stop = control.should_training_stop
        super().on_step_end(args, state, control, **keywords)
        control.should_training_stop = stop or state.global_step > state.max_steps  # the bug
        return control


class MakesOneStepMore(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.callbacks[0] = _OneStepMore()
