"""skorch: a callback that stops a run does so by a KeyboardInterrupt, so the callbacks behind it do
not get the event, nobody gets `on_epoch_end`, and at `on_train_begin` the caller gets it.

DISP-2, EVT-5, EVT-6.
"""

import sys

import tiny
import tiny_skorch
from skorch.callbacks import Callback

seen = []


class Stops(Callback):
    def __init__(self, where):
        self.where = where

    def on_train_begin(self, net, X=None, y=None, **rest):
        if self.where == "on_train_begin":
            raise KeyboardInterrupt

    def on_batch_end(self, net, **rest):
        if self.where == "on_batch_end":
            raise KeyboardInterrupt


class Tells(Callback):
    def on_batch_end(self, net, **rest):
        seen.append("on_batch_end")

    def on_epoch_end(self, net, **rest):
        seen.append("on_epoch_end")

    def on_train_end(self, net, X=None, y=None, **rest):
        seen.append("on_train_end")


tiny_skorch.fit(Stops("on_batch_end"), Tells())
try:
    tiny_skorch.fit(Stops("on_train_begin"), Tells())
except KeyboardInterrupt:
    seen.append("KeyboardInterrupt")
got = ", ".join(seen)
due = ", ".join(["on_batch_end", "on_epoch_end", "on_train_end"] * 2)
sys.exit(tiny.conclude(due, got, due == got))
