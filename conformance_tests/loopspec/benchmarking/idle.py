"""Callbacks that do nothing, in the place of those that a recorder makes."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from loopspec.recorder import Recorder
from loopspec.scenario import Scenario, Scripted
from loopspec.vocabulary import Event

#: The events of a step. A trainer calls each of them once a step, but for `on_substep_end`.
STEP_EVENTS = (
    Event.STEP_BEGIN,
    Event.SUBSTEP_END,
    Event.PRE_OPTIMIZER_STEP,
    Event.OPTIMIZER_STEP,
    Event.STEP_END,
)


@functools.cache
def idle_class(base: type, events: Sequence[Event] = STEP_EVENTS) -> type:
    """A subclass of `base` with a method that does nothing for each of `events`."""

    def nothing(self: Any, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        return None

    methods: dict[str, Any] = dict.fromkeys(events, nothing)
    return type("Idle", (base,), {**methods, "part": Scripted("idle")})


class Nobody(Recorder):
    """A recorder that records nothing: `number` callbacks do nothing in its callbacks' place.

    Args:
        number: how many callbacks there are.
        base: the class that the subject's callbacks derive from.
    """

    def __init__(self, scenario: Scenario, number: int, base: type) -> None:
        super().__init__(scenario, lambda line: None, base=base)
        made = idle_class(base)
        self._idle = [made() for _ in range(number)]

    def registered(self, *given: str) -> list[Any]:
        return [*self._idle] if "instance" in given else []
