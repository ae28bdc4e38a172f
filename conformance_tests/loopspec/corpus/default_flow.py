"""Scenarios of the chapter on the default flow: strategies, intervals, delays."""

from __future__ import annotations

from loopspec.scenario import Scenario, Strategy


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
)
