"""Scenarios of the chapter on events and their order."""

from __future__ import annotations

from loopspec.scenario import Act, Scenario, Scripted, Strategy
from loopspec.vocabulary import Event


def _all(strategy: Strategy, steps: float = 500) -> dict[str, Strategy | float]:
    """One strategy for logging, evaluating and saving."""
    kinds = ("logging", "eval", "save")
    return {f"{kind}_strategy": strategy for kind in kinds} | {
        f"{kind}_steps": steps for kind in kinds
    }


def _shows(*rules: int) -> tuple[str, ...]:
    return tuple(f"EVT-{rule}" for rule in rules)


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="plain",
        shows=_shows(1, 2, 3, 4, 6, 7, 8, 11, 12, 15, 16, 17, 18, 19, 23, 27, 28, 30, 40),
    ),
    Scenario(
        name="accumulation-with-a-rest",
        shows=_shows(7, 11, 12, 13, 14, 15, 16, 17, 18, 29, 30),
        train_batches=5,
        gradient_accumulation_steps=3,
        logging_strategy="steps",
        logging_steps=1,
    ),
    Scenario(
        name="accumulation-longer-than-an-epoch",
        shows=_shows(8, 14, 16),
        gradient_accumulation_steps=4,
        logging_strategy="epoch",
    ),
    Scenario(
        name="all-due-every-two-of-five-steps",
        shows=_shows(20, 21, 25, 26, 28, 29, 31, 32, 38),
        train_batches=5,
        num_train_epochs=1,
        metrics=(1.0, 3.0, 2.0),
        **_all("steps", 2),  # type: ignore[arg-type]  # a table of several types
    ),
    Scenario(
        name="all-due-per-epoch",
        shows=_shows(20, 22, 38),
        train_batches=2,
        **_all("epoch"),  # type: ignore[arg-type]  # a table of several types
    ),
    Scenario(
        name="intervals-over-epochs",
        shows=_shows(20, 21),
        logging_strategy="steps",
        logging_steps=2,
        eval_strategy="steps",
        eval_steps=4,
        save_strategy="steps",
        save_steps=2,
    ),
    Scenario(
        name="intervals-as-shares",
        shows=_shows(21, 25, 26),
        train_batches=10,
        num_train_epochs=1,
        logging_strategy="steps",
        logging_steps=0.3,
        eval_strategy="steps",
        eval_steps=0.25,
        save_strategy="steps",
        save_steps=0.4,
    ),
    Scenario(
        name="steps-logged-epochs-saved",
        shows=_shows(20, 22),
        logging_strategy="steps",
        logging_steps=1,
        eval_strategy="epoch",
        save_strategy="epoch",
    ),
    Scenario(
        name="first-step-logged",
        shows=_shows(23, 24, 29),
        logging_first_step=True,
    ),
    Scenario(
        name="evaluation-delayed",
        shows=_shows(21),
        num_train_epochs=1,
        eval_strategy="steps",
        eval_steps=1,
        eval_delay=2,
    ),
    Scenario(
        name="evaluation-delayed-by-epochs",
        shows=_shows(22),
        train_batches=2,
        eval_strategy="epoch",
        eval_delay=1.5,
    ),
    Scenario(
        name="evaluation-sets",
        shows=_shows(31, 33, 34),
        train_batches=2,
        eval_sets=("one", "two"),
        eval_strategy="epoch",
        metrics=(1.0, 2.0, 3.0, 4.0),
    ),
    Scenario(
        name="evaluation-on-start",
        shows=_shows(35),
        train_batches=2,
        eval_on_start=True,
        eval_strategy="epoch",
    ),
    Scenario(
        name="evaluate-and-predict",
        shows=_shows(31, 34, 36, 37),
        train_batches=2,
        num_train_epochs=1,
        metrics=(1.0, 2.0, 3.0, 4.0),
        calls=("evaluate", "predict", "train", "evaluate", "predict"),
    ),
    Scenario(
        name="max-steps-inside-an-epoch",
        shows=_shows(6, 9, 22),
        train_batches=4,
        max_steps=6,
        logging_strategy="steps",
        logging_steps=4,
        eval_strategy="epoch",
        save_strategy="epoch",
    ),
    Scenario(
        name="half-an-epoch",
        shows=_shows(6, 8),
        train_batches=4,
        num_train_epochs=1.5,
    ),
    Scenario(
        name="no-epochs",
        shows=_shows(10, 30),
        num_train_epochs=0,
    ),
    Scenario(
        name="trained-twice",
        shows=_shows(1, 4, 28),
        train_batches=2,
        logging_strategy="steps",
        logging_steps=1,
        eval_strategy="epoch",
        metric_for_best_model="loss",
        calls=("train", "train"),
    ),
    Scenario(
        name="callback-raises",
        shows=_shows(5),
        callbacks=(
            Scripted("script", (Act(Event.STEP_END, 2, does="fail"),)),
            Scripted("after"),
        ),
    ),
    Scenario(
        name="best-weights-loaded",
        shows=_shows(38, 39),
        train_batches=4,
        num_train_epochs=1,
        metrics=(1.0, 3.0, 2.0, 2.5),
        eval_strategy="steps",
        eval_steps=1,
        save_strategy="steps",
        save_steps=1,
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="score",
        greater_is_better=True,
    ),
)
