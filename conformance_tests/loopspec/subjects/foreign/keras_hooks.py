"""What Keras and the frameworks with its hooks have in common."""

from __future__ import annotations

from typing import Any

from loopspec.subjects.foreign.base import Control, Tell, linked
from loopspec.vocabulary import Event


class StopControl(Control):
    """`should_training_stop` is `model.stop_training`, which a model may not have at first."""

    should_training_stop = linked(
        lambda model: getattr(model, "stop_training", False),
        lambda model: setattr(model, "stop_training", True),
    )


class KerasHooks:
    """The hooks of training; stands before the framework's own callback class."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self.tell = tell

    def on_train_begin(self, logs: Any = None) -> None:
        self.tell(Event.TRAIN_BEGIN)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.tell(Event.EPOCH_BEGIN)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.tell(Event.STEP_BEGIN)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.tell(Event.STEP_END)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.tell(Event.EPOCH_END)

    def on_train_end(self, logs: Any = None) -> None:
        self.tell(Event.TRAIN_END)
