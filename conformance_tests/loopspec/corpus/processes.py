"""Scenarios of the chapter on several processes; the suite plays one."""

from __future__ import annotations

from loopspec.scenario import Act, Scenario, Scripted
from loopspec.vocabulary import Event

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="one-process",
        shows=("PROC-1",),
        num_train_epochs=1,
        eval_strategy="epoch",
        calls=("evaluate", "train", "predict"),
    ),
    Scenario(
        name="another-process",
        shows=("PROC-8",),
        train_batches=1,
        num_train_epochs=1,
        logging_strategy="steps",
        logging_steps=1,
        eval_strategy="epoch",
        save_strategy="epoch",
        callbacks=(Scripted("demotes", (Act(Event.TRAIN_BEGIN, does="demote"),)),),
        calls=("train", "train"),
    ),
)
