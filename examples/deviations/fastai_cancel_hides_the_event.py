"""fastai: a callback that stops a run does so by a CancelFitException, so the callbacks behind it
do not get the event, and nobody gets the ends of the epoch.

DISP-2, EVT-6.
"""

import sys

import tiny
import torch
from fastai.callback.core import Callback, CancelFitException
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner

seen = []


class Stops(Callback):
    def after_batch(self):
        raise CancelFitException


class Tells(Callback):
    def after_batch(self):
        seen.append("after_batch")

    def after_epoch(self):
        seen.append("after_epoch")

    def after_fit(self):
        seen.append("after_fit")


data = torch.utils.data.TensorDataset(torch.ones(3, 1), torch.ones(3, 1))
loaders = DataLoaders(DataLoader(data, bs=1), DataLoader(data, bs=1))
learner = Learner(
    loaders, torch.nn.Linear(1, 1), loss_func=torch.nn.MSELoss(), cbs=[Stops(), Tells()]
)
with learner.no_logging():
    learner.fit(1)
got = ", ".join(seen)
due = "after_batch, after_epoch, after_fit"
sys.exit(tiny.conclude(due, got, due == got))
