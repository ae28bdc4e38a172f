"""The list of callbacks, and an event method for each event."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from types import CellType
from typing import TYPE_CHECKING, Any

from .callback import EVENTS
from .callback_list import CallbackList
from .default_flow import DefaultFlowCallback
from .dispatch import RESETS, Dispatch, compile_event
from .generated import clearing

if TYPE_CHECKING:
    from .arguments import TrainingArguments
    from .control import TrainerControl
    from .state import TrainerState

logger = logging.getLogger(__name__)


class _Shared:
    """A handler attribute whose value is a keyword that callbacks receive.

    It lives in a dict, from which all are passed, and in a cell, which is a variable of those
    dispatches that pass it by itself.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, handler: CallbackHandler, owner: type | None = None) -> Any:
        return handler._kwargs[self.name]

    def __set__(self, handler: CallbackHandler, value: Any) -> None:
        handler._kwargs[self.name] = handler._cells[self.name].cell_contents = value


def _event(event: str) -> Callable[..., TrainerControl]:
    clear = clearing(RESETS.get(event, ()))

    def fire(
        self: CallbackHandler,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **extra: Any,
    ) -> TrainerControl:
        if extra:
            return self.call_event(event, args, state, control, **extra)
        try:
            dispatch = self._dispatches[event]
        except KeyError:
            dispatch = self._make(event)
        return dispatch(args, state, control, self._kwargs)

    def fire_reset(
        self: CallbackHandler,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **extra: Any,
    ) -> TrainerControl:
        clear(control)
        return fire(self, args, state, control, **extra)

    method = fire_reset if event in RESETS else fire
    method.__name__ = event
    method.__doc__ = f"Fire `{event}`; returns the control that holds from now on."
    return method


class CallbackHandler:
    """Holds the callbacks and fires events on them.

    `callbacks` may be used and changed as a list. `model`, `processing_class`, `optimizer`,
    `lr_scheduler`, `train_dataloader` and `eval_dataloader` are what callbacks get by keyword;
    assign to change what they get.
    """

    model = _Shared()
    processing_class = _Shared()
    optimizer = _Shared()
    lr_scheduler = _Shared()
    train_dataloader = _Shared()
    eval_dataloader = _Shared()

    def __init__(
        self,
        callbacks: Iterable[Any],
        model: Any,
        processing_class: Any,
        optimizer: Any,
        lr_scheduler: Any,
    ) -> None:
        self._kwargs: dict[str, Any] = {
            "model": model,
            "processing_class": processing_class,
            "optimizer": optimizer,
            "lr_scheduler": lr_scheduler,
            "train_dataloader": None,
            "eval_dataloader": None,
        }
        self._prepare(())
        for callback in callbacks:
            self.add_callback(callback)
        # By name, because the one of another library with the same protocol serves as well.
        flow = DefaultFlowCallback.__name__
        if not any(flow == base.__name__ for cb in self.callbacks for base in type(cb).__mro__):
            logger.warning(
                "Without a DefaultFlowCallback nothing is logged, evaluated or saved on time and "
                "nothing stops at max_steps. The callbacks are:\n%s",
                self.callback_list,
            )

    def _prepare(self, callbacks: Iterable[Any]) -> None:
        self._cells = {name: CellType(value) for name, value in self._kwargs.items()}
        # By event; with additional keywords, by event and their names.
        self._dispatches: dict[str | tuple[str, ...], Dispatch] = {}
        self._callbacks = CallbackList(callbacks, changed=self.recompile)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy or a pickle holds: all but the dispatches, which are made anew there."""
        made = ("_cells", "_dispatches", "_callbacks")
        kept = {name: value for name, value in vars(self).items() if name not in made}
        return {**kept, "_kwargs": dict(self._kwargs), "callbacks": list(self.callbacks)}

    def __setstate__(self, kept: dict[str, Any]) -> None:
        callbacks = kept.pop("callbacks")
        vars(self).update(kept)
        self._prepare(callbacks)

    @property
    def callbacks(self) -> list[Any]:
        """The callbacks, in the order in which they are called."""
        return self._callbacks

    @callbacks.setter
    def callbacks(self, callbacks: Iterable[Any]) -> None:
        self._callbacks = CallbackList(callbacks, changed=self.recompile)
        self.recompile()

    @property
    def callback_list(self) -> str:
        """The class names of the callbacks, one a line."""
        return "\n".join(type(callback).__name__ for callback in self.callbacks)

    def add_callback(self, callback: Any) -> None:
        """Append a callback, or an instance of a callback class that needs no arguments.

        Nothing has to be subclassed: an event method that the object lacks is skipped. A second
        one of exactly the same class is kept too, with a warning.
        """
        instance = callback() if isinstance(callback, type) else callback
        if not any(callable(getattr(instance, event, None)) for event in EVENTS):
            logger.warning("%s has no event method and will never be called.", type(instance))
        if type(instance) in [type(present) for present in self.callbacks]:
            logger.warning(
                "You are adding a %s to the callbacks, but there is already one. They are:\n%s",
                type(instance),
                self.callback_list,
            )
        self.callbacks.append(instance)

    def pop_callback(self, callback: Any) -> Any:
        """Remove and return the first callback of that class, or equal to it; None if absent."""
        for index, present in enumerate(self.callbacks):
            if isinstance(present, callback) if isinstance(callback, type) else present == callback:
                return self.callbacks.pop(index)
        return None

    def remove_callback(self, callback: Any) -> None:
        """Remove the first callback of that class, if any, or the one equal to it.

        Raises ValueError if an instance is given that is not there.
        """
        if isinstance(callback, type):
            self.pop_callback(callback)
        else:
            self.callbacks.remove(callback)

    def recompile(self) -> None:
        """Forget the compiled dispatch, for instance after a method of a class was replaced."""
        self._dispatches.clear()

    def _make(self, event: str, *extra: str) -> Dispatch:
        """Compile a dispatch, and keep it."""
        made = self._dispatches[(event, *extra) if extra else event] = self._compile(event, *extra)
        return made

    def _compile(self, event: str, *extra: str) -> Dispatch:
        """The dispatch of `event` with the keywords `extra` besides those of all events."""

        def anew(*arguments: Any) -> TrainerControl:
            return self._make(event, *extra)(*arguments)

        names = dict.fromkeys((*self._kwargs, *extra))
        cells = {name: cell for name, cell in self._cells.items() if name not in extra}
        return compile_event(event, self.callbacks, names, anew, self, cells).call

    def call_event(
        self,
        event: str,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **extra: Any,
    ) -> TrainerControl:
        """Dispatch `event` without its resets; `extra` is added to the keywords."""
        key = (event, *extra) if extra else event
        dispatch = self._dispatches.get(key) or self._make(event, *extra)
        return dispatch(args, state, control, {**self._kwargs, **extra})

    on_init_end = _event("on_init_end")
    on_train_begin = _event("on_train_begin")
    on_epoch_begin = _event("on_epoch_begin")
    on_step_begin = _event("on_step_begin")
    on_substep_end = _event("on_substep_end")
    on_pre_optimizer_step = _event("on_pre_optimizer_step")
    on_optimizer_step = _event("on_optimizer_step")
    on_step_end = _event("on_step_end")
    on_prediction_step = _event("on_prediction_step")
    on_push_begin = _event("on_push_begin")
    on_save = _event("on_save")
    on_epoch_end = _event("on_epoch_end")
    on_train_end = _event("on_train_end")
    _log = _event("on_log")
    _evaluate = _event("on_evaluate")
    _predict = _event("on_predict")

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any], **extra: Any
    ) -> TrainerControl:
        """Fire `on_log` with `logs`; the one dict is shared by all callbacks."""
        return self._log(args, state, control, logs=logs, **extra)

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: dict[str, Any], **extra: Any
    ) -> TrainerControl:
        """Fire `on_evaluate` with `metrics`."""
        return self._evaluate(args, state, control, metrics=metrics, **extra)

    def on_predict(
        self, args: Any, state: Any, control: Any, metrics: dict[str, Any], **extra: Any
    ) -> TrainerControl:
        """Fire `on_predict` with `metrics`."""
        return self._predict(args, state, control, metrics=metrics, **extra)
