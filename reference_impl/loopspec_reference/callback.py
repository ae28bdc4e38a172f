"""The events, as methods a callback may override."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .watched import watching

if TYPE_CHECKING:
    from .arguments import TrainingArguments as Args
    from .control import TrainerControl as Control
    from .state import TrainerState as State

#: Every event, in the order of a training run.
EVENTS = (
    "on_init_end",
    "on_train_begin",
    "on_epoch_begin",
    "on_step_begin",
    "on_substep_end",
    "on_pre_optimizer_step",
    "on_optimizer_step",
    "on_step_end",
    "on_log",
    "on_prediction_step",
    "on_evaluate",
    "on_predict",
    "on_push_begin",
    "on_save",
    "on_epoch_end",
    "on_train_end",
)


@watching(EVENTS)
class TrainerCallback:
    """Base of callbacks: every event is there and does nothing.

    A method gets `args`, `state` and `control` by position and by keyword `model`,
    `processing_class`, `optimizer`, `lr_scheduler`, `train_dataloader` and `eval_dataloader`
    (None where there is none yet); `on_log` also `logs`, `on_evaluate` and `on_predict` also
    `metrics`. To steer the loop it sets flags of `control` in place, or returns another control,
    which then takes the place of the current one. Any other return value is a TypeError.
    """

    def on_init_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """The trainer is constructed. Fires once in its life."""

    def on_train_begin(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """Training begins; the state is new or loaded, the optimizer and scheduler exist."""

    def on_train_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """Training has ended; the best weights are loaded if that was asked for."""

    def on_epoch_begin(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """A pass over the training data begins."""

    def on_epoch_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """A pass over the training data has ended, complete or cut short."""

    def on_step_begin(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """The first micro-batch of a step comes next."""

    def on_substep_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """A micro-batch that is not the last of its step is done."""

    def on_pre_optimizer_step(
        self, args: Args, state: State, control: Control, **kwargs: Any
    ) -> Any:
        """Gradients are accumulated and clipped, weights still old."""

    def on_optimizer_step(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """Weights are new, gradients still there, the learning rate is that of this step."""

    def on_step_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """A step is complete and counted; gradients are gone."""

    def on_log(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """`logs` was logged and is already in `state.log_history`."""

    def on_prediction_step(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """One batch of an evaluation or prediction is done."""

    def on_evaluate(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """An evaluation gave `metrics`; the best metric in `state` does not include it yet."""

    def on_predict(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """A prediction gave `metrics`."""

    def on_save(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """A checkpoint is complete on disk and old ones are rotated away."""

    def on_push_begin(self, args: Args, state: State, control: Control, **kwargs: Any) -> Any:
        """An upload is about to begin. This trainer uploads nothing and never fires it."""
