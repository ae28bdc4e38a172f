"""Stop when a metric no longer improves."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from .best_model import is_better, metric_key
from .callback import TrainerCallback
from .exportable import ExportableState

if TYPE_CHECKING:
    from .arguments import TrainingArguments as Args
    from .control import TrainerControl as Control
    from .state import TrainerState as State

logger = logging.getLogger(__name__)


class EarlyStoppingCallback(TrainerCallback, ExportableState):
    """Stops after `early_stopping_patience` evaluations in a row without improvement.

    An evaluation improves if it beats the best one before it by more than
    `early_stopping_threshold`, in the metric's own unit. Needs `metric_for_best_model` and an
    evaluation strategy, else AssertionError when training begins.
    """

    def __init__(
        self, early_stopping_patience: int = 1, early_stopping_threshold: float | None = 0.0
    ) -> None:
        self.early_stopping_patience = early_stopping_patience
        self.early_stopping_threshold = early_stopping_threshold
        self.early_stopping_patience_counter = 0

    def check_metric_value(self, args: Args, state: State, control: Control, value: Any) -> None:
        """Count `value` for or against the patience."""
        # At this event the state still holds the best of the evaluations before this one.
        if state.best_metric is None or (
            is_better(args, value, state.best_metric)
            and abs(value - state.best_metric) > (self.early_stopping_threshold or 0.0)
        ):
            self.early_stopping_patience_counter = 0
        else:
            self.early_stopping_patience_counter += 1

    def on_train_begin(self, args: Args, state: State, control: Control, **kwargs: Any) -> None:
        """Check that there will be something to compare."""
        if not args.load_best_model_at_end:
            logger.warning(
                "Early stopping without load_best_model_at_end: training ends with the weights "
                "of its last step, not with the best ones."
            )
        # Raised by hand, because `python -O` removes assert statements.
        if args.metric_for_best_model is None:
            raise AssertionError("early stopping needs metric_for_best_model")
        if args.eval_strategy == "no":
            raise AssertionError("early stopping needs an eval_strategy, steps or epoch")

    def on_evaluate(
        self,
        args: Args,
        state: State,
        control: Control,
        metrics: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Look at the metric; stop when patience is used up."""
        key = metric_key(args)
        value = (metrics or {}).get(key)
        if value is None:
            logger.warning("Early stopping found no %s in the metrics and is disabled.", key)
            return
        self.check_metric_value(args, state, control, value)
        if self.early_stopping_patience_counter >= self.early_stopping_patience:
            control.should_training_stop = True

    def state(self) -> dict[str, Any]:
        """The settings and the counter."""
        return {
            "args": {
                "early_stopping_patience": self.early_stopping_patience,
                "early_stopping_threshold": self.early_stopping_threshold,
            },
            "attributes": {"early_stopping_patience_counter": self.early_stopping_patience_counter},
        }
