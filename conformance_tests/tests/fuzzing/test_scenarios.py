"""The strategies: what they draw is legal, can be told in JSON, and reaches the whole space."""

from __future__ import annotations

import functools
import re

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from loopspec.fuzzing.arguments import changes, is_accepted
from loopspec.fuzzing.cast import callbacks
from loopspec.fuzzing.hunting import drawn
from loopspec.fuzzing.scenarios import scenarios
from loopspec.machine.predict import predict
from loopspec.scenario import Scenario, Scripted
from loopspec.scenario_file import read_scenario, scenario_in_one_line, unplayable
from loopspec.vocabulary import ALONE, Capability, Event, Flag

EVERYTHING = ALONE  # no scenarios for several processes are generated

_FEW = functools.partial(
    settings, derandomize=True, suppress_health_check=list(HealthCheck), deadline=None
)
_WORDS = {
    "call": "train resume evaluate predict push look pop remove add new",
    "part": "class added spare twin heir stateful",
    "job": "nan inf -inf None best steps epoch no",
}
_PLAYED = """log evaluate add remove fail interrupt tune put patch demote same new junk bare"""
_CHANGED = """max_steps save_steps eval_strategy ignore_data_skip gradient_accumulation_steps
    restore_callback_states_from_checkpoint"""


@functools.cache
def some() -> list[Scenario]:
    return drawn(400, 9, EVERYTHING)


def test_a_trainer_accepts_the_arguments_and_the_script_can_be_played() -> None:
    for scenario in some():
        assert is_accepted(scenario)
        assert is_accepted(scenario.anew)
        assert not unplayable(scenario)


def test_what_is_drawn_comes_back_from_json() -> None:
    for scenario in some():
        assert read_scenario(scenario_in_one_line(scenario)) == scenario


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    assert drawn(30, 3, EVERYTHING) == drawn(30, 3, EVERYTHING)
    assert drawn(30, 3, EVERYTHING) != drawn(30, 4, EVERYTHING)


def test_all_of_the_space_is_reached() -> None:
    fired: set[Event] = set()
    words: set[str] = set()
    needed: set[Capability] = set()
    for scenario in some():
        fired.update(record.event for record in predict(scenario).records)
        needed |= scenario.needs()
        for part in scenario.callbacks:
            words.update([part.given, *(f for f in ("twin", "heir") if getattr(part, f))])
            words.update(f for f in ("bare", "stateful") if getattr(part, f))
        words.update(re.split("[:@]", call)[0] for call in scenario.calls)
        words.update([*map(str, scenario.metrics), scenario.save_strategy, scenario.eval_strategy])
    assert fired == set(Event)
    assert needed >= EVERYTHING - {Capability.OPTIMIZER_EVENTS}
    assert set(" ".join(_WORDS.values()).split()) - words == set()


def test_a_callback_may_do_anything_at_any_event() -> None:
    words: set[str] = set()

    @_FEW(max_examples=400)
    @given(callbacks(displayed=True))
    def look(parts: tuple[Scripted, ...]) -> None:
        words.update("bare" for part in parts if part.bare)
        for act in (act for part in parts for act in part.acts):
            words.update([act.event, act.does, act.gives, *act.raises])
            words.update(f"not {letter}" for letter in act.lowers)

    look()
    assert {*_PLAYED.split(), *Flag, *(f"not {flag}" for flag in Flag), *Event} <= words


def test_a_run_goes_on_with_any_other_argument() -> None:
    words: set[str] = set()
    job = Scenario(name="job", save_strategy="steps")

    @_FEW(max_examples=400)
    @given(changes(job))
    def look(changed: dict[str, object]) -> None:
        words.update(changed)

    look()
    assert set(_CHANGED.split()) - words == set()


@pytest.mark.parametrize("lacking", sorted(EVERYTHING))
def test_what_a_subject_lacks_is_not_drawn(lacking: Capability) -> None:
    has = EVERYTHING - {lacking}
    for scenario in drawn(8, 1, has):
        assert scenario.needs() <= has


@_FEW(max_examples=25)
@given(scenarios(frozenset({Capability.EPOCHS})))
def test_a_subject_that_only_trains_gets_plain_jobs(scenario: Scenario) -> None:
    assert scenario.needs() <= {Capability.EPOCHS}
    assert set(scenario.raised) == set()
    assert msgspec.json.decode(msgspec.json.encode(scenario), type=Scenario) == scenario
