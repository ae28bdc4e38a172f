"""What all trackers have in common, so that one of them is only what is its own."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ..callback import TrainerCallback

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..control import TrainerControl as Control
    from ..state import TrainerState as State

logger = logging.getLogger(__name__)


def rewrite(name: str) -> str:
    """A log's name as trackers group it: `eval/loss`, `test/loss`, everything else `train/...`."""
    for prefix in ("eval", "test"):
        if name.startswith(f"{prefix}_"):
            return f"{prefix}/{name.removeprefix(f'{prefix}_')}"
    return f"train/{name}"


def scalar(value: Any) -> float | None:
    """The number that `value` is, also in a tensor or array of one number; None for all else."""
    if isinstance(value, bool | int | float):
        return _float(value)
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        inside = value.item()
        return _float(inside) if isinstance(inside, bool | int | float) else None
    return None


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


class TrackerCallback(TrainerCallback):
    """Sends what is logged to a tracker, on the first process of all only.

    It observes: no flag, no log and no state is changed. `on_error` says what becomes of an
    exception of the tracker: with "warn" training goes on without it, after one warning, with
    "raise" it ends training.

    A tracker overrides `setup`, `log` and `close`, and `check` if it can be broken. It is set up
    when training begins, or at a log outside of training, and closed when training ends or raises,
    or after that log.
    """

    name: ClassVar[str] = ""

    def __init__(self, *, on_error: Literal["warn", "raise"] = "warn") -> None:
        if on_error not in ("warn", "raise"):
            raise ValueError(f"on_error is 'warn' or 'raise', not {on_error!r}")
        self.on_error = on_error
        self._is_off = self._is_open = self._is_training = False

    # What a tracker overrides ---------------------------------------------------------------------

    @classmethod
    def check(cls) -> None:
        """Import what is needed, so that a broken package shows when the trainer is built."""

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Open the tracker and send the parameters. Also the place to customize."""

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Send numbers and texts, by their rewritten names."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the tracker."""

    # Events ---------------------------------------------------------------------------------------

    def on_train_begin(
        self, args: Args, state: State, control: Control, model: Any = None, **kwargs: Any
    ) -> None:
        """Set up the tracker."""
        self._is_training = True
        self._open(args, state, model)

    def on_log(
        self,
        args: Args,
        state: State,
        control: Control,
        logs: dict[str, Any] | None = None,
        model: Any = None,
        **kwargs: Any,
    ) -> None:
        """Send the logs."""
        if self._is_off or not logs or not self._open(args, state, model):
            return
        found = {rewrite(name): scalar(value) for name, value in logs.items()}
        values = {name: value for name, value in found.items() if value is not None}
        texts = {rewrite(name): value for name, value in logs.items() if isinstance(value, str)}
        self._try(lambda: self.log(values, texts, state.global_step))
        if not self._is_training:
            self.end()

    def on_train_end(self, args: Args, state: State, control: Control, **kwargs: Any) -> None:
        """Close the tracker."""
        self.end()

    def end(self) -> None:
        """Close what is open; the trainer calls it also when an exception ends training."""
        self._is_training = False
        if self._is_open:
            self._is_open = False
            self._try(self.close)

    def _open(self, args: Args, state: State, model: Any) -> bool:
        if self._is_off or self._is_open or not state.is_world_process_zero:
            return self._is_open
        self._is_open = self._try(lambda: self.setup(args, state, model))
        return self._is_open

    def _try(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except Exception as error:
            if self.on_error == "raise":
                raise
            self._is_off, self._is_open = True, False
            logger.warning(
                "%s is off: it raised %s: %s. Training goes on; what is logged from here on is "
                "not sent to it.",
                self.name,
                type(error).__name__,
                error,
            )
            return False
        return True
