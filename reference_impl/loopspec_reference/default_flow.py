"""The callback that turns the arguments' strategies into requests, and stops at max_steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .callback import TrainerCallback
from .strategies import IntervalStrategy, SaveStrategy

if TYPE_CHECKING:
    from .arguments import TrainingArguments as Args
    from .control import TrainerControl as Control
    from .state import TrainerState as State


class DefaultFlowCallback(TrainerCallback):
    """Sets flags when a step or an epoch ends, and clears none.

    Intervals are counted from step 0 and read from `state`, where a callback may change them
    while training runs.
    """

    def on_step_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> Control:
        """Request what is due at this step, and the stop at the last one."""
        step = state.global_step
        if (step == 1 and args.logging_first_step) or (
            args.logging_strategy == IntervalStrategy.STEPS and _divides(state.logging_steps, step)
        ):
            control.should_log = True
        # The last step is evaluated and saved off the interval too: nothing comes after it.
        last = step >= state.max_steps
        if (
            args.eval_strategy == IntervalStrategy.STEPS
            and args.eval_delay <= step
            and (last or _divides(state.eval_steps, step))
        ):
            control.should_evaluate = True
        if args.save_strategy == SaveStrategy.STEPS and (last or _divides(state.save_steps, step)):
            control.should_save = True
        if last:
            control.should_training_stop = True
        return control

    def on_epoch_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> Control:
        """Request what is due at the end of an epoch."""
        if args.logging_strategy == IntervalStrategy.EPOCH:
            control.should_log = True
        if args.eval_strategy == IntervalStrategy.EPOCH and args.eval_delay <= state.epoch:
            control.should_evaluate = True
        if args.save_strategy == SaveStrategy.EPOCH:
            control.should_save = True
        return control


def _divides(interval: float, step: int) -> bool:
    # A checkpoint may hold a 0, of a run that had another strategy.
    return interval > 0 and step % interval == 0
