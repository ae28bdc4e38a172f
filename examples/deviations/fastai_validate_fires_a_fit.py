"""fastai: `validate` tells callbacks that a fit and an epoch begin and end, so what they keep of
the last fit, such as the step it had come to, is gone.

EVT-36.
"""

import sys

import tiny
import tiny_fastai
from fastai.callback.core import Callback

seen = []


class Tells(Callback):
    pass


for event in ("before_fit", "before_epoch", "after_validate", "after_epoch", "after_fit"):
    setattr(Tells, event, lambda self, event=event: seen.append(event))

learner = tiny_fastai.learner(Tells())
with learner.no_logging():
    learner.fit(1)
before, _ = learner.train_iter, seen.clear()
learner.validate()
got = f"{', '.join(seen)}; train_iter {before}, then {learner.train_iter}"
due = f"after_validate; train_iter {before}, then {before}"
sys.exit(tiny.conclude(due, got, due == got))
