"""Poutyne: `model.stop_training` is looked at when an epoch has ended, so a callback that sets it
at a batch, or before training, still gets all the rest of that epoch.

CTRL-23.
"""

import sys

import tiny
import torch
from poutyne import Callback, Model

seen = []


class Stops(Callback):
    def on_train_batch_end(self, batch_number, logs):
        seen.append(f"batch {batch_number}")
        self.model.stop_training = True

    def on_epoch_end(self, epoch_number, logs):
        seen.append("on_epoch_end")


network = torch.nn.Linear(1, 1)
model = Model(network, torch.optim.SGD(network.parameters(), lr=0.1), "mse")
data = torch.utils.data.TensorDataset(torch.ones(3, 1), torch.ones(3, 1))
model.fit_generator(torch.utils.data.DataLoader(data), epochs=2, verbose=False, callbacks=[Stops()])
got = ", ".join(seen)
due = "batch 1, on_epoch_end"
sys.exit(tiny.conclude(due, got, due == got))
