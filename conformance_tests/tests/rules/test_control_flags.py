"""Each rule on control flags, broken by one planted bug: an edit to the protocol table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec
import pytest

from loopspec.corpus import CORPUS
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.machine.profile import REFERENCE, TRANSFORMERS_5, Profile
from loopspec.machine.table import PROTOCOL, Row
from loopspec.machine.walk import index
from loopspec.spec import rules
from loopspec.trace import Call, Provenance, Record, Trace
from loopspec.vocabulary import Capability, Event

Rows = Iterable[Row]


def clearing(event: Event, flags: str) -> list[Row]:
    """The table, with these flags falling at an event instead of its own."""
    return [row._replace(clears=flags) if row.event is event else row for row in PROTOCOL]


def without(place: str, *when: str) -> list[Row]:
    """The table less the row of a place that has these conditions."""
    return [row for row in PROTOCOL if (row.place, row.when) != (place, when)]


def ahead(place: str, *when: str, to: str) -> list[Row]:
    """The table with a row more, tried first at its place."""
    return [Row(place, to, when), *PROTOCOL]


def unconditional(place: str, *when: str, less: str) -> list[Row]:
    """The table with one condition of one row dropped."""
    kept = tuple(condition for condition in when if condition != less)
    return [
        row._replace(when=kept) if (row.place, row.when) == (place, when) else row
        for row in PROTOCOL
    ]


class Bug(NamedTuple):
    rule: str
    scenario: str
    rows: Rows
    expected: str
    got: str


BUGS = [
    Bug(
        "CTRL-1",
        "stop-then-train-again",
        clearing(Event.TRAIN_BEGIN, ""),
        "should_training_stop cleared before the callbacks",
        "still set",
    ),
    Bug(
        "CTRL-2",
        "stop-then-train-again",
        clearing(Event.EPOCH_END, "T"),
        "should_training_stop still set",
        "cleared",
    ),
    Bug(
        "CTRL-3",
        "epoch-stop",
        clearing(Event.EPOCH_BEGIN, ""),
        "should_epoch_stop cleared before the callbacks",
        "still set",
    ),
    Bug(
        "CTRL-4",
        "epoch-stop",
        clearing(Event.EPOCH_END, "E"),
        "should_epoch_stop still set",
        "cleared",
    ),
    Bug(
        "CTRL-5",
        "requests-early",
        clearing(Event.STEP_BEGIN, "VL"),
        "should_save cleared before the callbacks",
        "still set",
    ),
    Bug(
        "CTRL-6",
        "requests-early",
        clearing(Event.STEP_BEGIN, "SL"),
        "should_evaluate cleared before the callbacks",
        "still set",
    ),
    Bug(
        "CTRL-7",
        "requests-early",
        clearing(Event.STEP_BEGIN, "SV"),
        "should_log cleared before the callbacks",
        "still set",
    ),
    Bug(
        "CTRL-8",
        "requests-without-strategies",
        clearing(Event.SAVE, ""),
        "own-event (transformers-5)",
        "next-step",
    ),
    Bug(
        "CTRL-9",
        "requests-without-strategies",
        clearing(Event.EVALUATE, ""),
        "own-event (transformers-5)",
        "next-step",
    ),
    Bug(
        "CTRL-10",
        "requests-without-strategies",
        clearing(Event.LOG, ""),
        "own-event (transformers-5)",
        "next-step",
    ),
    Bug(
        "CTRL-11",
        "requests-without-strategies",
        without("may save", "S"),
        "on_save once before on_step_begin, as should_save is set",
        "0 times",
    ),
    Bug(
        "CTRL-12",
        "requests-without-strategies",
        without("may evaluate", "V"),
        "on_evaluate once before on_step_begin, as should_evaluate is set",
        "0 times",
    ),
    Bug(
        "CTRL-13",
        "requests-without-strategies",
        without("serve", "L", "step not logged"),
        "on_log once before on_step_begin, as should_log is set",
        "0 times",
    ),
    Bug(
        "CTRL-14",
        "stop-with-work-due",
        ahead("after step", "T", to="may stop"),
        "on_log once before on_epoch_end, as should_log is set",
        "0 times",
    ),
    Bug(
        "CTRL-15",
        "requests-in-epoch-end",
        ahead("after epoch", to="between epochs"),
        "on_log once before on_epoch_begin, as should_log is set",
        "0 times",
    ),
    Bug(
        "CTRL-16",
        "evaluation-asked-in-log",
        [
            row._replace(then="may save") if row.effect == "log training" else row
            for row in PROTOCOL
        ],
        "an evaluation at this step",
        "none",
    ),
    Bug(
        "CTRL-18",
        "requests-in-their-own-event",
        ahead("evaluated", "V", to="may evaluate"),
        "on_evaluate not to serve itself",
        "4 times",
    ),
    Bug(
        "CTRL-20",
        "requests-without-strategies",
        unconditional("serve", "L", "step not logged", less="L"),
        "no on_log, as should_log is not set",
        "one",
    ),
    Bug(
        "CTRL-21",
        "requests-in-step-begin",
        clearing(Event.OPTIMIZER_STEP, "V"),
        "should_evaluate still set",
        "cleared, and not served",
    ),
    Bug(
        "CTRL-23",
        "stop-with-work-due",
        without("may stop", "T"),
        "on_epoch_end next, as should_training_stop is set",
        "on_step_begin",
    ),
    Bug(
        "CTRL-23",
        "stop-in-second-epoch-begin",
        without("between epochs", "T"),
        "no further epoch, as should_training_stop is set",
        "on_epoch_begin",
    ),
    Bug(
        "CTRL-24",
        "epoch-stop",
        without("may stop", "E"),
        "on_epoch_end next, as should_epoch_stop is set",
        "on_step_begin",
    ),
    Bug(
        "CTRL-24",
        "epoch-stop",
        ahead("between epochs", "E", to="finish"),
        "the next epoch: should_epoch_stop ends only one",
        "on_log",
    ),
    Bug(
        "CTRL-25",
        "stop-in-train-begin",
        without("may stop", "T"),
        "at most one micro-batch more",
        "3",
    ),
    Bug(
        "CTRL-26",
        "epoch-stop-in-substep-end",
        without("may stop", "E"),
        "the epoch to end with this step at the latest",
        "another step",
    ),
]
ALL = tuple(sorted(Capability))


def traced(scenario: str, rows: Rows = PROTOCOL, profile: Profile = REFERENCE) -> Trace:
    trace = predict(CORPUS[scenario], profile, index(rows))
    by = Provenance("planted", "1", ALL, "1")
    return Trace(trace.scenario, by, [*trace.records, *trace.returns], trace.outcome)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.rule}-{bug.scenario}-{bug.got}")
def test_a_planted_bug_is_told_by_its_rule(bug: Bug) -> None:
    report = judge([traced(bug.scenario, bug.rows)], rules=[rules()[bug.rule]])
    (result,) = report.failures
    assert result.evidence is not None
    assert (result.evidence.expected, result.evidence.got) == (bug.expected, bug.got)


def test_every_must_is_broken_by_some_bug() -> None:
    by_hand = {"CTRL-22", "CTRL-28", "CTRL-29"}
    chapter = [r.id for r in rules().values() if r.id.startswith("CTRL") and r.level == "MUST"]
    assert set(chapter) - {bug.rule for bug in BUGS} == by_hand


@pytest.mark.parametrize("event", [Event.OPTIMIZER_STEP, Event.EPOCH_END])
def test_a_flag_that_nobody_set_is_told(event: Event) -> None:
    trace = traced("everything-every-two-steps")
    records = [_with_stop(r) if r.event is event else r for r in trace.records]
    changed = Trace(trace.scenario, trace.by, records, trace.outcome)
    (result,) = judge([changed], rules=[rules()["CTRL-22"]]).failures
    assert result.evidence is not None
    assert result.evidence.got == "should_epoch_stop"


def _with_stop(record: Record) -> Record:
    calls = [Call(call.who, call.control, "E", "E") for call in record.calls]
    return msgspec.structs.replace(record, calls=calls)


VARIANTS: list[tuple[str, str, Callable[[], Trace], str]] = [
    ("CTRL-17", "logged-once", lambda: traced("log-of-a-logged-step"), "pass"),
    (
        "CTRL-17",
        "logged-again",
        lambda: traced(
            "log-of-a-logged-step",
            # A trainer that reports a step twice has no loss for it; it divides by one at least.
            [
                row._replace(when=("L",), effect="log values")
                if row.effect == "log training"
                else row
                for row in PROTOCOL
            ],
        ),
        "pass",
    ),
    ("CTRL-19", "overwritten", lambda: traced("save-best-and-a-request"), "pass"),
    (
        "CTRL-19",
        "kept",
        lambda: traced(
            "save-best-and-a-request",
            [r for r in PROTOCOL if r.effect != "track best"] + [Row("evaluated", "may save")],
        ),
        "pass",
    ),
    ("CTRL-29", "raises", lambda: traced("evaluation-asked-without-a-set"), "pass"),
    ("CTRL-25", "one-micro-batch", lambda: traced("stop-in-train-begin"), "pass"),
    (
        "CTRL-25",
        "none",
        lambda: traced("stop-in-train-begin", profile=Profile(looks_early=True)),
        "pass",
    ),
    ("CTRL-26", "leaves-step", lambda: traced("epoch-stop-in-substep"), "pass"),
    (
        "CTRL-26",
        "finishes-step",
        lambda: traced("epoch-stop-in-substep", profile=Profile(finishes_steps=True)),
        "pass",
    ),
    (
        "CTRL-27",
        "",
        lambda: traced("epoch-stop-in-substep", profile=TRANSFORMERS_5),
        "fail",
    ),
]


@pytest.mark.parametrize(("rule", "variant", "trace", "verdict"), VARIANTS)
def test_what_trainers_may_do_is_named(
    rule: str, variant: str, trace: Callable[[], Trace], verdict: str
) -> None:
    (result,) = judge([trace()], rules=[rules()[rule]]).results
    assert result.verdict == verdict
    assert list(result.variants) == ([variant] if variant else [])


def test_a_trainer_that_adds_up_what_callbacks_want_is_reported() -> None:
    trace = traced("callbacks-disagree")
    asked = trace.of(Event.STEP_END)[1]
    for call in asked.calls[-2:]:  # the last word is to save nothing, and yet there is a save
        call.exit = ""
    asked.calls[-1].entry = ""
    results = judge([trace], rules=[r for r in rules().values() if r.id.startswith("CTRL")]).results
    broken = [r for r in results if r.verdict == "fail"]
    assert [r.rule.id for r in broken] == ["CTRL-28"]
    assert broken[0].evidence is not None
    assert broken[0].evidence.expected == "on_save not, as should_save was cleared last"
    assert broken[0].evidence.got == "1 times"


def test_an_evaluation_of_nothing_is_reported() -> None:
    trace = traced("requests-without-strategies")
    trace.scenario = msgspec.structs.replace(trace.scenario, eval_batches=0)
    (result,) = judge([trace], rules=[rules()["CTRL-29"]]).results
    assert result.evidence is not None
    assert (result.evidence.expected, result.evidence.got) == (
        "no on_evaluate where nothing is evaluated",
        "one",
    )
