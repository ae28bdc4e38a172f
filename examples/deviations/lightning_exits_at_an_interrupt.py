"""PyTorch Lightning: a KeyboardInterrupt in a run reaches the caller of `fit` as SystemExit, so
that a notebook's `except KeyboardInterrupt` misses it.

By design since 2.4: https://github.com/Lightning-AI/pytorch-lightning/pull/19976

EVT-43.
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
        raise KeyboardInterrupt

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
trainer = pl.Trainer(max_epochs=1, accelerator="cpu", **quiet)
try:
    trainer.fit(Module(), torch.utils.data.DataLoader(torch.ones(3, 1)))
    came = "nothing"
except BaseException as error:
    came = type(error).__name__
got = came
due = "KeyboardInterrupt"
sys.exit(tiny.conclude(due, got, due == got))
