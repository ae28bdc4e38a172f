"""Variants whose callback handler does one thing wrongly."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from loopspec_reference import CallbackHandler, Trainer
from loopspec_reference.dispatch import Dispatch, compile_event

logger = logging.getLogger(__name__)


class ForgetsEpochStop(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        handler = self.callback_handler

        def on_epoch_begin(args: Any, state: Any, control: Any) -> Any:
            return handler.call_event("on_epoch_begin", args, state, control)

        handler.on_epoch_begin = on_epoch_begin  # type: ignore[method-assign]  # the bug


class _Detouring(CallbackHandler):
    """Calls the methods of callbacks by a detour, which is where the bug is."""

    def _compile(self, event: str, *extra: str) -> Dispatch:
        stands_for = [
            SimpleNamespace(**{event: self._detour(callback, event)})
            for callback in self.callbacks
            if hasattr(callback, event)
        ]
        names = dict.fromkeys((*self._kwargs, *extra))
        return compile_event(event, stands_for, names, super()._compile(event, *extra), self).call

    def _detour(self, callback: Any, event: str) -> Callable[..., Any]:
        raise NotImplementedError


class _Shielding(_Detouring):
    def _detour(self, callback: Any, event: str) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            try:
                return getattr(callback, event)(*args, **keywords)
            except Exception:  # the bug
                logger.warning("A callback failed; training goes on.", exc_info=True)
                return None

        return call


class SwallowsErrors(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.__class__ = _Shielding


class _HandsOutCopies(_Detouring):
    def _detour(self, callback: Any, event: str) -> Callable[..., Any]:
        def call(args: Any, state: Any, control: Any, **keywords: Any) -> Any:
            given = copy.copy(control)  # the bug
            return getattr(callback, event)(args, state, given, **keywords)

        return call


class HandsOutACopyOfControl(Trainer):
    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.callback_handler.__class__ = _HandsOutCopies


class _NeverLooksAgain(_Detouring):
    def _detour(self, callback: Any, event: str) -> Callable[..., Any]:
        found: Callable[..., Any] = getattr(callback, event)
        return found  # the bug: it may be replaced later


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
