"""transformers Trainer: a checkpoint that has lost the state of the optimizer is resumed from.

The run goes on with an optimizer that remembers nothing, and says nothing. CKPT-31.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import tiny
import tiny_trainer
from transformers import TrainerCallback


class Begins(TrainerCallback):
    step = None

    def on_train_begin(self, args, state, control, **kwargs):
        self.step = state.global_step


def main() -> int:
    arguments = {"save_strategy": "steps", "save_steps": 2, "max_steps": 4}
    with tempfile.TemporaryDirectory() as folder:
        tiny_trainer.trainer(folder, 4, **arguments).train()
        Path(folder, "checkpoint-4", "optimizer.pt").unlink()
        callback = Begins()
        resumed = tiny_trainer.trainer(folder, 4, [callback], **(arguments | {"max_steps": 6}))
        try:
            resumed.train(resume_from_checkpoint=True)
            got = f"a run from step {callback.step}"
        except Exception as error:
            got = f"refused: {error}"
    due = "a run from step 2, or refused"
    good = got == "a run from step 2" or got.startswith("refused")
    return tiny.conclude(due, got, good)


if __name__ == "__main__":
    sys.exit(main())
