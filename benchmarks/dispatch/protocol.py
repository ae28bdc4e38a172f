"""The two that speak this protocol."""

from __future__ import annotations

from typing import Any

from dispatch import MIX, Fire
from dispatch.making import callbacks, objects
from dispatch.methods import METHODS
from dispatch.mixed import Mixed, of_reference, of_transformers


def reference(number: int, kind: str) -> Fire:
    from loopspec_reference.callback import TrainerCallback
    from loopspec_reference.control import TrainerControl
    from loopspec_reference.handler import CallbackHandler
    from loopspec_reference.state import TrainerState

    if kind == MIX:
        return _in_a_run(CallbackHandler, of_reference())
    return _firing(CallbackHandler, TrainerCallback, TrainerState(), TrainerControl(), number, kind)


def transformers(number: int, kind: str) -> Fire:
    from transformers import TrainerCallback, TrainerControl, TrainerState
    from transformers.trainer_callback import CallbackHandler

    if kind == MIX:
        return _in_a_run(CallbackHandler, of_transformers())
    return _firing(CallbackHandler, TrainerCallback, TrainerState(), TrainerControl(), number, kind)


def _firing(
    handler_class: Any, base: type, state: Any, control: Any, number: int, kind: str
) -> Fire:
    handler = handler_class([], None, None, None, None)
    handler.callbacks = callbacks(base, "on_step_end", METHODS[kind], number, kind)
    (args,) = objects(object, 1)
    return lambda: handler.on_step_end(args, state, control)


def _in_a_run(handler_class: Any, mixed: Mixed) -> Fire:
    handler = handler_class(mixed.callbacks, None, None, None, None)
    return lambda: handler.on_step_end(mixed.args, mixed.state, mixed.control)
