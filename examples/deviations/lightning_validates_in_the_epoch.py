"""PyTorch Lightning: validation is a part of the training epoch, so `on_train_epoch_end` comes
after `on_validation_end`, and finds its metrics. By design:
https://lightning.ai/docs/pytorch/stable/common/lightning_module.html#hooks

FLOW-3.
"""

import sys

import pytorch_lightning as pl
import tiny
import tiny_lightning


class Tells(pl.Callback):
    def __init__(self):
        self.seen = []

    def on_validation_end(self, trainer, module):
        self.seen.append("on_validation_end")

    def on_train_epoch_end(self, trainer, module):
        self.seen.append("on_train_epoch_end")


tells = Tells()
batches = tiny_lightning.BATCHES
tiny_lightning.trainer(tells).fit(tiny_lightning.Module(), batches, batches)
got = ", ".join(tells.seen)
due = "on_train_epoch_end, on_validation_end"
sys.exit(tiny.conclude(due, got, due == got))
