"""Variants with a default flow of their own, or in another place."""

from __future__ import annotations

import copy
from typing import Any

from loopspec_reference import DefaultFlowCallback, SaveStrategy, Trainer


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
        seen = copy.copy(state)
        before = state.global_step - self._steps
        # the bug: steps of this call of train(), not of the whole run
        seen.global_step, seen.max_steps = self._steps, state.max_steps - before
        return super().on_step_end(args, seen, control, **keywords)


class CountsIntervalsFromHere(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.callbacks[0] = _CountsFromHere()


class _NothingAtTheEnd(DefaultFlowCallback):
    def on_step_end(self, args: Any, state: Any, control: Any, **keywords: Any) -> Any:
        asked = control.should_save
        super().on_step_end(args, state, control, **keywords)
        by_steps = args.save_strategy == SaveStrategy.STEPS
        if by_steps and state.global_step % state.save_steps != 0:
            # the bug: the last step is off the interval, and no checkpoint holds it
            control.should_save = asked
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
