import pytest

from loopspec.fuzzing.hunting import drawn, shrunk
from loopspec.fuzzing.simplify import simplified
from loopspec.scenario import Scenario
from loopspec.vocabulary import Capability

EVERYTHING = frozenset(Capability)


def evaluates_inside(scenario: Scenario) -> bool:
    return scenario.asks("evaluate")


def resumes_with_accumulation(scenario: Scenario) -> bool:
    resumes = any(call.startswith("resume") for call in scenario.calls)
    return resumes and scenario.gradient_accumulation_steps > 1


@pytest.mark.parametrize(
    ("fails", "text"),
    [
        (
            evaluates_inside,
            ": 1 epochs of 1 batches | evaluation of 1 | a: on_train_begin calls evaluate()",
        ),
        (resumes_with_accumulation, ": 1 epochs of 1 batches | gradient_accumulation_steps=2"),
    ],
)
def test_what_is_left_is_what_it_fails_by(fails, text: str) -> None:
    before = drawn(120, 1, EVERYTHING)
    failing = next(scenario for scenario in before if fails(scenario))
    small = shrunk(failing, fails, 120, 1, EVERYTHING, seconds=60)
    assert fails(small)
    assert text in str(small)
    assert len(small.callbacks) <= 1
    assert len(small.calls) <= 2


def test_no_time_leaves_the_scenario_as_it_was() -> None:
    before = drawn(20, 1, EVERYTHING)
    failing = next(scenario for scenario in before if scenario.callbacks)

    def never(scenario: Scenario) -> bool:
        raise AssertionError("there was no time to play it")

    assert shrunk(failing, never, 20, 1, EVERYTHING, seconds=0) == failing


def test_it_goes_on_until_nothing_more_can_go() -> None:
    scenario = next(one for one in drawn(20, 1, EVERYTHING) if len(one.acts) > 2)
    assert simplified(scenario, lambda one: True) == Scenario(
        name=scenario.name,
        train_batches=1,
        eval_batches=1,
        num_train_epochs=1,
        calls=one_of(scenario),
    )


def one_of(scenario: Scenario) -> tuple[str, ...]:
    return scenario.calls[-1:]
