"""Variants whose callback handler does one thing wrongly."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from typing import Any

from loopspec_reference import CallbackHandler, Trainer

logger = logging.getLogger(__name__)


class ForgetsEpochStop(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        handler = self.callback_handler

        def on_epoch_begin(args: Any, state: Any, control: Any) -> Any:
            return handler.call_event("on_epoch_begin", args, state, control)

        handler.on_epoch_begin = on_epoch_begin  # type: ignore[method-assign]  # the bug


def _shielded(hook: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **keywords: Any) -> Any:
        try:
            return hook(*args, **keywords)
        except Exception:  # the bug
            logger.warning("A callback failed; training goes on.", exc_info=True)
            return None

    return call


class _Shielding(CallbackHandler):
    def _current(self, event: str) -> Any:
        compiled = super()._current(event)
        return compiled._replace(hooks=tuple(map(_shielded, compiled.hooks)))


class SwallowsErrors(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.__class__ = _Shielding


class _HandsOutCopies(CallbackHandler):
    def _current(self, event: str) -> Any:
        compiled = super()._current(event)
        return compiled._replace(hooks=tuple(map(_with_a_copy, compiled.hooks)))


def _with_a_copy(hook: Callable[..., Any]) -> Callable[..., Any]:
    def call(args: Any, state: Any, control: Any, **keywords: Any) -> Any:
        return hook(args, state, copy.copy(control), **keywords)  # the bug

    return call


class HandsOutACopyOfControl(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.__class__ = _HandsOutCopies


class _NeverLooksAgain(CallbackHandler):
    def _current(self, event: str) -> Any:
        if event not in self._compiled:
            super()._current(event)
        return self._compiled[event]  # the bug: a method may have been replaced


class KeepsTheMethodsItFound(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.__class__ = _NeverLooksAgain


class WrapsErrors(Trainer):
    def train(self, *args: Any, **keywords: Any) -> Any:
        try:
            return super().train(*args, **keywords)
        except BaseException as error:
            step = self.state.global_step
            raise RuntimeError(f"training failed at step {step}") from error  # the bug


class RefusesToTrainAgain(Trainer):
    _trains = False

    def train(self, *args: Any, **keywords: Any) -> Any:
        if self._trains:
            raise RuntimeError("this trainer is training")
        self._trains = True
        output = super().train(*args, **keywords)
        self._trains = False  # the bug: not where an exception leaves it
        return output


class ClearsEvaluateTooEarly(Trainer):
    def _evaluate(self, *args: Any, **keywords: Any) -> Any:
        self.control.should_evaluate = False  # the bug: it falls with on_evaluate
        return super()._evaluate(*args, **keywords)
