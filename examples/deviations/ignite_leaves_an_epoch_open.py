"""PyTorch Ignite: `terminate` drops the end of the epoch, and what is attached to it, validation
for one; the next `run` goes on behind that epoch. Both are documented:
https://docs.pytorch.org/ignite/generated/ignite.engine.events.Events.html

EVT-4, EVT-6.
"""

import sys

import tiny
from ignite.engine import Engine, Events

seen = []
engine = Engine(lambda engine, batch: seen.append(f"step {engine.state.iteration}"))
for event in (Events.EPOCH_STARTED, Events.EPOCH_COMPLETED, Events.COMPLETED):
    engine.add_event_handler(event, lambda engine, name=event.name: seen.append(name))
stops = engine.add_event_handler(Events.ITERATION_COMPLETED(once=2), lambda: engine.terminate())
engine.run([1, 2, 3], max_epochs=2)
stops.remove()
engine.run([1, 2, 3], max_epochs=2)
got = ", ".join(seen)
epochs = [
    f"EPOCH_STARTED, step {first}, step {first + 1}, step {first + 2}, EPOCH_COMPLETED"
    for first in (1, 4)
]
once = "EPOCH_STARTED, step 1, step 2, EPOCH_COMPLETED, COMPLETED"
due = ", ".join([once, *epochs, "COMPLETED"])
sys.exit(tiny.conclude(due, got, due == got))
