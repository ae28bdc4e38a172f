"""Scenarios of the chapter on several processes, played by one and by two."""

from __future__ import annotations

from loopspec.scenario import Act, Scenario, Scripted
from loopspec.vocabulary import Event

_FLAGS = {
    "stop": "T",
    "epoch-stop": "E",
    "save": "S",
    "evaluation": "V",
    "log": "L",
}


def _of_one_process(name: str, letter: str) -> Scenario:
    """Only the second process asks for it, at the end of a step; the other one knows of nothing."""
    acts = (Act(Event.STEP_END, 1, raises=letter, rank=1),)
    return Scenario(
        name=f"{name}-of-one-process",
        shows=("PROC-4",),
        world=2,
        callbacks=(Scripted("asks", acts),),
    )


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
    Scenario(
        name="two-processes",
        shows=("PROC-2", "PROC-3", "PROC-6"),
        world=2,
        logging_strategy="steps",
        logging_steps=1,
        eval_strategy="epoch",
        save_strategy="epoch",
        metrics=(1.0, 2.0),
        calls=("evaluate", "train", "predict"),
    ),
    Scenario(
        name="two-processes-save",
        shows=("PROC-5", "PROC-6"),
        world=2,
        lingers=True,
        num_train_epochs=1,
        save_strategy="epoch",
    ),
    Scenario(
        name="two-processes-apart",
        shows=("PROC-7",),
        world=2,
        apart=True,
        display="progress",
        num_train_epochs=1,
        logging_strategy="steps",
        logging_steps=1,
        eval_strategy="epoch",
        save_strategy="epoch",
    ),
    *(_of_one_process(name, letter) for name, letter in _FLAGS.items()),
)
