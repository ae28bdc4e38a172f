"""trl 0.21.0 RLOOTrainer: four of the events are called, and `on_log` before each step ends.

There is no `on_init_end`, `on_epoch_begin`, `on_step_begin`, `on_optimizer_step`, `on_epoch_end`.
As there is no `on_step_begin`, flags that ask for a log or an evaluation stay set from step to
step. `on_log` comes before `on_step_end`, whatever `logging_strategy` says. EVT-1, EVT-6, EVT-11.

Upstream: no report of it was found. RLOOTrainer has had the loop of transformers since 0.22.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_rloo
from transformers import TrainerCallback

DUE = (
    "on_init_end on_train_begin on_epoch_begin on_step_begin on_pre_optimizer_step "
    "on_optimizer_step on_step_end on_epoch_end on_log on_train_end"
)
"""What transformers' Trainer calls for one step without logging, evaluation and saves."""


class Names(TrainerCallback):
    """Keeps the names of the events that are called."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __getattribute__(self, name: str):
        if name.startswith("on_"):
            self.seen.append(name)
        return super().__getattribute__(name)


def main() -> int:
    callback = Names()
    with tempfile.TemporaryDirectory() as folder:
        trainer = tiny_rloo.trainer(folder, 1, callbacks=[callback], logging_strategy="no")
        trainer.train()
    got = " ".join(callback.seen)
    return tiny.conclude(DUE, got, got == DUE)


if __name__ == "__main__":
    sys.exit(main())
