"""Scenarios of the chapter on integrations: which trackers there are, and what they are told."""

from __future__ import annotations

from loopspec.scenario import Scenario, Scripted

_LATER = (Scripted("later", given="spare"),)

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="tracked-then-not",
        shows=("INT-3", "INT-6", "INT-7", "INT-8"),
        train_batches=4,
        num_train_epochs=1,
        metrics=(1.0, 2.0),
        logging_strategy="steps",
        logging_steps=1,
        eval_strategy="steps",
        eval_steps=2,
        report_to=("tensorboard",),
        calls=("train", "new", "train"),
        resumed_with={"report_to": ()},
    ),
    # Built only: what else is installed here is not to be started.
    Scenario(
        name="reports-by-default",
        shows=("INT-1",),
        report_to="default",
        callbacks=_LATER,
        calls=("add:later",),
    ),
    Scenario(
        name="reports-to-all",
        shows=("INT-4",),
        report_to="all",
        callbacks=_LATER,
        calls=("add:later",),
    ),
    Scenario(name="reports-to-none", shows=("INT-2",), report_to="none"),
    Scenario(
        name="reports-to-nobody-known",
        shows=("INT-5",),
        may_raise=True,
        calls=("train", "new"),
        resumed_with={"report_to": ("nowhere",)},
    ),
    Scenario(
        name="reports-to-what-is-missing",
        shows=("INT-9",),
        may_raise=True,
        calls=("train", "new"),
        resumed_with={"report_to": ("tensorboard",), "lacks": "package"},
    ),
    Scenario(
        name="reports-to-all-that-is-there",
        shows=("INT-10",),
        report_to="all",
        lacks="package",
        callbacks=_LATER,
        calls=("add:later",),
    ),
    Scenario(
        name="reports-twice",
        shows=("INT-11",),
        logging_strategy="steps",
        logging_steps=1,
        report_to=("tensorboard", "tensorboard"),
    ),
    Scenario(
        name="reports-to-null",
        shows=("INT-12",),
        may_raise=True,
        callbacks=_LATER,
        calls=("train", "new", "add:later"),
        resumed_with={"report_to": "null"},
    ),
    Scenario(
        name="tracker-without-room",
        shows=("INT-13",),
        may_raise=True,
        logging_strategy="steps",
        logging_steps=1,
        calls=("train", "new", "train"),
        resumed_with={"report_to": ("tensorboard",), "lacks": "room"},
    ),
)
