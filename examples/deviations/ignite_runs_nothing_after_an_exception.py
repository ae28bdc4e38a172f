"""PyTorch Ignite: after a run that an exception ended, the next `run` of that engine does nothing
and comes back as if it had trained: the generator of the first is kept, and it is exhausted.

EVT-2.
"""

import sys

import tiny
from ignite.engine import Engine, Events

seen = []
fails = [True]


def step(engine, batch):
    seen.append(f"step {engine.state.iteration}")
    if fails and engine.state.iteration == 2:
        fails.pop()
        raise RuntimeError("once")


engine = Engine(step)
engine.logger.disabled = True
engine.add_event_handler(Events.STARTED, lambda: seen.append("begins"))
engine.add_event_handler(Events.COMPLETED, lambda: seen.append("ends"))
try:
    engine.run([1, 2, 3], max_epochs=1)
except RuntimeError:
    seen.append("RuntimeError")
engine.run([1, 2, 3], max_epochs=1)
got = ", ".join(seen)
due = "begins, step 1, step 2, RuntimeError, begins, step 1, step 2, step 3, ends"
sys.exit(tiny.conclude(due, got, due == got))
