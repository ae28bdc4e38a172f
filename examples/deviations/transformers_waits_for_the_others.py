"""transformers Trainer: a flag that one process sets alone makes the run hang.

Each process acts on its own flags. One that evaluates alone waits in the first collective operation
of the evaluation, the other one in that of the next step. PROC-4.

Upstream: https://github.com/unslothai/unsloth-zoo/pull/873 works around it; no report of it in
transformers was found.
"""

from __future__ import annotations

import sys

import tiny
import tiny_processes
import tiny_trainer
from transformers import TrainerCallback

SECONDS = 60


class StopsInOne(TrainerCallback):
    def on_step_end(self, args, state, control, **kwargs):
        tiny_processes.tell(f"step {state.global_step}")
        control.should_training_stop |= tiny_processes.RANK == 1 and state.global_step == 1

    def on_train_end(self, args, state, control, **kwargs):
        tiny_processes.tell(f"the end at step {state.global_step}")


def main() -> int:
    if tiny_processes.RANK >= 0:
        folder = f"{tiny_processes.FOLDER}/run"
        tiny_trainer.trainer(folder, 8, [StopsInOne()], ddp_backend="gloo").train()
        return 0
    got = tiny_processes.two(__file__, SECONDS)
    if "nothing" in got:
        raise SystemExit(f"no step was made in {SECONDS} s: this machine is too busy to tell")
    due = "the end of training in both processes, at one step"
    told = f"{got[0]} in process 0, {got[1]} in process 1, after {SECONDS} s"
    return tiny.conclude(due, told, got[0] == got[1] != "step 1")


if __name__ == "__main__":
    sys.exit(main())
