"""PyTorch Lightning: a second `fit` of a trainer goes on counting from the first, or does nothing.

Reported: https://github.com/Lightning-AI/pytorch-lightning/issues/12789, and #11425 for max_steps.

EVT-2, EVT-4.
"""

import sys

import pytorch_lightning as pl
import tiny
import tiny_lightning


class Tells(pl.Callback):
    def __init__(self):
        self.seen = []

    def on_train_start(self, trainer, module):
        self.seen.append(f"begins at step {trainer.global_step}")

    def on_train_end(self, trainer, module):
        self.seen.append(f"ends at step {trainer.global_step}")


tells = Tells()
trainer = tiny_lightning.trainer(tells, epochs=2)
module = tiny_lightning.Module()
trainer.fit(module, tiny_lightning.BATCHES)
trainer.fit(module, tiny_lightning.BATCHES)
got = ", ".join(tells.seen)
due = ", ".join(["begins at step 0", "ends at step 6"] * 2)
sys.exit(tiny.conclude(due, got, due == got))
