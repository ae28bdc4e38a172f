"""Dispatch of one event to the callbacks that handle it.

Two rules of this file:
1. Dispatch is compiled. For each event the list of callbacks is reduced once to a tuple of the
   bound methods that do something. So an event that nobody overrides calls nobody, and a callback
   that adds or removes callbacks cannot disturb the dispatch it runs in: that one holds its tuple.
   What is looked at anew each time, for one dict lookup a callback, is whether a method was
   replaced on a callback itself; one that is replaced on a class needs `recompile()`.
2. Which flag falls at which event is the table `RESETS`, and a flag falls before the callbacks
   see the event.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .callback import TrainerCallback
from .control import FLAGS, is_control

if TYPE_CHECKING:
    from .arguments import TrainingArguments
    from .control import TrainerControl
    from .state import TrainerState

Hook = Callable[..., Any]

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
    """One event's dispatch: the methods to call and the callbacks they belong to.

    `own` holds the attributes of each callback, with the method that it had among them, or None.
    """

    hooks: tuple[Hook, ...]
    owners: tuple[Any, ...]
    own: tuple[tuple[Mapping[str, Any], Any], ...] = ()

    def is_stale(self, event: str) -> bool:
        """Whether a callback has got another method since this was compiled."""
        # A loop, as `any` would make a generator at each event.
        for attributes, method in self.own:  # noqa: SIM110
            if attributes.get(event) is not method:
                return True
        return False


def dispatch(
    event: str,
    compiled: Compiled,
    args: TrainingArguments,
    state: TrainerState,
    control: TrainerControl,
    kwargs: Mapping[str, Any],
) -> TrainerControl:
    """Call the hooks in order; a returned control replaces the current one from there on.

    Raises TypeError at once where a hook returns anything but None or a control, because the
    error would otherwise show far from the callback that made it.
    """
    for hook in compiled.hooks:
        result = hook(args, state, control, **kwargs)
        if result is not None and result is not control:
            if not is_control(result):
                owner = type(compiled.owners[compiled.hooks.index(hook)]).__name__
                raise TypeError(
                    f"{owner}.{event} returned a value of type {type(result).__name__}. "
                    f"Return None or a control, an object with the attributes {', '.join(FLAGS)}."
                )
            control = result
    return control


def is_idle(hook: Hook, event: str) -> bool:
    """Whether `hook` is the empty method of a base class, so that calling it would do nothing."""
    bases = [TrainerCallback]
    # A subclass of it can only exist where that module is loaded, so there is nothing to import.
    foreign = getattr(sys.modules.get("transformers.trainer_callback"), "TrainerCallback", None)
    if foreign is not None:
        bases.append(foreign)
    function = getattr(hook, "__func__", hook)
    return any(function is base.__dict__.get(event) for base in bases)


def compile_event(event: str, callbacks: Iterable[Any]) -> Compiled:
    """The dispatch of `event` to those of `callbacks` that handle it."""
    callbacks = list(callbacks)
    attributes = [vars(callback) for callback in callbacks if hasattr(callback, "__dict__")]
    found = [(getattr(callback, event, None), callback) for callback in callbacks]
    busy = [(hook, owner) for hook, owner in found if hook is not None and not is_idle(hook, event)]
    return Compiled(
        tuple(hook for hook, _ in busy),
        tuple(owner for _, owner in busy),
        tuple((own, own.get(event)) for own in attributes),
    )
