"""Scenarios of the chapter on state and logs."""

from __future__ import annotations

from loopspec.scenario import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="every-step-logged",
        shows=("STATE-1", "STATE-2", "STATE-3", "STATE-4"),
        train_batches=5,
        gradient_accumulation_steps=2,
        logging_strategy="steps",
        logging_steps=1,
    ),
)
