"""What is measured: everything that calls callbacks for an event of a step.

A dispatcher is made with so many callbacks of a kind, and gives a function that fires the event
once, as the trainer's loop would. The event is the end of a step, or what comes nearest.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

Fire = Callable[[], Any]

#: What a callback does with the event.
IDLE = "idle"  # it has no method of its own for it
NOOP = "no-op"  # it overrides it, names no keyword and does nothing
ONE = "one named"  # it names one of the keywords of this protocol
TWO = "two named"
ALL = "all read"  # it reads `**kwargs`

MIX = "a run's own"  # default flow, early stopping, a tracker and a progress bar

KINDS = (IDLE, NOOP, ONE, TWO, ALL)
NUMBERS = (0, 1, 3, 10, 100)
MIXED = 4


def numbers(kind: str) -> tuple[int, ...]:
    """How many callbacks of a kind are measured."""
    return (MIXED,) if kind == MIX else NUMBERS


class Dispatcher(NamedTuple):
    """Where a dispatcher is made, and what it can be measured with."""

    package: str
    """Whose version counts; empty for a floor."""
    place: str
    """`module:function` in this package; called with the number and the kind of callbacks."""
    kinds: tuple[str, ...] = (IDLE, NOOP)

    def make(self, number: int, kind: str) -> Fire:
        module, _, name = self.place.partition(":")
        function: Callable[[int, str], Fire] = getattr(import_module(f"dispatch.{module}"), name)
        return function(number, kind)


DISPATCHERS = {
    "bare loop": Dispatcher("", "floors:methods", KINDS),
    "bound methods": Dispatcher("", "floors:bound", KINDS[1:]),
    "bound methods, keywords passed": Dispatcher(
        "", "floors:bound_with_keywords", (*KINDS[1:], MIX)
    ),
    "reference": Dispatcher("loopspec", "protocol:reference", (*KINDS, MIX)),
    "transformers": Dispatcher("transformers", "protocol:transformers", (*KINDS, MIX)),
    "torchtnt": Dispatcher("torchtnt", "plain:torchtnt"),
    "poutyne": Dispatcher("poutyne", "plain:poutyne"),
    "skorch": Dispatcher("skorch", "plain:skorch"),
    "pytorch-accelerated": Dispatcher("pytorch-accelerated", "plain:pytorch_accelerated"),
    "ignite": Dispatcher("pytorch-ignite", "engines:ignite"),
    "lightning": Dispatcher("pytorch-lightning", "engines:lightning"),
    "keras": Dispatcher("keras", "engines:keras"),
    "fastai": Dispatcher("fastai", "engines:fastai"),
}
"""By name; the floors first."""
