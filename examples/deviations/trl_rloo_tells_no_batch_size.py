"""trl 0.21.0 RLOOTrainer: `state.train_batch_size` is None in training. STATE-12.

Upstream: no report of it was found. RLOOTrainer has had the loop of transformers since 0.22.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_rloo
from transformers import TrainerCallback


class Begins(TrainerCallback):
    def on_train_begin(self, args, state, control, **kwargs):
        self.found = state.train_batch_size


def main() -> int:
    callback = Begins()
    with tempfile.TemporaryDirectory() as folder:
        tiny_rloo.trainer(folder, 1, callbacks=[callback]).train()
    return tiny.conclude("a number of samples", str(callback.found), callback.found is not None)


if __name__ == "__main__":
    sys.exit(main())
