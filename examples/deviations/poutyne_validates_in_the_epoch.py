"""Poutyne: the validation of an epoch is a part of it, so `on_epoch_end` comes after
`on_valid_end`. By design: https://poutyne.org/callbacks.html

FLOW-3.
"""

import sys

import tiny
import torch
from poutyne import Callback, Model

seen = []


class Tells(Callback):
    def on_valid_end(self, logs):
        seen.append("on_valid_end")

    def on_epoch_end(self, epoch_number, logs):
        seen.append("on_epoch_end")


network = torch.nn.Linear(1, 1)
model = Model(network, torch.optim.SGD(network.parameters(), lr=0.1), "mse")
batches = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(torch.ones(3, 1), torch.ones(3, 1))
)
model.fit_generator(batches, batches, epochs=1, verbose=False, callbacks=[Tells()])
got = ", ".join(seen)
due = "on_epoch_end, on_valid_end"
sys.exit(tiny.conclude(due, got, due == got))
