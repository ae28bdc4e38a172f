"""Dispatch of one event to the callbacks that handle it.

Two rules of this file:
1. Dispatch is compiled. For each event the list of callbacks is reduced once to the bound methods
   that do something, and these are called by a function that is written for them (`generated`),
   each with the keywords that it can notice (`lean`). So an event that nobody overrides calls
   nobody, and a callback that adds or removes callbacks cannot disturb the dispatch it runs in.
   Whether a method was replaced on a callback itself is looked at anew each time, but where that
   is told of (`watched`); one that is replaced on a class needs `recompile()`.
2. Which flag falls at which event is the table `RESETS`, and a flag falls before the callbacks
   see the event.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from types import CellType, MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from . import generated
from .callback import TrainerCallback
from .control import FLAGS, is_control
from .lean import needs
from .watched import watched

if TYPE_CHECKING:
    from .control import TrainerControl

Hook = Callable[..., Any]

#: Takes args, state, control and the dict of keywords; returns the control that holds afterwards.
Dispatch = Callable[[Any, Any, Any, dict[str, Any]], "TrainerControl"]

#: Event to the flags that are cleared before its callbacks are called.
RESETS: Mapping[str, tuple[str, ...]] = {
    "on_train_begin": ("should_training_stop",),
    "on_epoch_begin": ("should_epoch_stop",),
    "on_step_begin": ("should_log", "should_evaluate", "should_save"),
    "on_log": ("should_log",),
    "on_evaluate": ("should_evaluate",),
    "on_save": ("should_save",),
}


class Compiled(NamedTuple):
    """One event's dispatch, and the callbacks that it calls."""

    call: Dispatch
    owners: tuple[Any, ...]


def compile_event(
    event: str,
    callbacks: Iterable[Any],
    names: Iterable[str],
    anew: Dispatch,
    listener: Any,
    cells: Mapping[str, CellType] = MappingProxyType({}),
) -> Compiled:
    """The dispatch of `event`, with the keywords `names`, to those of `callbacks` that handle it.

    Called when a callback has got another method since, it hands its arguments on to `anew`. Where
    that can be told beforehand, `listener` is told, by a call of its `recompile()`. `cells` hold
    the values of those keywords that are the same at all events.
    It raises TypeError at once where a hook returns anything but None or a control, because the
    error would otherwise show far from the callback that made it.
    """
    callbacks, names = list(callbacks), tuple(names)
    found = [(getattr(callback, event, None), callback) for callback in callbacks]
    busy = [(hook, owner) for hook, owner in found if hook is not None and not is_idle(hook, event)]
    space: dict[str, Any] = {"anew": anew}
    looks = _looks(event, callbacks, space, listener)
    needed = [needs(hook, names) for hook, _ in busy]
    for index, (hook, _) in enumerate(busy):
        space[f"hook_{index}"] = hook
        if needed[index] is not None:
            space[f"function_{index}"] = hook.__func__
            space[f"code_{index}"] = hook.__func__.__code__
    owners = tuple(owner for _, owner in busy)
    space["answered"] = _checking(event, owners)
    text = generated.source(event, names, needed, looks, cells)
    return Compiled(generated.function(text, space, cells), owners)


def _looks(event: str, callbacks: Iterable[Any], space: dict[str, Any], listener: Any) -> list[str]:
    """The conditions that tell that a method was replaced; what they are about goes to `space`.

    There is none for a method that tells of it by itself.
    """
    looks = []
    for index, callback in enumerate(callbacks):
        watch = watched(callback, event)
        if watch is not None:
            watch.listeners.add(listener)
        elif hasattr(callback, "__dict__"):
            own = space[f"own_{index}"] = vars(callback)
            if event in own:
                space[f"method_{index}"] = own[event]
                looks.append(f'own_{index}.get("{event}") is not method_{index}')
            else:
                looks.append(f'"{event}" in own_{index}')
    return looks


def _checking(event: str, owners: tuple[Any, ...]) -> Callable[[Any, int], TrainerControl]:
    def answered(answer: Any, index: int) -> TrainerControl:
        if is_control(answer):
            control: TrainerControl = answer
            return control
        raise TypeError(
            f"{type(owners[index]).__name__}.{event} returned a value of type "
            f"{type(answer).__name__}. Return None or a control, an object with the attributes "
            f"{', '.join(FLAGS)}."
        )

    return answered


def is_idle(hook: Hook, event: str) -> bool:
    """Whether `hook` is the empty method of a base class, so that calling it would do nothing."""
    bases = [TrainerCallback]
    # A subclass of it can only exist where that module is loaded, so there is nothing to import.
    foreign = getattr(sys.modules.get("transformers.trainer_callback"), "TrainerCallback", None)
    if foreign is not None:
        bases.append(foreign)
    function = getattr(hook, "__func__", hook)
    return any(function is getattr(base, event, None) for base in bases)
