"""Showing progress to a person: a line per log, or a bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tqdm.auto import tqdm  # type: ignore[import-untyped,unused-ignore]

from .callback import TrainerCallback
from .data import has_length

if TYPE_CHECKING:
    from .arguments import TrainingArguments as Args
    from .control import TrainerControl as Control
    from .state import TrainerState as State


def _readable(logs: dict[str, Any], max_str_len: int | None = None) -> dict[str, Any]:
    # A copy: the dict itself belongs to all callbacks and to the caller of log().
    shown: dict[str, Any] = {}
    for key, value in logs.items():
        if key == "total_flos":
            continue
        if isinstance(value, float):
            value = f"{value:.4g}"
        elif max_str_len is not None and isinstance(value, str) and len(value) > max_str_len:
            value = (
                f"[String too long to display, length: {len(value)} > {max_str_len}. "
                "Consider increasing `max_str_len` if needed.]"
            )
        shown[key] = value
    return shown


class PrinterCallback(TrainerCallback):
    """Prints what is logged, except total_flos, with 4 significant digits."""

    def on_log(
        self,
        args: Args,
        state: State,
        control: Control,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Print a copy of the logs."""
        if state.is_local_process_zero:
            print(None if logs is None else _readable(logs))  # noqa: T201  (its whole purpose)


class ProgressCallback(TrainerCallback):
    """A bar for training, one below for evaluation, and the logs above them.

    In a notebook bars are widgets, if `ipywidgets` is installed, and text else.
    `max_str_len` is the length in characters up to which a logged string is shown.
    """

    def __init__(self, max_str_len: int = 100) -> None:
        self.training_bar: Any = None
        self.prediction_bar: Any = None
        self.max_str_len = max_str_len
        self.current_step = 0

    def on_train_begin(self, args: Args, state: State, control: Control, **kwargs: Any) -> None:
        """Open the bar."""
        self.close()
        if state.is_world_process_zero:
            self.training_bar = tqdm(total=state.max_steps, dynamic_ncols=True)
        self.current_step = 0

    def on_step_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> None:
        """Advance the bar, which is missing if this callback came after training began."""
        if self.training_bar is not None:
            self.training_bar.update(state.global_step - self.current_step)
            self.current_step = state.global_step

    def on_prediction_step(
        self,
        args: Args,
        state: State,
        control: Control,
        eval_dataloader: Any = None,
        **kwargs: Any,
    ) -> None:
        """Advance the second bar, opening it if need be."""
        if state.is_world_process_zero and has_length(eval_dataloader):
            if self.prediction_bar is None:
                self.prediction_bar = tqdm(
                    total=len(eval_dataloader), leave=self.training_bar is None, dynamic_ncols=True
                )
            self.prediction_bar.update(1)

    def on_evaluate(self, args: Args, state: State, control: Control, **kwargs: Any) -> None:
        """Close the second bar."""
        self.close_prediction_bar()

    def on_predict(self, args: Args, state: State, control: Control, **kwargs: Any) -> None:
        """Close the second bar."""
        self.close_prediction_bar()

    def on_log(
        self,
        args: Args,
        state: State,
        control: Control,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Write the logs above the bar."""
        if self.training_bar is not None and logs is not None:
            self.training_bar.write(str(_readable(logs, self.max_str_len)))

    def on_train_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> None:
        """Close the bars."""
        self.close()

    def close(self) -> None:
        """Close what is open; the trainer calls it when an exception ends training."""
        self.close_prediction_bar()
        if self.training_bar is not None:
            self.training_bar.close()
        self.training_bar = None

    def close_prediction_bar(self) -> None:
        """Close the second bar; the trainer calls it when an exception ends an evaluation."""
        if self.prediction_bar is not None:
            self.prediction_bar.close()
        self.prediction_bar = None
