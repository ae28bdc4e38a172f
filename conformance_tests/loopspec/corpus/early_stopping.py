"""Scenarios of the chapter on early stopping: sequences of a metric, one value for each step.

`SEQUENCES` are those by which early stopping is compared across frameworks; lower is better.
"""

from __future__ import annotations

from typing import Any

from loopspec.scenario import Act, EarlyStopping, Metric, Scenario, Scripted
from loopspec.vocabulary import Event

SEQUENCES: dict[str, tuple[Metric, ...]] = {
    "ups-and-downs": (1.0, 0.9, 0.95, 0.95, 0.8, 0.85, 0.85, 0.85, 0.85),
    "flat": (1.0,),
    "small-gains": (1.0, 0.96, 0.92, 0.88, 0.84, 0.8, 0.76, 0.72),
    "gains-of-a-quarter": (1.0, 0.75, 0.5, 0.25),
    "nan-among-others": (1.0, 0.9, "nan", 0.8),
    "nan-first": ("nan", 0.9, 0.8),
    "worse-and-worse": (1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8),
}

_UP = (0.5, 0.7, 0.6, 0.9, 0.8, 0.8, 0.8, 0.9, 0.9)
_DOWN = (1.0, 0.8, 0.9, 0.6, 0.7, 0.7, 0.7, 0.6, 0.6)
"""With a patience of 3 these stop at the seventh value, and at the fourth the wrong way round."""


def _stops(
    name: str,
    shows: tuple[int, ...],
    metrics: str | tuple[Metric, ...],
    patience: int,
    threshold: float = 0.0,
    **others: Any,
) -> Scenario:
    """Nine steps in three epochs; each is evaluated and saved, unless `others` say otherwise."""
    job: dict[str, Any] = {
        "num_train_epochs": 3,
        "metrics": SEQUENCES[metrics] if isinstance(metrics, str) else metrics,
        "eval_strategy": "steps",
        "eval_steps": 1,
        "save_strategy": "steps",
        "save_steps": 1,
        "load_best_model_at_end": True,
        "metric_for_best_model": "score",
        "greater_is_better": False,
    }
    return Scenario(
        name=name,
        shows=tuple(f"STOP-{number}" for number in shows),
        early_stopping=EarlyStopping(patience, threshold),
        **{**job, **others},
    )


SCENARIOS: tuple[Scenario, ...] = (
    _stops("stop-when-worse", (1, 8), "worse-and-worse", 2),
    _stops("stop-after-ups-and-downs", (1, 2, 9), "ups-and-downs", 3),
    _stops("stop-when-lower-is-better", (6,), _DOWN, 3),
    _stops("stop-never", (2, 9, 20), (1.0, 1.1, 0.9, 1.0, 0.8, 0.9, 0.7, 0.8, 0.6), 2),
    _stops("stop-while-it-creeps-back", (25,), (1.0, 0.5, 0.9, 0.8, 0.7, 0.6), 3),
    _stops("stop-when-flat", (3,), "flat", 2),
    _stops("stop-at-too-small-a-gain", (4,), "gains-of-a-quarter", 1, 0.25),
    _stops("stop-below-the-threshold", (4,), (1.0, 0.9, 0.8), 2, 0.25),
    _stops("stop-by-many-small-gains", (14,), "small-gains", 2, 0.05),
    _stops("stop-is-not-for-the-first", (5,), "worse-and-worse", 1, eval_delay=2),
    _stops(
        "stop-when-greater-is-better",
        (6,),
        _UP,
        3,
        greater_is_better=True,
    ),
    _stops(
        "stop-by-a-score",
        (7,),
        _UP,
        3,
        greater_is_better=None,
    ),
    _stops(
        "stop-by-a-loss",
        (7,),
        _DOWN,
        3,
        greater_is_better=None,
        metric_name="wordloss",
        metric_for_best_model="wordloss",
    ),
    _stops(
        "stop-without-load-best",
        (10,),
        "ups-and-downs",
        2,
        save_strategy="no",
        load_best_model_at_end=False,
    ),
    _stops("stop-between-saves", (11,), "worse-and-worse", 1, save_steps=3),
    _stops("stop-at-nan", (12,), (1.0, 0.9, "nan", "nan", 0.8), 2),
    _stops("stop-after-nan-first", (13,), "nan-first", 1),
    _stops(
        "stop-and-train-again",
        (15,),
        (1.0, 0.9, 0.8, 0.85, 0.95, 0.97, 0.94, 0.93),
        2,
        train_batches=2,
        num_train_epochs=2,
        calls=("train", "train"),
    ),
    _stops("stop-without-patience", (16,), "flat", 0, may_raise=True),
    _stops("stop-without-a-metric", (17,), (1.0, None, 1.1, 1.2), 2, may_raise=True),
    _stops(
        "stop-by-one-of-two-sets",
        (18,),
        (1.0, 5.0, 1.1, 5.0, 1.2, 5.0),
        2,
        eval_sets=("a", "b"),
        metric_for_best_model="a_score",
    ),
    _stops(
        "stop-not-by-eval-on-start",
        (19,),
        (0.5, 1.0, 0.9, 0.95, 0.8),
        2,
        eval_on_start=True,
    ),
    _stops(
        "stop-without-evaluations",
        (21,),
        "flat",
        2,
        may_raise=True,
        eval_strategy="no",
        load_best_model_at_end=False,
    ),
    _stops(
        "stop-by-no-metric",
        (21,),
        "flat",
        2,
        may_raise=True,
        metric_for_best_model=None,
        load_best_model_at_end=False,
    ),
    _stops(
        "stop-by-the-full-name",
        (22,),
        (1.0, 0.9, 0.95, 0.92, 0.8),
        2,
        metric_for_best_model="eval_score",
    ),
    _stops("stop-at-infinity", (23,), ("inf", 5.0, 4.0, "inf", 3.0, "inf", "inf", 1.0), 2),
    _stops("stop-at-infinity-twice", (23,), ("inf", "inf", 1.0), 2, 0.5),
    _stops(
        "stop-at-too-small-a-rise",
        (4,),
        (0.0, 0.5, 0.75, 1.0, 2.0),
        1,
        0.25,
        greater_is_better=True,
    ),
    _stops(
        "stop-after-training",
        (24,),
        (1.0, 0.9, 0.8, 0.85),
        1,
        0.0,
        train_batches=1,
        calls=("train", "evaluate"),
        callbacks=(Scripted("clears", (Act(Event.TRAIN_END, lowers="T"),)),),
    ),
)
