"""trl 1.7.1 PPOTrainer: without `DefaultFlowCallback` it ends where it was planned. DISP-32.

The number of updates is fixed when the trainer is built; nobody is asked. In transformers it is the
callback that ends a run at `max_steps`: without it, epochs are made whole.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_ppo
from transformers import TrainerCallback
from transformers.trainer_callback import DefaultFlowCallback

SAMPLES = 3


class Counts(TrainerCallback):
    steps = 0

    def on_step_end(self, args, state, control, **kwargs):
        self.steps = state.global_step


def main() -> int:
    callback = Counts()
    with tempfile.TemporaryDirectory() as folder:
        planned = {"max_steps": 4, "total_episodes": 4}
        trainer = tiny_ppo.trainer(folder, SAMPLES, callbacks=[callback], **planned)
        trainer.remove_callback(DefaultFlowCallback)
        trainer.train()
    due = "steps to the end of an epoch, 6"
    return tiny.conclude(due, f"steps to {callback.steps}", callback.steps == 2 * SAMPLES)


if __name__ == "__main__":
    sys.exit(main())
