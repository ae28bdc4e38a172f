"""fastai: a callback that stops a run does so by a CancelFitException, so the callbacks behind it
do not get the event, and nobody gets the ends of the epoch.

DISP-2, EVT-6.
"""

import sys

import tiny
import tiny_fastai
from fastai.callback.core import Callback, CancelFitException

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


learner = tiny_fastai.learner(Stops(), Tells())
with learner.no_logging():
    learner.fit(1)
got = ", ".join(seen)
due = "after_batch, after_epoch, after_fit"
sys.exit(tiny.conclude(due, got, due == got))
