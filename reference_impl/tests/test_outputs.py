from __future__ import annotations

import time

import pytest

from loopspec_reference import EvalPrediction
from loopspec_reference.outputs import speed_metrics


def test_a_prediction_unpacks_and_indexes() -> None:
    predictions, labels = EvalPrediction(1, 2)
    assert (predictions, labels) == (1, 2)
    assert list(EvalPrediction(1, 2, losses=4)) == [1, 2, 4]
    assert EvalPrediction(1, 2, 3, 4)[2] == 3
    with pytest.raises(IndexError):
        EvalPrediction(1, 2)[2]


def test_speeds_are_counts_per_second() -> None:
    metrics = speed_metrics("train", time.time() - 2, num_samples=8, num_steps=4)
    assert metrics["train_runtime"] == pytest.approx(2, abs=0.2)
    assert metrics["train_samples_per_second"] == pytest.approx(4, abs=0.5)
    assert metrics["train_steps_per_second"] == pytest.approx(2, abs=0.2)
    assert "train_tokens_per_second" not in metrics
