"""trl 1.7.1 PPOTrainer: a second `train()` starts with the epoch and the history of the first.

It sets `state.global_step` and a few other fields to what they are at the beginning, of the state
that the trainer has had since it was built: `epoch` and `log_history` stay. EVT-4, DISP-12.

Upstream: no report of it was found. PPOTrainer left trl with 1.8.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_ppo
from transformers import TrainerCallback


class Begins(TrainerCallback):
    def on_train_begin(self, args, state, control, **kwargs):
        self.found = f"epoch {state.epoch or 0:g}, {len(state.log_history)} logs"


def main() -> int:
    callback = Begins()
    with tempfile.TemporaryDirectory() as folder:
        trainer = tiny_ppo.trainer(folder, 2, callbacks=[callback])
        trainer.train()
        trainer.train()
    due = "epoch 0, 0 logs"
    return tiny.conclude(due, callback.found, callback.found == due)


if __name__ == "__main__":
    sys.exit(main())
