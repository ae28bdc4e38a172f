"""PyTorch Lightning: where the module ends an epoch (-1 from `on_train_batch_start`), callbacks
have been told that the next batch begins. No end of it comes, and the epoch is not validated.

EVT-8.
"""

import sys

import pytorch_lightning as pl
import tiny
import tiny_lightning

HOOKS = ("on_train_batch_start", "on_train_batch_end", "on_validation_end", "on_train_epoch_end")


class Module(tiny_lightning.Module):
    def on_train_batch_start(self, batch, batch_index):
        return -1 if batch_index == 2 else None


class Tells(pl.Callback):
    seen = []


for hook in HOOKS:
    setattr(Tells, hook, lambda self, *given, hook=hook, **named: self.seen.append(hook))

batches = tiny_lightning.BATCHES
tiny_lightning.trainer(Tells()).fit(Module(), batches, batches)
got = ", ".join(Tells.seen)
two = ["on_train_batch_start", "on_train_batch_end"] * 2
due = ", ".join([*two, "on_train_epoch_end", "on_validation_end"])
sys.exit(tiny.conclude(due, got, due == got))
