"""The machine's prediction, the reference and transformers' Trainer: the same trace, record for
record, over all that one process plays. What differs is a switch of the profile, and has a rule."""

import functools

import pytest

from loopspec.corpus import ALONE
from loopspec.machine.compare import difference
from loopspec.machine.predict import predict
from loopspec.machine.profile import PROFILES
from loopspec.recording import record
from loopspec.subjects.base import Subject
from loopspec.targets import resolve

subject = functools.cache(resolve)

TRAINERS = {"reference": "reference", "transformers": "transformers-5"}


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("trainer", TRAINERS)
def test_a_trainer_does_what_the_machine_predicts(trainer: str, name: str) -> None:
    scenario = ALONE[name]
    who: Subject = subject(trainer)
    expected = predict(scenario, PROFILES[TRAINERS[trainer]])
    assert difference(expected, record(who, scenario)) is None


@pytest.mark.parametrize("name", ALONE)
def test_two_recordings_give_the_same_bytes(name: str) -> None:
    from loopspec.trace_file import line_to_json

    once, again = (record(subject("reference"), ALONE[name]) for _ in range(2))
    assert [line_to_json(r) for r in once.records] == [line_to_json(r) for r in again.records]
