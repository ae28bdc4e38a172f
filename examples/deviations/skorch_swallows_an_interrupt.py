"""skorch: `fit` swallows the KeyboardInterrupt of a callback, or of Ctrl-C, and comes back as if it
had trained to the end. By design: https://skorch.readthedocs.io/en/stable/user/quickstart.html

EVT-43.
"""

import sys

import tiny
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback


class Breaks(Callback):
    def on_batch_end(self, net, **rest):
        raise KeyboardInterrupt


net = NeuralNet(
    torch.nn.Linear,
    module__in_features=1,
    module__out_features=1,
    criterion=torch.nn.MSELoss,
    train_split=None,
    callbacks=[Breaks()],
    verbose=0,
)
try:
    net.fit(torch.ones(3, 1), torch.ones(3, 1))
    came = "fit comes back"
except KeyboardInterrupt:
    came = "KeyboardInterrupt"
got = came
due = "KeyboardInterrupt"
sys.exit(tiny.conclude(due, got, due == got))
