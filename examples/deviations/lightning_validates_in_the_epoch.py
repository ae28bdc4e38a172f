"""PyTorch Lightning: validation is a part of the training epoch, so `on_train_epoch_end` comes
after `on_validation_end`, and finds its metrics. By design:
https://lightning.ai/docs/pytorch/stable/common/lightning_module.html#hooks

FLOW-3.
"""

import sys

import pytorch_lightning as pl
import tiny
import torch


class Module(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)

    def training_step(self, batch, batch_index):
        return self.layer(batch).sum()

    def validation_step(self, batch, batch_index):
        return self.layer(batch).sum()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Tells(pl.Callback):
    def __init__(self):
        self.seen = []

    def on_validation_end(self, trainer, module):
        self.seen.append("on_validation_end")

    def on_train_epoch_end(self, trainer, module):
        self.seen.append("on_train_epoch_end")


tells = Tells()
quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
trainer = pl.Trainer(
    max_epochs=1, accelerator="cpu", callbacks=[tells], num_sanity_val_steps=0, **quiet
)
batches = torch.utils.data.DataLoader(torch.ones(3, 1))
trainer.fit(Module(), batches, batches)
got = ", ".join(tells.seen)
due = "on_train_epoch_end, on_validation_end"
sys.exit(tiny.conclude(due, got, due == got))
