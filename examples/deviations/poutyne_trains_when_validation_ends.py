"""Poutyne: at `on_valid_end` the model is in training mode again.

The mode is set back before the callbacks are told, so a callback that looks at what was measured,
by asking the model, asks one with dropout. EVT-19.

Upstream: no report of it was found.
"""

import sys

import tiny
import torch
from poutyne import Callback, Model

seen = []


class Tells(Callback):
    def on_valid_end(self, logs):
        seen.append("training" if network.training else "evaluation")


network = torch.nn.Linear(1, 1)
model = Model(network, torch.optim.SGD(network.parameters(), lr=0.1), "mse")
batches = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(torch.ones(3, 1), torch.ones(3, 1))
)
model.fit_generator(batches, batches, epochs=1, verbose=False, callbacks=[Tells()])
sys.exit(tiny.conclude("evaluation", ", ".join(seen), seen == ["evaluation"]))
