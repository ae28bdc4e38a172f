"""The five switches by which callbacks steer the loop."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .exportable import ExportableState

#: The attributes that make an object a control.
FLAGS = (
    "should_training_stop",
    "should_epoch_stop",
    "should_save",
    "should_evaluate",
    "should_log",
)


@dataclass
class TrainerControl(ExportableState):
    """Requests to the trainer. A callback sets a flag; the loop acts on it and clears it.

    Who clears which flag, and when, is the table `RESETS` in `handler.py`.
    """

    should_training_stop: bool = False
    should_epoch_stop: bool = False
    should_save: bool = False
    should_evaluate: bool = False
    should_log: bool = False

    def state(self) -> dict[str, Any]:
        """The flags, as constructor arguments."""
        return {"args": asdict(self), "attributes": {}}


def is_control(value: object) -> bool:
    """Whether `value` can serve as a control, whatever library its class comes from."""
    return all(hasattr(value, flag) for flag in FLAGS)
