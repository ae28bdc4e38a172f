"""Scenarios of the chapter on several processes; the suite plays one."""

from __future__ import annotations

from loopspec.scenario import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="one-process",
        shows=("PROC-1",),
        num_train_epochs=1,
        eval_strategy="epoch",
        calls=("evaluate", "train", "predict"),
    ),
)
