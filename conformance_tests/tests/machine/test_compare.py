import msgspec

from loopspec.machine.compare import difference
from loopspec.machine.predict import predict
from loopspec.scenario import Scenario
from loopspec.trace import Outcome, Trace

ONE = Scenario(name="one", num_train_epochs=1, logging_strategy="steps", logging_steps=1)


def changed(trace: Trace, at: int, **fields: object) -> Trace:
    records = list(trace.records)
    records[at] = msgspec.structs.replace(records[at], **fields)
    return Trace(trace.scenario, trace.by, [*records, *trace.returns], trace.outcome)


def test_the_same_is_no_difference() -> None:
    assert difference(predict(ONE), predict(ONE)) is None


def test_the_first_field_that_differs_is_named() -> None:
    found = difference(predict(ONE), changed(predict(ONE), 4, step=9))
    assert str(found) == "record 4, step: expected 0, got 9"


def test_another_event_another_length_another_end() -> None:
    trace = predict(ONE)
    event = difference(trace, changed(trace, 2, event=trace.records[3].event))
    assert str(event) == "record 2, event: expected 'on_epoch_begin', got 'on_step_begin'"
    shorter = Trace(trace.scenario, trace.by, [*trace.records[:-1], *trace.returns], trace.outcome)
    assert str(difference(trace, shorter)).endswith("expected 'on_train_end', got 'nothing'")
    assert str(difference(shorter, trace)).endswith("expected 'nothing', got 'on_train_end'")
    raised = Trace(trace.scenario, trace.by, trace.records, Outcome("raised", "ValueError: x"))
    assert str(difference(trace, raised)).endswith("expected 'completed', got 'raised'")


def test_what_a_call_returned_counts() -> None:
    trace = predict(ONE)
    back = msgspec.structs.replace(trace.returns[0], flags="")
    other = Trace(trace.scenario, trace.by, [*trace.records, back], trace.outcome)
    assert str(difference(trace, other)).endswith("flags: expected 'T', got ''")
    none = Trace(trace.scenario, trace.by, trace.records, trace.outcome)
    assert str(difference(trace, none)).endswith("returns: expected 1, got 0")
