"""Generated scenarios: prediction and trainers agree, and no rule gives a false alarm.

The examples are the same in every run, until the trainers, the strategies or the counts change.
"""

import functools

from generated import scenarios
from hypothesis import HealthCheck, given, settings

from loopspec.judge import judge
from loopspec.machine.compare import difference
from loopspec.machine.follow import follow
from loopspec.machine.predict import predict
from loopspec.machine.profile import PROFILES
from loopspec.recording import record
from loopspec.scenario import Scenario
from loopspec.targets import resolve

subject = functools.cache(resolve)
few, many = (
    settings(
        max_examples=count,
        deadline=None,  # the machines are noisy
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    for count in (60, 250)
)


def agree(trainer: str, profile: str, scenario: Scenario) -> None:
    trace = record(subject(trainer), scenario)
    found = difference(predict(scenario, PROFILES[profile]), trace)
    assert found is None, f"{found}\n{scenario}"
    broken = [r.message for r in judge([trace]).failures if r.level == "MUST"]
    assert not broken, f"{broken}\n{scenario}"


@many
@given(scenarios())
def test_the_reference_does_what_the_machine_predicts(scenario: Scenario) -> None:
    agree("reference", "reference", scenario)


@few
@given(scenarios())
def test_transformers_does_what_the_machine_predicts(scenario: Scenario) -> None:
    agree("transformers", "transformers-5", scenario)


@many
@given(scenarios())
def test_the_table_allows_what_it_predicts(scenario: Scenario) -> None:
    assert follow(predict(scenario).records) is None


def test_the_strategies_reach_what_they_are_for() -> None:
    seen: set[str] = set()

    @settings(many, max_examples=150)
    @given(scenarios())
    def look(scenario: Scenario) -> None:
        seen.update(record.event for record in predict(scenario).records)
        seen.update(act.does for act in scenario.acts)
        seen.update(["early stopping"] if scenario.early_stopping else [])

    look()
    assert seen >= {"on_predict", "on_save", "on_substep_end", "log", "evaluate", "early stopping"}
