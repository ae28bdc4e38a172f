"""The rules about runs that died, each broken in one of two traces.

The traces are those that the machine predicts for one process that resumes with a new trainer, told
as those of two: what real trainers do that are killed is played by the kill matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from loopspec.corpus import CORPUS
from loopspec.judge import judge
from loopspec.machine.predict import predict
from loopspec.report.model import RuleResult
from loopspec.rules import OUTLIVING, is_about
from loopspec.trace import Outcome, Provenance, Record, Return, Trace
from loopspec.vocabulary import Capability, Event, Verdict

BY = Provenance("a trainer that died", "1", tuple(Capability), "1")
BETWEEN, SAVING = "killed-between-steps", "killed-when-states-are-saved"
DELETING = "killed-when-an-old-one-is-deleted"
TORN, LOST = "killed-with-torn-weights", "killed-with-the-optimizer-lost"
Edit = Callable[[Record], Record | None]
change = msgspec.structs.replace


def same(record: Record) -> Record:
    return record


def weights(line: Return) -> Return:
    return change(line, seen={"weights": [1.5]})


def another(line: Return) -> Return:
    return change(line, seen={"weights": [1.5 if line.name == "train" else 1.25]})


def lives(
    name: str,
    resumed_from: int,
    edit: Edit = same,
    end: Callable[[Return], Return] = weights,
    refused: str = "",
    there: list[int] | None = None,
) -> Trace:
    """What the two processes of a scenario give, with a fault in the second one."""
    scenario = CORPUS[name]
    at = scenario.calls.index("resume") + 1
    alone = ("train", *("look",) * (at - 3), "new", f"resume@{resumed_from}", "new", "train")
    told = predict(change(scenario, callbacks=(), calls=alone, save_total_limit=None))
    (kill,) = scenario.acts
    # Killed in a save: what the first process told of last is the log before it. An old one goes
    # with the save after this one.
    died = (kill.step or 0) + 2 * (kill.whom == "old")
    event = Event.LOG if kill.whom else kill.event
    last = next(r.i for r in told.records if r.step == died and r.event is event)
    dead = [r for r in told.records if r.i <= last]
    saved = sorted(r.step or 0 for r in dead if r.event is Event.SAVE)
    there = saved if there is None else there
    begun = next(r.i for r in told.records if r.call > 1)
    made = [r for r in told.records if r.i >= begun and not (refused and r.call >= at)]
    first = change(made[0], seen=made[0].seen | {"checkpoints": there})
    found = [change(e, i=i) for i, e in enumerate(filter(None, map(edit, [first, *made[1:]])))]
    calls = {at: "resume", len(alone): "train"}
    back = [end(change(r, name=calls[r.call])) for r in told.returns if r.call in calls]
    outcome = Outcome("raised", refused, during="resume") if refused else Outcome("completed")
    living = Trace(scenario, BY, [*found, *([] if refused else back)], outcome, rank=1)
    return Trace(scenario, BY, dead, Outcome("killed")).together([living], outcome)


def results(trace: Trace) -> dict[str, RuleResult]:
    return {result.rule.id: result for result in judge([trace]).results}


def broken(trace: Trace) -> dict[str, tuple[str, str, str]]:
    """What each rule says that fails: what was expected, what came, and in which process."""
    told = {}
    for name, result in results(trace).items():
        if result.verdict in (Verdict.FAIL, Verdict.ERROR):
            assert result.evidence is not None
            told[name] = (result.evidence.expected, result.evidence.got, result.evidence.process)
    return told


@pytest.mark.parametrize(
    ("name", "step", "rules"),
    [
        (BETWEEN, 10, {"CKPT-27", "CKPT-28"}),
        (SAVING, 2, {"CKPT-27", "CKPT-28", "CKPT-29", "CKPT-30"}),
        (TORN, 2, {"CKPT-27", "CKPT-28", "CKPT-29", "CKPT-30"}),
        (LOST, 2, {"CKPT-31"}),
    ],
)
def test_a_run_that_goes_on_as_it_should_is_blamed_for_nothing(
    name: str, step: int, rules: set[str]
) -> None:
    found = results(lives(name, step))
    assert {rule for rule, result in found.items() if result.observations} == rules
    assert {found[rule].verdict for rule in rules} == {Verdict.PASS}


def test_one_that_was_not_told_of_yet_is_gone_on_from_if_it_is_complete() -> None:
    found = results(lives(DELETING, 6, there=[4, 6]))
    assert {found[rule].verdict for rule in ("CKPT-27", "CKPT-28")} == {Verdict.PASS}
    assert broken(lives(DELETING, 4, there=[4, 6]))["CKPT-27"] == (
        "the run resumed from checkpoint 6",
        "from 4",
        " in process 1",
    )
    assert broken(lives(DELETING, 6, there=[4, 6], end=another)) == {
        "CKPT-28": ("weights [1.5] at the end, to the bit", "[1.25]", " in process 1")
    }


@pytest.mark.parametrize("name", [SAVING, TORN, LOST])
def test_what_is_torn_may_be_refused(name: str) -> None:
    found = results(lives(name, 2, refused="FileNotFoundError: trainer_state.json"))
    assert not broken(lives(name, 2, refused="FileNotFoundError: trainer_state.json"))
    assert found["CKPT-30"].variants == ({} if name == LOST else {"refused": 1})
    assert results(lives(SAVING, 2))["CKPT-30"].variants == {"passed-over": 1}


def test_a_checkpoint_that_is_gone_is_reported() -> None:
    assert broken(lives(SAVING, 2, there=[])) == {
        "CKPT-27": (
            "checkpoint 2, of which on_save told, there in the next process",
            "none",
            " in process 1",
        )
    }
    told = broken(lives(BETWEEN, 10, there=[8, 9]))["CKPT-27"]
    assert told[1] == "complete only [8, 9]"


def test_another_checkpoint_than_the_newest_is_reported() -> None:
    wanted, got, whose = broken(lives(BETWEEN, 9))["CKPT-27"]
    assert (wanted, got) == ("the run resumed from checkpoint 10", "from 9")
    assert whose == " in process 1"
    refused = broken(lives(BETWEEN, 10, refused="ValueError: no checkpoint"))
    assert refused["CKPT-27"][1] == "ValueError: no checkpoint"


def test_other_weights_at_the_end_are_reported() -> None:
    assert broken(lives(BETWEEN, 10, end=another)) == {
        "CKPT-28": ("weights [1.5] at the end, to the bit", "[1.25]", " in process 1")
    }


def test_an_event_that_does_not_come_again_is_reported() -> None:
    def saves_no_more(record: Record) -> Record | None:
        dropped = record.call == 3 and record.event is Event.SAVE and record.step == 11
        return None if dropped else record

    wanted, got, _ = broken(lives(BETWEEN, 10, saves_no_more))["CKPT-28"]
    assert wanted.startswith("the events that were left: SE@11 SV@11 SE@12 LG@12 ")
    assert got.startswith("SE@11 SE@12 LG@12 ")


@pytest.mark.parametrize(
    ("name", "rule"), [(SAVING, "CKPT-29"), (TORN, "CKPT-29"), (LOST, "CKPT-31")]
)
def test_what_is_not_whole_is_not_taken_silently(name: str, rule: str) -> None:
    words = ("the run resumed from checkpoint 2, or refused", "from step 4", " in process 1")
    told = broken(lives(name, 4, end=another))
    assert told[rule] == words
    assert set(told) <= {rule, "CKPT-28"}


def test_one_that_was_written_and_not_told_of_may_be_taken() -> None:
    assert broken(lives(SAVING, 4)) == {}


def test_to_begin_anew_is_not_to_go_on() -> None:
    def anew(record: Record) -> Record:
        return change(record, step=0) if record.call == 3 else record

    assert broken(lives(SAVING, 2, anew))["CKPT-29"][1] == "from step 0"


def test_a_process_that_was_not_killed_shows_nothing() -> None:
    trace = lives(BETWEEN, 10)
    first = Trace(trace.scenario, BY, trace.records, Outcome("completed"))
    found = results(first.together(trace.ranks[1:], trace.outcome))
    assert [rule for rule in OUTLIVING if found[rule].observations] == []


def test_rules_are_about_scenarios_of_their_kind() -> None:
    kinds = {"plain": "CTRL-3", "two-processes": "PROC-3", BETWEEN: "CKPT-28"}
    for name in kinds:
        about = {rule: is_about(rule, CORPUS[name]) for rule in kinds.values()}
        assert [rule for rule, yes in about.items() if yes] == [kinds[name]]


ODD: dict[str, Any] = dict.fromkeys(("step", "epoch", "history", "state", "args"))


def test_no_check_stumbles_over_a_trainer_that_gives_nothing() -> None:
    def bare(record: Record) -> Record:
        return change(record, **ODD, seen={}, logs=None, metrics=None)

    for name in (BETWEEN, SAVING, TORN, LOST):
        found = results(lives(name, 2 if name != BETWEEN else 10, bare, lambda line: line))
        assert [r for r in OUTLIVING if found[r].verdict is Verdict.ERROR] == []
