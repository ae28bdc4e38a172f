"""transformers Trainer: the `train_loss` of the last log is another one in each process.

A training log gathers the loss of all processes; what came after the last one is added to the sum
of the whole run as each process had it. PROC-6. Here a loss is higher by the number of its process.

Upstream: no report of it was found.
"""

from __future__ import annotations

import sys

import tiny
import tiny_processes
import tiny_trainer
from transformers import TrainerCallback


class Tells(TrainerCallback):
    def on_log(self, args, state, control, logs, **kwargs):
        if "train_loss" in logs:
            tiny_processes.tell(f"{logs['train_loss']:.3f}")


def own_loss(outputs, labels, **more):
    return outputs["loss"] + tiny_processes.RANK


def main() -> int:
    if tiny_processes.RANK >= 0:
        folder = f"{tiny_processes.FOLDER}/run"
        trainer = tiny_trainer.trainer(folder, 4, [Tells()], ddp_backend="gloo")
        trainer.compute_loss_func = own_loss
        trainer.train()
        return 0
    first, second = tiny_processes.two(__file__, 120)
    told = f"{first} in process 0, {second} in process 1"
    return tiny.conclude("one train_loss in both processes", told, first == second != "nothing")


if __name__ == "__main__":
    sys.exit(main())
