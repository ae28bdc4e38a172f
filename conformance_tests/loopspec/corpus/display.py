"""Scenarios of the chapter on displays."""

from __future__ import annotations

from typing import Any

from loopspec.scenario import Act, Scenario, Scripted
from loopspec.vocabulary import Event

_DEMOTES = Scripted("demotes", (Act(Event.TRAIN_BEGIN, does="demote"),))
_BARS: dict[str, Any] = {
    "display": "progress",
    "num_train_epochs": 1,
    "train_batches": 4,
    "eval_batches": 3,
    "logging_strategy": "steps",
    "logging_steps": 2,
    "eval_strategy": "steps",
    "eval_steps": 2,
}

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="printer",
        shows=("SHOW-1", "SHOW-2", "SHOW-3", "SHOW-4", "SHOW-5", "SHOW-6"),
        display="printer",
        callbacks=(Scripted("given"), Scripted("late", given="added")),
        num_train_epochs=1,
        logging_strategy="steps",
        logging_steps=1,
        eval_strategy="epoch",
        calls=("train", "evaluate"),
    ),
    Scenario(
        name="progress",
        shows=("SHOW-1", "SHOW-7", "SHOW-8", "SHOW-9", "SHOW-10", "SHOW-13", "SHOW-14"),
        calls=("train", "evaluate", "predict"),
        **_BARS,
    ),
    Scenario(
        name="progress-stopped",
        shows=("SHOW-7", "SHOW-14"),
        callbacks=(Scripted("stops", (Act(Event.STEP_END, 2, raises="T"),)),),
        **_BARS,
    ),
    Scenario(
        name="progress-resumed",
        shows=("SHOW-7",),
        calls=("train", "resume@2"),
        save_strategy="steps",
        save_steps=2,
        **_BARS,
    ),
    Scenario(
        name="progress-of-a-run-that-fails",
        shows=("SHOW-17",),
        callbacks=(Scripted("fails", (Act(Event.STEP_END, 3, does="fail"),)),),
        catches=True,
        **_BARS,
    ),
    Scenario(
        name="progress-of-an-evaluation-that-fails",
        shows=("SHOW-17",),
        callbacks=(Scripted("fails", (Act(Event.PREDICTION_STEP, does="fail"),), given="added"),),
        catches=True,
        **{**_BARS, "eval_strategy": "no"},
        calls=("evaluate",),
    ),
    Scenario(
        name="progress-with-strings-by-default",
        shows=("SHOW-11",),
        display="progress",
        callbacks=(
            Scripted(
                "logs",
                (
                    Act(Event.STEP_END, 1, does="log", whom="fits", value="x" * 100),
                    Act(Event.STEP_END, 2, does="log", whom="long", value="x" * 101),
                ),
            ),
        ),
        num_train_epochs=1,
    ),
    Scenario(
        name="progress-with-long-strings",
        shows=("SHOW-11", "SHOW-12"),
        display="progress",
        max_str_len=10,
        callbacks=(
            Scripted(
                "logs",
                (
                    Act(Event.STEP_END, 1, does="log", whom="fits", value="0123456789"),
                    Act(Event.STEP_END, 2, does="log", whom="long", value="0123456789A"),
                    Act(Event.STEP_END, 3, does="log", whom="inside", value=["0123456789AB"]),
                ),
            ),
        ),
        num_train_epochs=1,
    ),
    Scenario(
        name="printer-of-another-process",
        shows=("SHOW-15",),
        display="printer",
        callbacks=(_DEMOTES,),
        num_train_epochs=1,
        logging_strategy="steps",
        logging_steps=1,
    ),
    Scenario(
        name="progress-of-another-process",
        shows=("SHOW-15",),
        callbacks=(_DEMOTES,),
        **_BARS,
    ),
    Scenario(
        name="display-removed",
        shows=("SHOW-16",),
        calls=("train", "hide", "train", "evaluate"),
        **_BARS,
    ),
    Scenario(
        name="printer-removed",
        shows=("SHOW-16",),
        **{**_BARS, "display": "printer"},
        calls=("hide", "train"),
    ),
)
