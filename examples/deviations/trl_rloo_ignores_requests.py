"""trl 0.21.0 RLOOTrainer: of what callbacks ask for at the end of a step, it looks at saves alone.

`should_training_stop`, `should_epoch_stop`, `should_evaluate` and `should_log` have no effect, and
so no callback that ends a run early has one. CTRL-12 to CTRL-14, CTRL-16, CTRL-23, CTRL-24.

Upstream: no report of it was found. RLOOTrainer has had the loop of transformers since 0.22.
"""

from __future__ import annotations

import sys
import tempfile

import tiny
import tiny_rloo
from transformers import TrainerCallback


class StopAtTwo(TrainerCallback):
    seen: list[int]

    def __init__(self) -> None:
        self.seen = []

    def on_step_end(self, args, state, control, **kwargs):
        self.seen.append(state.global_step)
        if state.global_step == 2:
            control.should_training_stop = True


def main() -> int:
    callback = StopAtTwo()
    with tempfile.TemporaryDirectory() as folder:
        trainer = tiny_rloo.trainer(folder, 6, callbacks=[callback])
        trainer.train()
    due = "no step after the one in which should_training_stop was set, 2"
    return tiny.conclude(due, f"steps {callback.seen}", callback.seen == [1, 2])


if __name__ == "__main__":
    sys.exit(main())
