"""skorch: `fit` swallows the KeyboardInterrupt of a callback, or of Ctrl-C, and comes back as if it
had trained to the end. By design: https://skorch.readthedocs.io/en/stable/user/quickstart.html

EVT-43.
"""

import sys

import tiny
import tiny_skorch
from skorch.callbacks import Callback


class Breaks(Callback):
    def on_batch_end(self, net, **rest):
        raise KeyboardInterrupt


try:
    tiny_skorch.fit(Breaks())
    got = "fit comes back"
except KeyboardInterrupt:
    got = "KeyboardInterrupt"
due = "KeyboardInterrupt"
sys.exit(tiny.conclude(due, got, due == got))
