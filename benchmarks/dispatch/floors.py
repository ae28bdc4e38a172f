"""What cannot be beaten: loops that only call. They call the callbacks of this protocol."""

from __future__ import annotations

from typing import Any

from dispatch import MIX, Fire
from dispatch.making import callbacks, objects
from dispatch.methods import METHODS
from dispatch.mixed import of_reference

KEYWORDS = (
    "model",
    "processing_class",
    "optimizer",
    "lr_scheduler",
    "train_dataloader",
    "eval_dataloader",
)


class _Base:
    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        pass


def _made(number: int, kind: str) -> Any:
    return callbacks(_Base, "on_step_end", METHODS[kind], number, kind)


def methods(number: int, kind: str) -> Fire:
    """A loop over objects that calls their method with three arguments."""
    found = _made(number, kind)
    args, state, control = objects(object, 3)

    def fire() -> None:
        for callback in found:
            callback.on_step_end(args, state, control)

    return fire


def bound(number: int, kind: str) -> Fire:
    """A loop over bound methods that calls them with three arguments."""
    hooks = [callback.on_step_end for callback in _made(number, kind)]
    args, state, control = objects(object, 3)

    def fire() -> None:
        for hook in hooks:
            hook(args, state, control)

    return fire


def bound_with_keywords(number: int, kind: str) -> Fire:
    """A loop over bound methods that passes each of them the keywords of this protocol."""
    if kind == MIX:
        mixed = of_reference()
        found, args, state, control = mixed.callbacks, mixed.args, mixed.state, mixed.control
    else:
        found, (args, state, control) = _made(number, kind), objects(object, 3)
    hooks = [callback.on_step_end for callback in found]
    keywords = dict.fromkeys(KEYWORDS)

    def fire() -> None:
        for hook in hooks:
            hook(args, state, control, **keywords)

    return fire
