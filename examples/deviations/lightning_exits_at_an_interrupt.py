"""PyTorch Lightning: a KeyboardInterrupt in a run reaches the caller of `fit` as SystemExit, so
that a notebook's `except KeyboardInterrupt` misses it.

By design since 2.4: https://github.com/Lightning-AI/pytorch-lightning/pull/19976

EVT-43.
"""

import sys

import tiny
import tiny_lightning


class Module(tiny_lightning.Module):
    def training_step(self, batch, batch_index):
        raise KeyboardInterrupt


try:
    tiny_lightning.trainer().fit(Module(), tiny_lightning.BATCHES)
    got = "nothing"
except BaseException as error:
    got = type(error).__name__
due = "KeyboardInterrupt"
sys.exit(tiny.conclude(due, got, due == got))
