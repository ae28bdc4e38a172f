"""The traces that are spoiled: predicted ones, also those of scenarios with several processes."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from loopspec.corpus import CORPUS
from loopspec.machine.predict import predict
from loopspec.scenario import Scenario
from loopspec.trace import Provenance, Record, Trace, Value
from loopspec.vocabulary import Capability, Event
from spoiling.crashes import in_turn

FILE = Path(__file__).parent / "further_scenarios.json"
SCENARIOS: dict[str, Scenario] = CORPUS | msgspec.json.decode(
    FILE.read_bytes(), type=dict[str, Scenario]
)
"""Those of the corpus, and further ones: see `spoiling.FURTHER`."""
BY = Provenance("machine", "1", tuple(Capability), "1")


def good(scenario: Scenario) -> Trace:
    """What the processes of a scenario give that keep every rule."""
    if scenario.in_turn:
        trace = in_turn(scenario)
    else:
        trace = predict(scenario) if scenario.world == 1 else _together(predict(scenario))
    for one in trace.ranks:
        one.by = BY
    return trace


def _together(trace: Trace) -> Trace:
    """As if each process had given it, with a loss of its own."""
    first, *others = (_of_rank(trace, rank) for rank in range(trace.scenario.world))
    return first.together(others, trace.outcome)


def _of_rank(trace: Trace, rank: int) -> Trace:
    shown = {"bars": [[3, [0, 3]]] if rank == 0 else [], "printed": []}
    lines = [
        *(_as_rank(record, rank, trace.scenario) for record in trace.records),
        *(replace(line, seen=line.seen | shown) for line in trace.returns),
    ]
    return Trace(trace.scenario, trace.by, lines, trace.outcome, rank=rank)


def _as_rank(record: Record, rank: int, job: Scenario) -> Record:
    zero = {name: rank == 0 for name in record.fields if name.endswith("process_zero")}
    own = 0.5 + rank if record.event is Event.EVALUATE else (record.step or 0) + rank
    seen = record.seen | {"own": own}
    if record.event is Event.SAVE:
        seen |= {"checkpoints": [record.step], "files": ["optimizer.pt"] * (rank == 0)}
    logs, metrics = (_mean(values, job.world) for values in (record.logs, record.metrics))
    if record.event is Event.EVALUATE and metrics:
        metrics["eval_counted"] = job.eval_batches * job.world
    copy: Record = msgspec.convert(msgspec.to_builtins(record), Record)
    return replace(copy, fields=copy.fields | zero, seen=seen, logs=logs, metrics=metrics)


def _mean(values: dict[str, Value] | None, world: int) -> dict[str, Value] | None:
    """The losses of all processes: that of the one of rank r is greater by r."""
    more = dict.fromkeys(("loss", "eval_loss"), (world - 1) / 2)
    return values and {name: _plus(value, more.get(name, 0)) for name, value in values.items()}


def _plus(value: Value, more: float) -> Value:
    return value + more if more and isinstance(value, int | float) else value
