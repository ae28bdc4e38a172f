from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from loopspec_reference import (
    EarlyStoppingCallback,
    Trainer,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)


def stops_after(
    scores: list[float], patience: int = 1, threshold: float = 0.0, greater: bool = True
) -> int | None:
    """Number of the evaluation that stops, as the trainer drives the callback."""
    callback = EarlyStoppingCallback(patience, threshold)
    args = TrainingArguments(metric_for_best_model="score", greater_is_better=greater)
    state, control = TrainerState(), TrainerControl()
    for number, score in enumerate(scores, 1):
        callback.on_evaluate(args, state, control, metrics={"eval_score": score})
        if control.should_training_stop:
            return number
        best = state.best_metric
        if best is None or (score > best if greater else score < best):
            state.best_metric = score
    return None


@pytest.mark.parametrize(
    ("scores", "settings", "stop"),
    [
        ([1, 2, 3], {}, None),
        ([1, 2, 2], {}, 3),
        ([1, 0, 2, 1, 3, 1, 4], {"patience": 2}, None),
        ([1, 2, 1.5, 1.8], {"patience": 2}, 4),
        ([5], {"patience": 0}, 1),
        ([1.0, 1.5], {"threshold": 0.5}, 2),
        ([1.0, 1.3, 1.6, 1.9], {"threshold": 0.5, "patience": 3}, 4),
        ([3, 2, 1, 1], {"greater": False}, 4),
        ([float("nan"), float("nan")], {}, 2),
    ],
)
def test_patience_counts_evaluations_in_a_row_that_do_not_improve(
    scores: list[float], settings: dict[str, Any], stop: int | None
) -> None:
    assert stops_after(scores, **settings) == stop


def test_a_missing_metric_is_warned_about_and_not_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    callback = EarlyStoppingCallback()
    args = TrainingArguments(metric_for_best_model="score")
    callback.on_evaluate(args, TrainerState(), TrainerControl(), metrics={"eval_loss": 1.0})
    assert caplog.messages == ["Early stopping found no eval_score in the metrics and is disabled."]
    assert callback.early_stopping_patience_counter == 0


def test_in_training_a_missing_metric_ends_in_an_error_that_names_the_keys(
    build: Callable[..., Trainer],
) -> None:
    trainer = build(
        callbacks=[EarlyStoppingCallback()],
        eval_strategy="steps",
        eval_steps=1,
        metric_for_best_model="f1",
    )
    with pytest.raises(KeyError, match=r"eval_f1.*eval_loss, eval_runtime"):
        trainer.train()
    assert not trainer.is_in_train


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"eval_strategy": "steps", "eval_steps": 1},
            "^early stopping needs metric_for_best_model$",
        ),
        (
            {"metric_for_best_model": "score"},
            "^early stopping needs an eval_strategy, steps or epoch$",
        ),
    ],
)
def test_training_does_not_begin_without_something_to_compare(
    build: Callable[..., Trainer], recorder: Any, settings: dict[str, Any], message: str
) -> None:
    trainer = build(callbacks=[recorder, EarlyStoppingCallback], **settings)
    with pytest.raises(AssertionError, match=message):
        trainer.train()
    assert recorder.codes == "IE TB"


def test_due_work_is_done_before_the_stop(build: Callable[..., Trainer], recorder: Any) -> None:
    trainer = build(
        n=8,
        callbacks=[recorder, EarlyStoppingCallback(2)],
        scores=[1.0, 2.0, 2.0, 1.5, 3.0],
        eval_strategy="steps",
        eval_steps=1,
        save_strategy="steps",
        save_steps=1,
        load_best_model_at_end=True,
        metric_for_best_model="score",
    )
    trainer.train()
    assert recorder.codes == "IE TB EB " + "SB PO OS SE ps ps LG EV SV " * 4 + "EE LG TE"
    assert trainer.state.best_global_step == 2


def test_the_missing_best_model_is_warned_about(
    build: Callable[..., Trainer], caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"eval_strategy": "epoch", "metric_for_best_model": "loss"}
    with caplog.at_level(logging.WARNING):
        build(callbacks=[EarlyStoppingCallback()], **settings).train()
    assert caplog.messages == [
        "Early stopping without load_best_model_at_end: training ends with the weights of its last "
        "step, not with the best ones."
    ]


def test_a_subclass_that_counts_otherwise_is_given_all_of_the_moment() -> None:
    class Counts(EarlyStoppingCallback):
        def check_metric_value(self, *given: Any) -> None:
            self.given = given

    args, state, control = TrainingArguments(), TrainerState(), TrainerControl()
    args.metric_for_best_model = "score"
    callback = Counts()
    callback.on_evaluate(args, state, control, metrics={"eval_score": 3.0})
    assert all(a is b for a, b in zip(callback.given, (args, state, control, 3.0), strict=True))
