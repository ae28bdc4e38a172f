"""Reports for the tests of the forms in which they are written, made without any trainer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from loopspec import Act, Event, Report, Scenario, Scripted, Trace, judge, predict
from loopspec.known import Known
from loopspec.spec import Rule, rules
from loopspec.trace import Outcome, Provenance, Record
from loopspec.vocabulary import Capability

STOPS = Scenario(
    name="stops",
    shows=("CTRL-3",),
    num_train_epochs=3,
    callbacks=(Scripted("script", (Act(Event.STEP_END, 1, raises="E"),)),),
)
BY = Provenance("mine:Trainer", "1.2", tuple(sorted(Capability)), "1", {"torch": "2.9"})


def made(change: Callable[[Record], Record] = lambda record: record) -> Trace:
    """The trace of a conforming trainer, with its records changed."""
    trace = predict(STOPS)
    return Trace(STOPS, BY, [*map(change, trace.records), *trace.returns], trace.outcome)


def keeps(record: Record) -> Record:
    """The second epoch begins with should_epoch_stop still set."""
    if (record.event, record.step) != (Event.EPOCH_BEGIN, 1):
        return record
    calls = [msgspec.structs.replace(call, entry="E") for call in record.calls]
    return msgspec.structs.replace(record, calls=calls)


def crashed(error: str = "ValueError: x") -> Trace:
    """A trace of a scenario that shows no rule, and that was not played to its end."""
    lost = msgspec.structs.replace(STOPS, name="lost", shows=())
    return Trace(lost, BY, made().records, Outcome("raised", error, "m.f", "train"))


def chosen(*names: str) -> list[Rule]:
    return [rules()[name] for name in names]


def broken(known: Mapping[str, Known | str] | None = None) -> Report:
    """One rule is broken, one holds, one was not exercised, and there is a crash."""
    three = chosen("CTRL-3", "EVT-1", "CTRL-11")
    return judge([made(keeps), crashed()], rules=three, known=known)
