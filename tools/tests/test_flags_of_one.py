"""A flag of one process: the scenarios, what is made of their traces, and what is kept of that."""

import json
from typing import Any

import flags_of_one
import msgspec
import pytest
from flags_of_one import alone, became, of_one

from loopspec.machine.predict import predict
from loopspec.trace import Outcome, Trace
from loopspec.vocabulary import Event, Flag

KEPT: dict[str, Any] = json.loads(flags_of_one.KEPT.read_text("utf-8"))
CELLS = [(event, flag) for event in Event for flag in Flag]


@pytest.mark.parametrize("subject", flags_of_one.SUBJECTS)
def test_every_flag_in_every_event_is_kept(subject: str) -> None:
    kept = KEPT[subject]
    assert list(kept) == list(Event)
    assert all(list(row) == [flag.field for flag in Flag] for row in kept.values())


def test_only_one_process_sets_the_flag_and_all_do_the_rest() -> None:
    job = of_one(Flag.SAVE, Event.EVALUATE)
    ranks = {part.name: {act.rank for act in part.acts} for part in job.callbacks}
    assert ranks == {"asks": {None}, "script": {1}}
    assert job.world == 2


def _idle(event: Event, flag: Flag) -> Trace:
    job = alone(flag, event)
    quiet = tuple(part for part in job.callbacks if part.name != "script")
    return predict(msgspec.structs.replace(job, callbacks=quiet))


def of_two(one: Trace, other: Trace, outcome: Outcome | None = None) -> Trace:
    return one.together([other], outcome or Outcome("completed"))


def test_what_became_of_a_flag_in_a_word() -> None:
    event, flag = Event.STEP_END, Flag.TRAINING_STOP

    def acting() -> Trace:
        return predict(alone(flag, event))

    def idle() -> Trace:
        return _idle(event, flag)

    assert became(flag, event, of_two(acting(), acting())) == "acts in all"
    assert became(flag, event, of_two(idle(), idle())) == "lost"
    assert became(flag, event, of_two(idle(), acting())) == "acts in that one"
    assert became(flag, event, of_two(idle(), acting(), Outcome("hung"))) == "hangs"
    assert became(flag, event, of_two(idle(), acting(), Outcome("raised"))) == "raises"
    nowhere = predict(alone(flag, Event.TRAIN_END))
    assert became(flag, Event.TRAIN_END, of_two(nowhere, nowhere)) == "nothing"


@pytest.mark.parametrize(("event", "flag"), CELLS)
def test_in_the_reference_a_flag_of_one_acts_as_that_of_a_single_process_does(
    event: Event, flag: Flag
) -> None:
    acts = predict(alone(flag, event)).codes() != _idle(event, flag).codes()
    assert KEPT["reference"][event][flag.field] == ("acts in all" if acts else "nothing")


@pytest.mark.parametrize("flag", Flag)
def test_in_transformers_each_flag_hangs_where_it_is_set_at_the_end_of_a_step(flag: Flag) -> None:
    assert KEPT["transformers"][Event.STEP_END][flag.field] == "hangs"


def test_a_subject_that_there_is_not_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["flags_of_one.py", "nobody"])
    assert flags_of_one.main() == 2
    assert capsys.readouterr().err.startswith("nobody: there is no subject of this name.")
