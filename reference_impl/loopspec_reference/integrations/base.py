"""What all trackers have in common, so that one of them is only what is its own."""

from __future__ import annotations

import functools
import importlib
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ..callback import TrainerCallback
from . import leaving
from .bounded import Bounded
from .values import rewrite, scalar

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..control import TrainerControl as Control
    from ..state import TrainerState as State

logger = logging.getLogger(__name__)

TIMEOUT = 30.0
"""Seconds that a tracker may take for one call, unless `LOOPSPEC_TRACKER_TIMEOUT` says another."""
UPLOAD_TIMEOUT = 600.0
"""Seconds for a call that sends files, unless `LOOPSPEC_TRACKER_UPLOAD_TIMEOUT` says another."""


class TrackerCallback(TrainerCallback):
    """Sends what is logged to a tracker, on the first process of all only.

    It observes: no flag, no log and no state is changed. It takes nothing down either: an
    exception of the tracker, or a call that takes longer than `timeout` seconds, is one warning,
    and training goes on without it (`on_error="warn"`), or ends training (`on_error="raise"`).
    `save`, `finish`, and the `close` that follows `sends_files`, may take `upload_timeout` seconds.

    A tracker overrides `setup` and `close`, `log` if it keeps logs, `save` if it keeps checkpoints,
    and `finish` if it keeps what there is at the end. It is set up when training begins, or at a
    log outside of training, and closed when training ends or raises, when a call of it raises, or
    after that log. What failed in training stays failed where it is opened again for such a log.
    """

    name: ClassVar[str] = ""
    packages: ClassVar[tuple[str, ...]] = ()
    """What is imported, and whose hooks at the end of the program must not wait for ever."""
    keeps_predictions: ClassVar[bool] = False
    """Whether the metrics of `predict` are sent too, as `test/...`."""
    one_per_machine: ClassVar[bool] = False
    """Whether the first process of each machine has one, instead of the first process of all."""

    def __init__(
        self,
        *,
        on_error: Literal["warn", "raise"] = "warn",
        timeout: float | None = None,
        upload_timeout: float | None = None,
    ) -> None:
        if on_error not in ("warn", "raise"):
            raise ValueError(f"on_error is 'warn' or 'raise', not {on_error!r}")
        self.check()
        self.on_error = on_error
        self.timeout = _seconds("TIMEOUT", TIMEOUT) if timeout is None else timeout
        self.upload_timeout = (
            _seconds("UPLOAD_TIMEOUT", UPLOAD_TIMEOUT) if upload_timeout is None else upload_timeout
        )
        self._bounded = Bounded(f"tracker {self.name}")
        self._is_off = self._is_open = self._is_training = self._has_failed = False
        self.sends_files = False
        """Whether files are on their way in the background, which closing waits for."""

    # What a tracker overrides ---------------------------------------------------------------------

    @classmethod
    def check(cls) -> None:
        """Import what is needed: a broken package is to show when the trainer is built, and the
        time it takes is not that of a call."""
        for package in cls.packages:
            importlib.import_module(package)

    @staticmethod
    def rename(name: str) -> str:
        """The tracker's name of what is logged under this one."""
        return rewrite(name)

    def find_open(self) -> None:
        """Find what the user has open in the training's own thread, before `setup`, which is called
        in another. It must not wait for anything."""

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Open the tracker and send the parameters. Also the place to customize."""

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Send numbers and texts, by their rewritten names."""

    def save(self, checkpoint: Path, args: Args, state: State) -> None:
        """A checkpoint is complete in this folder."""

    def finish(self, args: Args, state: State, model: Any, processing_class: Any) -> None:
        """Training has come to its end, and the tracker is about to be closed."""

    def close(self, failed: bool) -> None:
        """Close the tracker. `failed`: an exception ended training, or a call of the tracker."""

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
        self._send(args, state, logs or {}, model)

    def on_predict(
        self,
        args: Args,
        state: State,
        control: Control,
        metrics: dict[str, Any] | None = None,
        model: Any = None,
        **kwargs: Any,
    ) -> None:
        """Send the metrics of a prediction, if the tracker keeps them."""
        if self.keeps_predictions:
            self._send(args, state, metrics or {}, model)

    def on_save(self, args: Args, state: State, control: Control, **kwargs: Any) -> None:
        """Send the checkpoint, if the tracker keeps them."""
        if self._is_open and type(self).save is not TrackerCallback.save:
            folder = Path(args.output_dir or ".") / f"checkpoint-{state.global_step}"
            self._try(lambda: self.save(folder, args, state), self.upload_timeout)

    def on_train_end(
        self,
        args: Args,
        state: State,
        control: Control,
        model: Any = None,
        processing_class: Any = None,
        **kwargs: Any,
    ) -> None:
        """Send what the tracker keeps of the end, and close it."""
        if self._is_open and type(self).finish is not TrackerCallback.finish:
            self._try(
                lambda: self.finish(args, state, model, processing_class), self.upload_timeout
            )
        self.end()

    def end(self, failed: bool = False) -> None:
        """Close what is open; the trainer calls it also when an exception ends training."""
        self._has_failed = failed or (self._has_failed and not self._is_training)
        self._is_training = False
        if self._is_open:
            self._is_open = False
            seconds = self.upload_timeout if self.sends_files else self.timeout
            self.sends_files = False
            self._try(functools.partial(self.close, self._has_failed), seconds)

    def _send(self, args: Args, state: State, logs: dict[str, Any], model: Any) -> None:
        keeps_logs = type(self).log is not TrackerCallback.log
        if self._is_off or not logs or not keeps_logs or not self._open(args, state, model):
            return
        rename = type(self).rename
        found = {rename(name): scalar(value) for name, value in logs.items()}
        values = {name: value for name, value in found.items() if value is not None}
        texts = {rename(name): value for name, value in logs.items() if isinstance(value, str)}
        self._try(lambda: self.log(values, texts, state.global_step))
        if not self._is_training:
            self.end()

    def _open(self, args: Args, state: State, model: Any) -> bool:
        is_first = (
            state.is_local_process_zero if self.one_per_machine else state.is_world_process_zero
        )
        if self._is_off or self._is_open or not is_first:
            return self._is_open
        self._is_open = self._try(lambda: self.setup(args, state, model), before=self.find_open)
        return self._is_open

    def _try(
        self,
        action: Callable[[], None],
        seconds: float | None = None,
        before: Callable[[], None] = lambda: None,
    ) -> bool:
        try:
            before()
            self._bounded.call(action, self.timeout if seconds is None else seconds)
        except (Exception, SystemExit) as error:
            self._give_up(error)
            if self.on_error == "raise":
                raise
            logger.warning(
                "%s is off: it raised %s: %s. Training goes on; what is logged from here on is "
                "not sent to it.",
                self.name,
                type(error).__name__,
                error,
            )
            return False
        return True

    def _give_up(self, error: BaseException) -> None:
        self._is_off, self._is_open = True, False
        if self.packages:
            leaving.bound(self.packages, self.timeout)
        # Its thread is still busy after a TimeoutError.
        if not isinstance(error, TimeoutError):
            with suppress(Exception, SystemExit):
                self._bounded.call(lambda: self.close(True), self.timeout)


def _seconds(variable: str, default: float) -> float:
    variable = f"LOOPSPEC_TRACKER_{variable}"
    chosen = os.environ.get(variable, "")
    try:
        return float(chosen) if chosen else default
    except ValueError:
        raise ValueError(f"{variable} is a number of seconds, not {chosen!r}") from None
