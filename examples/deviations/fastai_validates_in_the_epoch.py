"""fastai: the validation of an epoch is a part of it, so `after_epoch` comes after
`after_validate`. By design: https://docs.fast.ai/callback.core.html

FLOW-3.
"""

import sys

import tiny
import tiny_fastai
from fastai.callback.core import Callback

seen = []


class Tells(Callback):
    def after_validate(self):
        seen.append("after_validate")

    def after_epoch(self):
        seen.append("after_epoch")


learner = tiny_fastai.learner(Tells())
with learner.no_logging():
    learner.fit(1)
got = ", ".join(seen)
due = "after_epoch, after_validate"
sys.exit(tiny.conclude(due, got, due == got))
