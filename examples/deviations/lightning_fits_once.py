"""PyTorch Lightning: a second `fit` of a trainer goes on counting from the first, or does nothing.

Reported: https://github.com/Lightning-AI/pytorch-lightning/issues/12789, and #11425 for max_steps.

EVT-2, EVT-4.
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

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


class Tells(pl.Callback):
    def __init__(self):
        self.seen = []

    def on_train_start(self, trainer, module):
        self.seen.append(f"begins at step {trainer.global_step}")

    def on_train_end(self, trainer, module):
        self.seen.append(f"ends at step {trainer.global_step}")


tells = Tells()
quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
trainer = pl.Trainer(max_epochs=2, accelerator="cpu", callbacks=[tells], **quiet)
module, batches = Module(), torch.utils.data.DataLoader(torch.ones(3, 1))
trainer.fit(module, batches)
trainer.fit(module, batches)
got = ", ".join(tells.seen)
due = ", ".join(["begins at step 0", "ends at step 6"] * 2)
sys.exit(tiny.conclude(due, got, due == got))
