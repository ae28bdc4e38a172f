"""transformers Trainer: a callback that exports its state and is not in the checkpoint ends the run
that is resumed with a KeyError, at the next save.

The states that the checkpoint brought replace those that were collected; the newcomer's is looked
up in them by its name. CKPT-19.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_trainer
from transformers import TrainerCallback
from transformers.trainer_callback import ExportableState

ARGUMENTS = {"save_strategy": "steps", "save_steps": 1}


class Newcomer(TrainerCallback, ExportableState):
    def state(self) -> dict[str, dict[str, object]]:
        return {"args": {}, "attributes": {}}


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        tiny_trainer.trainer(folder, 3, max_steps=1, **ARGUMENTS).train()
        resumed = tiny_trainer.trainer(folder, 3, [Newcomer()], **ARGUMENTS)
        try:
            resumed.train(resume_from_checkpoint=f"{folder}/checkpoint-1")
            got = "checkpoints at steps 2 and 3"
        except KeyError as error:
            got = f"KeyError: {error}, at step {resumed.state.global_step}"
    due = "checkpoints at steps 2 and 3"
    return tiny.conclude(due, got, got == due)


if __name__ == "__main__":
    sys.exit(main())
