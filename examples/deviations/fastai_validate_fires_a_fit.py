"""fastai: `validate` tells callbacks that a fit and an epoch begin and end, so what they keep of
the last fit, such as the step it had come to, is gone.

EVT-36.
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
    pass


for event in ("before_fit", "before_epoch", "after_validate", "after_epoch", "after_fit"):
    setattr(Tells, event, lambda self, event=event: seen.append(event))

data = torch.utils.data.TensorDataset(torch.ones(3, 1), torch.ones(3, 1))
loaders = DataLoaders(DataLoader(data, bs=1), DataLoader(data, bs=1))
learner = Learner(loaders, torch.nn.Linear(1, 1), loss_func=torch.nn.MSELoss(), cbs=[Tells()])
with learner.no_logging():
    learner.fit(1)
before, _ = learner.train_iter, seen.clear()
learner.validate()
got = f"{', '.join(seen)}; train_iter {before}, then {learner.train_iter}"
due = f"after_validate; train_iter {before}, then {before}"
sys.exit(tiny.conclude(due, got, due == got))
