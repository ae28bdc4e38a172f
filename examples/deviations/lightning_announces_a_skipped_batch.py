"""PyTorch Lightning: where the module ends an epoch (-1 from `on_train_batch_start`), callbacks
have been told that the next batch begins. No end of it comes, and the epoch is not validated.

EVT-8.
"""

import sys

import pytorch_lightning as pl
import tiny
import torch

HOOKS = ("on_train_batch_start", "on_train_batch_end", "on_validation_end", "on_train_epoch_end")


class Module(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def on_train_batch_start(self, batch, batch_index):
        return -1 if batch_index == 2 else None

    def training_step(self, batch, batch_index):
        return self.layer(batch).sum()

    def validation_step(self, batch, batch_index):
        pass

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Tells(pl.Callback):
    seen = []


for hook in HOOKS:
    setattr(Tells, hook, lambda self, *given, hook=hook, **named: self.seen.append(hook))

trainer = pl.Trainer(
    max_epochs=1,
    accelerator="cpu",
    callbacks=[Tells()],
    logger=False,
    enable_checkpointing=False,
    enable_progress_bar=False,
    num_sanity_val_steps=0,
)
batches = torch.utils.data.DataLoader(torch.ones(3, 1))
trainer.fit(Module(), batches, batches)
got = ", ".join(Tells.seen)
two = ["on_train_batch_start", "on_train_batch_end"] * 2
due = ", ".join([*two, "on_train_epoch_end", "on_validation_end"])
sys.exit(tiny.conclude(due, got, due == got))
