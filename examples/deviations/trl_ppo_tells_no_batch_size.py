"""trl 1.7.1 PPOTrainer: `state.train_batch_size` is None in training. STATE-12.

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
        self.found = state.train_batch_size


def main() -> int:
    callback = Begins()
    with tempfile.TemporaryDirectory() as folder:
        tiny_ppo.trainer(folder, 1, callbacks=[callback]).train()
    return tiny.conclude("a number of samples", str(callback.found), callback.found is not None)


if __name__ == "__main__":
    sys.exit(main())
