"""transformers Trainer: of two callbacks of one class the states of the run's beginning are
restored.

The states of a class are a list, to which each save appends; the first ones are given back.
CKPT-25.

Upstream: https://github.com/huggingface/transformers/pull/33875 (Fix update stateful callbacks
state to save checkpoint, not merged).
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_trainer
from transformers import TrainerCallback
from transformers.trainer_callback import ExportableState

ARGUMENTS = {"save_strategy": "steps", "save_steps": 1, "num_train_epochs": 1}


class Counts(TrainerCallback, ExportableState):
    steps = 0

    def on_step_end(self, args, state, control, **kwargs):
        self.steps += 1

    def state(self) -> dict[str, dict[str, object]]:
        return {"args": {}, "attributes": {"steps": self.steps}}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        tiny_trainer.trainer(folder, 4, [Counts(), Counts()], max_steps=3, **ARGUMENTS).train()
        resumed = tiny_trainer.trainer(
            folder, 4, [Counts(), Counts()], restore_callback_states_from_checkpoint=True,
            **ARGUMENTS,
        )  # fmt: skip
        resumed.train(resume_from_checkpoint=f"{folder}/checkpoint-3")
        found = [c.steps for c in resumed.callback_handler.callbacks if isinstance(c, Counts)]
    return tiny.conclude("3 steps before and 1 after: [4, 4]", str(found), found == [4, 4])


if __name__ == "__main__":
    sys.exit(main())
