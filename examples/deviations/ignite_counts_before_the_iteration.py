"""PyTorch Ignite: an iteration has its number from its beginning on, where it has trained nothing.
By design: https://docs.pytorch.org/ignite/concepts.html

EVT-15.
"""

import sys

import tiny
from ignite.engine import Engine, Events

seen = []
engine = Engine(lambda engine, batch: None)
for event in (Events.ITERATION_STARTED, Events.ITERATION_COMPLETED):
    engine.add_event_handler(
        event, lambda engine, name=event.name: seen.append(f"{name} at {engine.state.iteration}")
    )
engine.run([1, 2])
got = ", ".join(seen)
steps = [f"ITERATION_STARTED at {n}, ITERATION_COMPLETED at {n + 1}" for n in (0, 1)]
due = ", ".join(steps)
sys.exit(tiny.conclude(due, got, due == got))
