"""Which evaluation was the best, and how its weights come back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from . import checkpoint

if TYPE_CHECKING:
    from .arguments import TrainingArguments
    from .state import TrainerState

logger = logging.getLogger(__name__)


def metric_key(args: TrainingArguments) -> str:
    """The key of `metric_for_best_model` in the metrics. AttributeError if that is None."""
    name = args.metric_for_best_model
    if name is None:
        raise AttributeError("metric_for_best_model is None: there is no metric to look at")
    return name if name.startswith("eval_") else f"eval_{name}"


def lookup(args: TrainingArguments, metrics: Mapping[str, Any]) -> Any:
    """The value that decides. KeyError, naming the keys there are, if it is not in `metrics`."""
    key = metric_key(args)
    if key not in metrics:
        raise KeyError(
            f"metric_for_best_model is {key!r}, which is not among the evaluation metrics: "
            f"{', '.join(metrics)}. Let compute_metrics return it, or name another one."
        )
    return metrics[key]


def is_better(args: TrainingArguments, value: Any, best: Any) -> bool:
    """Whether `value` is strictly better than `best`. NaN never is."""
    return bool(value > best if args.greater_is_better else value < best)


def update_best(args: TrainingArguments, state: TrainerState, metrics: Mapping[str, Any]) -> bool:
    """Record this evaluation in `state` if it is the best so far, and say whether it is."""
    if args.metric_for_best_model is None:
        return False
    value = lookup(args, metrics)
    if state.best_metric is None:
        state.best_metric = float("-inf" if args.greater_is_better else "inf")
    if not is_better(args, value, state.best_metric):
        return False
    state.best_metric = value
    if args.save_strategy != "no":
        state.best_global_step = state.global_step
    return True


def load_best(state: TrainerState, model: nn.Module) -> None:
    """Load the weights of `state.best_model_checkpoint`, if it names one, into `model`."""
    if state.best_model_checkpoint is None:
        return
    folder = Path(state.best_model_checkpoint)
    reason = checkpoint.fault(folder)
    if reason is not None:
        logger.warning("The best model, %s, is gone (%s); keeping the last one.", folder, reason)
        return
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    weights = folder / checkpoint.WEIGHTS_NAME
    model.load_state_dict(torch.load(weights, map_location=device, weights_only=True))
