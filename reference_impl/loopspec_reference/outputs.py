"""What the trainer's methods return, and how metrics are timed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple


class TrainOutput(NamedTuple):
    """Result of `train()`: steps completed, mean loss per step, the last logged dict."""

    global_step: int
    training_loss: float
    metrics: dict[str, Any]


class PredictionOutput(NamedTuple):
    """Result of `predict()`: numpy arrays with the samples first, and the metrics."""

    predictions: Any
    label_ids: Any
    metrics: dict[str, Any]


class EvalLoopOutput(NamedTuple):
    """Result of `evaluation_loop()`: as `PredictionOutput`, and how many samples there were."""

    predictions: Any
    label_ids: Any
    metrics: dict[str, Any]
    num_samples: int


class EvalPrediction:
    """What `compute_metrics` gets; unpacks as (predictions, label_ids, ...).

    Arrays have the samples in their first dimension. `inputs` and `losses` are there if
    `include_for_metrics` names them.
    """

    def __init__(
        self, predictions: Any, label_ids: Any, inputs: Any = None, losses: Any = None
    ) -> None:
        self.predictions = predictions
        self.label_ids = label_ids
        self.inputs = inputs
        self.losses = losses
        extra = tuple(value for value in (inputs, losses) if value is not None)
        self.elements: tuple[Any, ...] = (predictions, label_ids, *extra)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.elements)

    def __getitem__(self, index: int) -> Any:
        if not 0 <= index < len(self.elements):
            raise IndexError("tuple index out of range")
        return self.elements[index]


def speed_metrics(
    prefix: str,
    start_time: float,
    num_samples: float | None = None,
    num_steps: float | None = None,
    num_tokens: float | None = None,
) -> dict[str, float]:
    """Seconds since `start_time` (of `time.time()`), and each count per second."""
    runtime = time.time() - start_time
    result = {f"{prefix}_runtime": round(runtime, 4)}
    counts = {"samples": num_samples, "steps": num_steps, "tokens": num_tokens}
    for name, count in counts.items():
        if count is not None and runtime > 0:
            result[f"{prefix}_{name}_per_second"] = round(count / runtime, 3)
    return result
