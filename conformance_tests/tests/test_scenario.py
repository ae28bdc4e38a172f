import pytest

from loopspec.corpus import CORPUS
from loopspec.scenario import Act, EarlyStopping, Scenario, Scripted
from loopspec.spec import rules
from loopspec.vocabulary import Capability, Event


def test_one_line_says_what_differs_from_a_plain_job() -> None:
    scenario = Scenario(
        name="busy",
        max_steps=4,
        save_strategy="steps",
        save_steps=2,
        metrics=(1.0, "nan", None),
        early_stopping=EarlyStopping(2, 0.5),
        callbacks=(
            Scripted("a", (Act(Event.STEP_END, 2, raises="TS", gives="new"),), given="class"),
            Scripted("b", (Act(Event.LOG, does="log", whom="x", times=0),)),
        ),
        calls=("train", "resume@2"),
    )
    assert str(scenario) == (
        "busy: max_steps 4, epochs of 3 batches | save_strategy=steps | save_steps=2"
        " | score 1.0 nan - | early stopping (patience 2, threshold 0.5)"
        " | a (class): on_step_end@2 sets should_training_stop and sets should_save"
        " and returns a new control"
        " | b: on_log calls log() with x every time | calls train, resume@2"
    )


@pytest.mark.parametrize(
    ("scenario", "needed"),
    [
        (Scenario(name="x", num_train_epochs=1), set()),
        (Scenario(name="x", gradient_accumulation_steps=2, num_train_epochs=1), {"accumulation"}),
        (
            Scenario(name="x", num_train_epochs=1, callbacks=(Scripted("a", given="added"),)),
            {"registration"},
        ),
        (
            Scenario(
                name="x",
                num_train_epochs=1,
                callbacks=(Scripted("a", (Act(Event.LOG, raises="EV"),)),),
            ),
            {"epoch-stop", "evaluation", "requests"},
        ),
    ],
)
def test_needs(scenario: Scenario, needed: set[str]) -> None:
    assert scenario.needs() == {Capability(name) for name in needed}


def test_every_rule_is_shown_by_a_scenario_and_every_scenario_names_real_rules() -> None:
    shown = {rule for scenario in CORPUS.values() for rule in scenario.shows}
    assert shown == {rule.id for rule in rules().values() if not rule.untestable}


def test_names_of_scenarios_are_unique_and_plain_is_first() -> None:
    from loopspec.corpus import control, dispatch, early_stopping, events

    every = [s.name for m in (events, control, dispatch, early_stopping) for s in m.SCENARIOS]
    assert len(every) == len(set(every))
    assert next(iter(CORPUS)) == "plain"
