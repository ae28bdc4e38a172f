"""Tells loopspec how to build and drive Loop: `loopspec check adapter.py`."""

from __future__ import annotations

import math
from pathlib import Path

from loopspec import Capability, Driver, Scenario, Subject
from loopspec.recorder import Recorder
from loopspec.subjects.tiny_torch import TinyData, TinyModel
from torch.utils.data import DataLoader

from homemade import Loop


class Drives(Driver):
    """What a user of the trainer calls."""

    def __init__(self, trainer: Loop) -> None:
        self.trainer = trainer

    def train(self) -> None:
        self.trainer.fit()


class Adapter(Subject):
    name = "homemade"
    # What the trainer has. Rules about anything else do not apply to it.
    capabilities = frozenset(
        {
            Capability.EPOCHS,
            Capability.TRAINING_STOP,
            # Capability.ARGUMENTS,
            # Capability.ACCUMULATION,
            # Capability.OPTIMIZER_EVENTS,
            # Capability.LOGGING,
            # Capability.EVALUATION,
            # Capability.EVAL_ON_START,
            # Capability.PREDICTION,
            # Capability.SAVING,
            # Capability.SAVE_BEST,
            Capability.EPOCH_STOP,
            # Capability.REQUESTS,
            # Capability.REGISTRATION,
            # Capability.DEFAULT_FLOW,
            # Capability.EARLY_STOPPING,
            # Capability.RESUME,
            # Capability.PUSHING,
            # Capability.DISPLAY,
            # Capability.STRING_LIMIT,
            # Capability.CALLBACK_STATES,
            # Capability.INTEGRATIONS,
            # Capability.TENSORBOARD,
        }
    )

    def leaves_out(self, scenario: Scenario) -> str:
        if scenario.num_train_epochs % 1:
            return "it trains whole epochs only"
        if scenario.max_steps > 0:
            return "it has no limit of steps"
        return ""

    def build(self, scenario: Scenario, recorder: Recorder, folder: Path) -> Driver:
        """A fresh trainer for this scenario, with the recorder's callbacks, writing to `folder`.

        TinyModel gives loss k in the k-th training pass, so that what is logged can be judged.
        """
        trainer = Loop(
            model=TinyModel(),
            loader=DataLoader(TinyData(scenario.train_batches), batch_size=1),
            epochs=math.ceil(scenario.num_train_epochs),
            callbacks=recorder.registered("instance", "class"),
        )
        return Drives(trainer)
