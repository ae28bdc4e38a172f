"""Scenarios of the chapter on the default flow: strategies, intervals, delays."""

from __future__ import annotations

from loopspec.scenario import Act, Scenario, Scripted, Strategy
from loopspec.vocabulary import Event


def _all(strategy: Strategy, steps: float = 500) -> dict[str, Strategy | float]:
    """One strategy for logging, evaluating and saving."""
    kinds = ("logging", "eval", "save")
    return {f"{kind}_strategy": strategy for kind in kinds} | {
        f"{kind}_steps": steps for kind in kinds
    }


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="all-due-every-two-of-five-steps",
        shows=(
            "FLOW-1",
            "FLOW-2",
            "FLOW-6",
            "FLOW-7",
            "STATE-2",
            "STATE-3",
            "EVT-31",
            "EVT-32",
            "EVT-38",
        ),
        train_batches=5,
        num_train_epochs=1,
        metrics=(1.0, 3.0, 2.0),
        **_all("steps", 2),  # type: ignore[arg-type]  # a table of several types
    ),
    Scenario(
        name="all-due-per-epoch",
        shows=(
            "FLOW-1",
            "FLOW-3",
            "EVT-38",
        ),
        train_batches=2,
        **_all("epoch"),  # type: ignore[arg-type]  # a table of several types
    ),
    Scenario(
        name="intervals-over-epochs",
        shows=(
            "FLOW-1",
            "FLOW-2",
        ),
        logging_strategy="steps",
        logging_steps=2,
        eval_strategy="steps",
        eval_steps=4,
        save_strategy="steps",
        save_steps=2,
    ),
    Scenario(
        name="intervals-as-shares",
        shows=(
            "FLOW-2",
            "FLOW-6",
            "FLOW-7",
        ),
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
        shows=(
            "FLOW-1",
            "FLOW-3",
        ),
        logging_strategy="steps",
        logging_steps=1,
        eval_strategy="epoch",
        save_strategy="epoch",
    ),
    Scenario(
        name="first-step-logged",
        shows=(
            "FLOW-4",
            "FLOW-5",
            "STATE-3",
        ),
        logging_first_step=True,
    ),
    Scenario(
        name="evaluation-delayed",
        shows=("FLOW-2",),
        num_train_epochs=1,
        eval_strategy="steps",
        eval_steps=1,
        eval_delay=2,
    ),
    Scenario(
        name="evaluation-delayed-by-epochs",
        shows=("FLOW-3",),
        train_batches=2,
        eval_strategy="epoch",
        eval_delay=1.5,
    ),
    Scenario(
        name="no-strategy-but-intervals",
        shows=("FLOW-4", "FLOW-8"),
        **_all("no", 1),  # type: ignore[arg-type]  # a table of several types
    ),
    Scenario(
        name="delayed-but-asked",
        shows=("FLOW-2", "FLOW-8", "EVT-35", "CTRL-12"),
        eval_strategy="steps",
        eval_steps=1,
        eval_delay=10,
        eval_on_start=True,
        save_strategy="steps",
        save_steps=2,
        callbacks=(Scripted("script", (Act(Event.STEP_END, 2, raises="V"),)),),
    ),
    Scenario(
        name="max-steps-lowered",
        shows=("FLOW-6", "FLOW-7", "FLOW-8"),
        eval_strategy="steps",
        eval_steps=3,
        save_strategy="steps",
        save_steps=3,
        callbacks=(Scripted("script", (Act(Event.TRAIN_BEGIN, does="tune", whom="max_steps=4"),)),),
    ),
    Scenario(
        name="evaluated-as-often-as-logged",
        shows=("FLOW-9",),
        logging_strategy="steps",
        logging_steps=2,
        eval_strategy="steps",
        eval_steps=0,
    ),
    Scenario(
        name="intervals-changed-on-the-way",
        shows=("FLOW-10",),
        callbacks=(
            Scripted(
                "script",
                (
                    Act(Event.STEP_END, 1, does="tune", whom="logging_steps=1"),
                    Act(Event.EPOCH_BEGIN, 3, does="tune", whom="save_steps=2"),
                    Act(Event.STEP_BEGIN, 3, does="tune", whom="eval_steps=5"),
                ),
            ),
        ),
        **_all("steps", 3),  # type: ignore[arg-type]  # a table of several types
    ),
    Scenario(
        name="evaluated-each-epoch",
        shows=("FLOW-3",),
        eval_strategy="epoch",
    ),
    Scenario(
        name="stopped-off-the-interval",
        shows=("FLOW-11",),
        callbacks=(Scripted("script", (Act(Event.STEP_BEGIN, 2, raises="T"),)),),
        **_all("steps", 2),  # type: ignore[arg-type]  # a table of several types
    ),
    Scenario(
        name="save-what-is-best",
        shows=("FLOW-12",),
        train_batches=6,
        num_train_epochs=1,
        metrics=(1.0, 3.0, 3.0, "nan", 2.0, 4.0),
        eval_strategy="steps",
        eval_steps=1,
        save_strategy="best",
        metric_for_best_model="score",
        greater_is_better=True,
    ),
    Scenario(
        name="save-what-is-best-after-a-start",
        shows=("FLOW-12",),
        metrics=(1.0, 3.0, 2.0),
        eval_on_start=True,
        eval_strategy="epoch",
        save_strategy="best",
        metric_for_best_model="score",
        greater_is_better=False,
    ),
)
