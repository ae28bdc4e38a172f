import msgspec
import pytest

from loopspec.corpus import ALONE
from loopspec.machine.follow import Violation, follow
from loopspec.machine.predict import predict
from loopspec.machine.profile import PROFILES, Profile
from loopspec.machine.table import PROTOCOL
from loopspec.machine.walk import index
from loopspec.scenario import Scenario
from loopspec.trace import Record
from loopspec.vocabulary import Event

PLAIN = Scenario(name="plain", num_train_epochs=1, train_batches=2)


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("profile", [*PROFILES, "careful"])
def test_what_the_machine_predicts_it_also_allows(name: str, profile: str) -> None:
    careful = Profile(looks_early=True, finishes_steps=True)
    trace = predict(ALONE[name], PROFILES.get(profile, careful))
    for records in trace.trainers:
        assert follow(records, trace.broken_off) is None


def records(*without: int) -> list[Record]:
    return [r for r in predict(PLAIN).records if r.i not in without]


def test_the_plain_run_for_reference() -> None:
    codes = [f"{r.i}:{r.event.code}" for r in records()]
    assert " ".join(codes) == (
        "0:IE 1:TB 2:EB 3:SB 4:PO 5:OS 6:SE 7:SB 8:PO 9:OS 10:SE 11:EE 12:LG 13:TE"
    )


@pytest.mark.parametrize(
    ("without", "at", "got", "expected"),
    [
        ((0,), 1, Event.TRAIN_BEGIN, (Event.INIT_END,)),
        ((2,), 3, Event.STEP_BEGIN, (Event.EPOCH_BEGIN, Event.LOG, Event.PREDICTION_STEP)),
        ((6,), 7, Event.STEP_BEGIN, (Event.STEP_END,)),
        ((11,), 12, Event.LOG, (Event.EPOCH_END,)),
        ((12,), 13, Event.TRAIN_END, (Event.LOG,)),
    ],
)
def test_a_missing_event_is_told_with_what_could_have_come(
    without: tuple[int, ...], at: int, got: Event, expected: tuple[Event, ...]
) -> None:
    violation = follow(records(*without))
    assert violation is not None
    assert (violation.at, violation.got) == (at, got)
    assert set(expected) <= set(violation.expected)


def test_a_doubled_event_is_told() -> None:
    run = records()
    run.insert(6, run[5])
    assert follow(run) == Violation(5, Event.OPTIMIZER_STEP, (Event.STEP_END,))


def test_a_stop_that_does_not_stop_is_told() -> None:
    run = records()
    stopped = msgspec.structs.replace(
        run[6], calls=[msgspec.structs.replace(call, exit="T") for call in run[6].calls]
    )
    violation = follow([*run[:6], stopped, *run[7:]])
    assert violation is not None
    assert violation == Violation(7, Event.STEP_BEGIN, (Event.EPOCH_END,))


def test_a_trainer_without_optimizer_events_is_followed_too() -> None:
    old = [r for r in records() if "optimizer" not in r.event]
    assert follow(old) is None
    assert follow([*old[:4], *old[5:]]) is not None


def test_prediction_in_the_middle_of_a_step_is_illegal() -> None:
    rows = [
        row._replace(event=Event.PREDICT) if row.event is Event.OPTIMIZER_STEP else row
        for row in PROTOCOL
    ]
    violation = follow(predict(PLAIN, table=index(rows)).records)
    assert violation is not None
    assert violation.got is Event.PREDICT
