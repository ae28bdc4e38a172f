"""fastai: the validation of an epoch is a part of it, so `after_epoch` comes after
`after_validate`. By design: https://docs.fast.ai/callback.core.html

FLOW-3.
"""

import sys

import tiny
import torch
from fastai.callback.core import Callback
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner

seen = []


class Tells(Callback):
    def after_validate(self):
        seen.append("after_validate")

    def after_epoch(self):
        seen.append("after_epoch")


data = torch.utils.data.TensorDataset(torch.ones(3, 1), torch.ones(3, 1))
loaders = DataLoaders(DataLoader(data, bs=1), DataLoader(data, bs=1))
learner = Learner(loaders, torch.nn.Linear(1, 1), loss_func=torch.nn.MSELoss(), cbs=[Tells()])
with learner.no_logging():
    learner.fit(1)
got = ", ".join(seen)
due = "after_epoch, after_validate"
sys.exit(tiny.conclude(due, got, due == got))
