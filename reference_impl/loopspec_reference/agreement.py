"""How the flags of several processes become one.

Each process has callbacks and a control of its own. A flag that is set in one of them acts in all:
what it asks for takes them all, and a process that came alone would wait for the others for ever.
So before the loop looks at flags, the processes tell each other theirs.

It is the loop that does so and not the events: an event may be fired in one process alone, by a
callback that logs something there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.distributed as dist

from . import distributed
from .control import FLAGS

if TYPE_CHECKING:
    from .control import TrainerControl


class Agreement:
    """Every flag that is set in any process is set in all.

    Hosts wait for each other, and never for a device (see `distributed`).
    """

    def __init__(self) -> None:
        self._group = distributed.hosts()

    def reach(self, control: TrainerControl) -> None:
        """Wait for the flags of all, and set them. All processes call it at the same places."""
        flags = torch.tensor([bool(getattr(control, flag)) for flag in FLAGS], dtype=torch.uint8)
        dist.all_reduce(flags, dist.ReduceOp.MAX, group=self._group)
        for flag, value in zip(FLAGS, flags.tolist(), strict=True):
            # Only what is new, as people have controls that count what is set.
            if value and not getattr(control, flag):
                setattr(control, flag, True)


def make_agreement() -> Agreement | None:
    """None for a single process, which has nobody to agree with."""
    return None if distributed.world_size() == 1 else Agreement()
