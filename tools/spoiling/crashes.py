"""The trace of a run that dies and is resumed by another process, from what the machine predicts.

It predicts no processes in turn: what is told here as the traces of two is that of one, which
resumes with a new trainer. What real trainers do that are killed is played by the kill matrix.
"""

from __future__ import annotations

from msgspec.structs import replace

from loopspec.machine.predict import predict
from loopspec.scenario import Scenario
from loopspec.trace import Outcome, Record, Return, Trace
from loopspec.vocabulary import Event


def in_turn(scenario: Scenario) -> Trace:
    """What the two processes give if all goes as it should."""
    at = scenario.calls.index("resume") + 1
    damaged = any(call.startswith(("tear:", "lose:")) for call in scenario.calls)
    dead = _up_to_its_death(scenario)
    saved = [record.step or 0 for record in dead if record.event is Event.SAVE]
    taken = saved[-2] if damaged else saved[-1]
    looks = ["look"] * (at - 3)
    told = _predicted(scenario, "train", *looks, "new", f"resume@{taken}", "new", "train")
    made = [record for record in told.records if record.call > 1]
    made[0] = replace(made[0], seen=made[0].seen | {"checkpoints": saved})
    names = {at: "resume", len(scenario.calls): "train"}
    back: list[Record | Return] = [
        replace(line, name=names[line.call], seen={"weights": [1.5]})
        for line in told.returns
        if line.call in names
    ]
    back += [replace(record, i=i) for i, record in enumerate(made)]
    living = Trace(scenario, told.by, back, Outcome("completed"), rank=1)
    first = Trace(scenario, told.by, dead, Outcome("killed"))
    return first.together([living], living.outcome)


def _predicted(scenario: Scenario, *calls: str) -> Trace:
    return predict(replace(scenario, callbacks=(), calls=calls, save_total_limit=None))


def _up_to_its_death(scenario: Scenario) -> list[Record]:
    """What the first process tells. Of a save in which it is killed it tells nothing."""
    (kill,) = scenario.acts
    last = Event.LOG if kill.whom else kill.event
    records = _predicted(scenario, "train").records
    end = next(r.i for r in records if r.step == kill.step and r.event is last)
    return records[: end + 1]
