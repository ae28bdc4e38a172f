"""What is measured: everything that trains, from a loop written by hand to a whole trainer.

Each loop trains a model for so many steps with so many callbacks that do nothing. The data note
when they are read, so that each step has a time, and nothing has to be hooked into the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from steps.job import Job


class Loop(NamedTuple):
    """Where a loop is."""

    package: str
    """Whose version counts; empty for a floor."""
    place: str
    """`module:function` in this package; called with a job, it trains."""
    floor: str = ""
    """The loop written by hand that does the same work on tensors; empty for those themselves."""
    callbacks: bool = True
    """Whether it has any."""
    accumulates: bool = False
    """Whether it can take several batches for a step."""
    on_device: bool = False
    """Whether it is measured on a GPU too, where there is one."""

    @property
    def run(self) -> Callable[[Job], None]:
        module, _, name = self.place.partition(":")
        function: Callable[[Job], None] = getattr(import_module(f"steps.{module}"), name)
        return function


PLAIN, WHOLE = "forward, backward, update", "the same, with clipping, schedule and loss"
LOOPS = {
    PLAIN: Loop("", "by_hand:plain", "", False, True, True),
    WHOLE: Loop("", "by_hand:whole", "", False, True, True),
    "reference": Loop("loopspec", "protocol:reference", WHOLE, True, True, True),
    "transformers": Loop("transformers", "protocol:transformers", WHOLE, True, True, True),
    "ignite": Loop("pytorch-ignite", "engines:ignite", PLAIN, on_device=True),
    "skorch": Loop("skorch", "simple:skorch", PLAIN),
    "poutyne": Loop("poutyne", "simple:poutyne", PLAIN),
    "torchtnt": Loop("torchtnt", "simple:torchtnt", PLAIN),
    "pytorch-accelerated": Loop("pytorch-accelerated", "simple:pytorch_accelerated", PLAIN),
    "lightning": Loop("pytorch-lightning", "engines:lightning", PLAIN, True, True, True),
    "fastai": Loop("fastai", "engines:fastai", PLAIN),
    "keras": Loop("keras", "engines:keras", PLAIN),
}
"""By name; the floors first."""
