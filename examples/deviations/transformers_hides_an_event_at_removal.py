"""transformers Trainer: a callback that leaves during an event hides it from the one behind it.

The handler walks the list from which `remove_callback` takes. DISP-22.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_trainer
from transformers import TrainerCallback


class LeavesAtOne(TrainerCallback):
    def on_step_end(self, args, state, control, **kwargs):
        self.trainer.remove_callback(self)


class Behind(TrainerCallback):
    def __init__(self) -> None:
        self.steps: list[int] = []

    def on_step_end(self, args, state, control, **kwargs):
        self.steps.append(state.global_step)


def main() -> int:
    leaving, behind = LeavesAtOne(), Behind()
    with tempfile.TemporaryDirectory() as folder:
        leaving.trainer = tiny_trainer.trainer(folder, 3, [leaving, behind])
        leaving.trainer.train()
    due = [1, 2, 3]
    return tiny.conclude(
        f"on_step_end at {due} for the one behind", str(behind.steps), behind.steps == due
    )


if __name__ == "__main__":
    sys.exit(main())
