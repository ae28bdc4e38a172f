"""Scenarios of the chapter on state and logs."""

from __future__ import annotations

from loopspec.scenario import Scenario

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="every-step-logged",
        shows=("STATE-1", "STATE-2", "STATE-3", "STATE-4", "STATE-5", "STATE-7"),
        train_batches=5,
        gradient_accumulation_steps=2,
        logging_strategy="steps",
        logging_steps=1,
    ),
    Scenario(
        name="a-rate-that-falls",
        shows=("STATE-17",),
        num_train_epochs=1,
        lr_scheduler_type="linear",
        logging_strategy="steps",
        logging_steps=1,
    ),
    Scenario(
        name="history-after-training",
        shows=("STATE-6", "STATE-8", "STATE-9", "STATE-16"),
        num_train_epochs=1,
        eval_strategy="epoch",
        calls=("train", "predict", "evaluate", "predict"),
    ),
    Scenario(
        name="intervals-as-shares",
        shows=("STATE-10", "STATE-11", "STATE-12", "STATE-14", "STATE-15"),
        train_batches=4,
        max_steps=10,
        logging_strategy="steps",
        logging_steps=0.25,
        eval_strategy="steps",
        eval_steps=0.5,
        save_strategy="steps",
        save_steps=0.35,
    ),
    Scenario(
        name="the-first-of-equals",
        shows=("STATE-18", "FLOW-12"),
        num_train_epochs=1,
        train_batches=4,
        eval_strategy="steps",
        eval_steps=1,
        save_strategy="best",
        metrics=(1, 2, 2, 1),
        metric_for_best_model="score",
    ),
    Scenario(
        name="best-is-not-saved",
        shows=("STATE-13",),
        num_train_epochs=1,
        train_batches=4,
        eval_strategy="steps",
        eval_steps=1,
        save_strategy="steps",
        save_steps=2,
        metrics=(1, 2, 9, 3),
        metric_for_best_model="score",
    ),
)
