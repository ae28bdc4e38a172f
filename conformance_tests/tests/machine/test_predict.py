"""The machine's own numbers; that trainers agree with them is for test_three_way."""

import pytest

from loopspec.machine.predict import predict
from loopspec.machine.profile import Profile
from loopspec.machine.table import PROTOCOL
from loopspec.machine.walk import index
from loopspec.scenario import Act, EarlyStopping, Scenario, Scripted
from loopspec.vocabulary import Event


def raising(event: Event, flags: str, step: int | None = None) -> tuple[Scripted, ...]:
    return (Scripted("a", (Act(event, step, raises=flags),)),)


@pytest.mark.parametrize(
    ("scenario", "codes"),
    [
        (Scenario(name="x", num_train_epochs=0), "IE TB LG TE"),
        (
            Scenario(name="x", train_batches=3, gradient_accumulation_steps=2, num_train_epochs=1),
            "IE TB EB SB SUB PO OS SE SB PO OS SE EE LG TE",
        ),
        (
            Scenario(name="x", calls=("predict", "evaluate")),
            "IE ps ps PR ps ps LG EV",
        ),
        (
            Scenario(name="x", callbacks=raising(Event.STEP_END, "T", 1)),
            "IE TB EB SB PO OS SE EE LG TE",
        ),
    ],
)
def test_sequences(scenario: Scenario, codes: str) -> None:
    assert predict(scenario).codes() == codes


def test_losses_are_means_of_what_the_tiny_model_gives() -> None:
    scenario = Scenario(
        name="x",
        train_batches=5,
        gradient_accumulation_steps=2,
        num_train_epochs=1,
        logging_strategy="steps",
        logging_steps=2,
    )
    losses = [
        r.logs["loss"] for r in predict(scenario).of(Event.LOG) if r.logs and "loss" in r.logs
    ]
    assert losses == [2.5]  # (1 + 2) / 2 and (3 + 4) / 2 in two steps
    assert predict(scenario).of(Event.LOG)[-1].logs["train_loss"] == 3.3333  # type: ignore[index]  # it is a log


@pytest.mark.parametrize(
    ("profile", "codes"),
    [
        (Profile(), "IE TB EB SB SUB EE LG TE"),
        (Profile(looks_early=True), "IE TB LG TE"),
    ],
)
def test_a_switch_of_the_profile_changes_the_path(profile: Profile, codes: str) -> None:
    scenario = Scenario(
        name="x", gradient_accumulation_steps=2, callbacks=raising(Event.TRAIN_BEGIN, "T")
    )
    assert predict(scenario, profile).codes() == codes


def test_finishing_steps() -> None:
    scenario = Scenario(
        name="x", gradient_accumulation_steps=3, callbacks=raising(Event.SUBSTEP_END, "T")
    )
    codes = predict(scenario, Profile(finishes_steps=True)).codes()
    assert codes == "IE TB EB SB SUB SUB PO OS SE EE LG TE"


def test_an_edited_table_makes_another_trainer() -> None:
    rows = [r._replace(clears="") if r.event is Event.EPOCH_BEGIN else r for r in PROTOCOL]
    scenario = Scenario(name="x", callbacks=raising(Event.STEP_END, "E", 1))
    trace = predict(scenario, table=index(rows))
    assert trace.text(Event.EPOCH_BEGIN) == "EB@0 EB@1[E]"
    assert predict(scenario).text(Event.EPOCH_BEGIN) == "EB@0 EB@1"


def test_early_stopping_counts_against_the_best() -> None:
    scenario = Scenario(
        name="x",
        train_batches=8,
        metrics=(1.0, 2.0, 2.0, 1.5, 3.0),
        early_stopping=EarlyStopping(2),
        eval_strategy="steps",
        eval_steps=1,
        metric_for_best_model="score",
        greater_is_better=True,
    )
    assert [r.step for r in predict(scenario).of(Event.EVALUATE)] == [1, 2, 3, 4]


def test_outcomes() -> None:
    def outcome(**act: object) -> str:
        part = Scripted("a", (Act(Event.STEP_END, 1, **act),))  # type: ignore[arg-type]  # fields of Act
        return predict(Scenario(name="x", callbacks=(part,))).outcome.kind

    assert outcome(does="fail") == "scripted"
    assert outcome(gives="junk") == "raised"
    assert outcome(gives="new") == "completed"


def test_a_missing_metric_for_the_best_model_raises() -> None:
    scenario = Scenario(
        name="x", eval_strategy="epoch", metrics=(None,), metric_for_best_model="score"
    )
    assert predict(scenario).outcome.kind == "raised"
