"""What adapters may decide in a trainer's place, and the rules that are silent then."""

from __future__ import annotations

import io
import json

import msgspec
from rich.console import Console

from loopspec import Scenario, Trace, judge, predict
from loopspec.adapted import RULES, absent_events, decided_by_adapter
from loopspec.machine.follow import follow
from loopspec.report.json import report_json
from loopspec.report.terminal import show
from loopspec.spec import rules
from loopspec.trace import Outcome, Provenance
from loopspec.vocabulary import Capability, Event, Verdict

SCENARIO = Scenario(name="x", num_train_epochs=1, eval_strategy="epoch")
NONE = frozenset[Capability]()


def made(*, without: frozenset[Event] = frozenset(), **adapted: str) -> Trace:
    """A predicted trace of a trainer that has no event of `without` and no request flags."""
    trace = predict(SCENARIO)
    by = Provenance("made", "1", (Capability.EPOCHS,), "1", adapted=adapted)
    records = [record for record in trace.records if record.event not in without]
    for record in records:
        for call in record.calls:
            call.entry, call.exit = (
                "".join(f for f in flags if f not in "SVL") for flags in (call.entry, call.exit)
            )
    return Trace(trace.scenario, by, [*records, *trace.returns], trace.outcome)


def test_every_name_has_rules_that_there_are_and_no_rule_has_two() -> None:
    named = [rule for silent in RULES.values() for rule in silent]
    assert set(named) <= set(rules())
    assert len(named) == len(set(named))


def test_a_rule_is_decided_by_what_is_adapted() -> None:
    assert decided_by_adapter("EVT-15", ["epoch", "global_step"]) == "global_step"
    assert decided_by_adapter("EVT-15", ["epoch"]) == ""


def test_events_are_absent_that_the_adapter_makes_or_that_are_not_declared() -> None:
    by = msgspec.structs.replace(made(epoch="-", on_log="-").by, capabilities=tuple(Capability))
    assert absent_events(by, {Event.LOG}) == {Event.LOG}
    less = tuple(set(Capability) - {Capability.SAVING})
    by = msgspec.structs.replace(by, capabilities=less)
    assert absent_events(by, set()) == {Event.LOG, Event.SAVE}
    assert absent_events(by, {Event.SAVE}) == {Event.LOG}


def test_an_adapted_rule_is_not_applicable_and_says_why() -> None:
    report = judge([made(global_step="Nobody counts.")], rules=[rules()["EVT-15"]])
    (result,) = report.results
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert result.message == "global_step is the adapter's, not the trainer's"
    assert result.lacking == ()


def test_the_table_is_followed_without_absent_events_and_requests() -> None:
    trace = made(without=frozenset({Event.LOG}))
    assert follow(trace.records) is not None
    assert follow(trace.records, absent=frozenset({Event.LOG})) is not None
    assert follow(trace.records, absent=frozenset({Event.LOG}), requests=False) is None


def test_an_absent_event_that_an_adapter_makes_up_is_nobodys_fault() -> None:
    trace = made()
    late = [*trace.records[1:3], trace.records[0], *trace.records[3:]]
    assert follow(late, requests=False) is not None
    assert follow(late, absent=frozenset({Event.INIT_END}), requests=False) is None


def test_a_missing_event_of_the_trainer_is_seen_all_the_same() -> None:
    trace = made(without=frozenset({Event.LOG, Event.EPOCH_END}))
    violation = follow(trace.records, absent=frozenset({Event.LOG}), requests=False)
    assert violation is not None
    assert violation.got is Event.TRAIN_END


def test_reports_tell_what_the_adapter_decides_and_leaves_out() -> None:
    left = Trace(
        msgspec.structs.replace(SCENARIO, name="left"),
        made().by,
        [],
        Outcome("left-out", "it has no weekends"),
    )
    report = judge([made(global_step="Nobody counts."), left], rules=[rules()["EVT-15"]])
    assert report.traces == 1
    buffer = io.StringIO()
    show(report, Console(file=buffer, width=100, highlight=False, markup=False))
    text = buffer.getvalue()
    assert "global_step: Nobody counts. (not judged: EVT-15)" in text
    assert "it has no weekends: left" in text
    data = json.loads(report_json(report))
    assert data["left_out"] == {"left": "it has no weekends"}
    assert data["by"]["adapted"] == {"global_step": "Nobody counts."}
