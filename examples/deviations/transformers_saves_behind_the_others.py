"""transformers Trainer: `on_save` fires in other processes before the checkpoint is written.

The main process writes, the others go on. PROC-5. Here writing takes two seconds, as it does for a
large model, so that it is seen each time.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import tiny
import tiny_processes
import tiny_trainer
from transformers import Trainer, TrainerCallback


class Looks(TrainerCallback):
    def on_save(self, args, state, control, **kwargs):
        there = Path(args.output_dir, f"checkpoint-{state.global_step}", "trainer_state.json")
        tiny_processes.tell("a checkpoint" if there.exists() else "no checkpoint")


def main() -> int:
    if tiny_processes.RANK < 0:
        got = tiny_processes.two(__file__, 120)
        due = "a checkpoint in process 0, a checkpoint in process 1"
        told = f"{got[0]} in process 0, {got[1]} in process 1"
        return tiny.conclude(due, told, due == told)
    writes = Trainer._save
    Trainer._save = lambda *given, **named: (time.sleep(2), writes(*given, **named))[1]
    folder, arguments = f"{tiny_processes.FOLDER}/run", {"save_strategy": "epoch"}
    tiny_trainer.trainer(folder, 4, [Looks()], ddp_backend="gloo", **arguments).train()
    return 0


if __name__ == "__main__":
    sys.exit(main())
