"""Trainers with real models, whose losses and metrics are those of the scenario all the same.

What the trainer computes is computed, and its gradients are what it trains by; only the numbers
that come out are replaced, so that what is logged can be known beforehand.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loopspec.scenario import Scenario
from loopspec.subjects.hf import HFSubject, package_version
from loopspec.subjects.tiny_torch import EVAL_LOSS, scripted_metrics


class DerivedSubject(HFSubject):
    """A trainer that derives from transformers' and wants other things than a model of one weight.

    Args:
        wanted: the package that it comes from.
        keywords: what `HFSubject` takes besides.
    """

    def __init__(self, trainer_class: type, wanted: str, **keywords: Any) -> None:
        self._wanted = wanted
        super().__init__(trainer_class, **keywords)

    @property
    def package(self) -> str:
        return self._wanted

    @property
    def packages(self) -> Mapping[str, str]:
        names = dict.fromkeys(("torch", "transformers", "accelerate", self._wanted))
        return {name: package_version(name) for name in names}

    def make_keywords(
        self, scenario: Scenario, callbacks: list[Any], folder: Path
    ) -> dict[str, Any]:
        made = super().make_keywords(scenario, callbacks, folder)
        taken = inspect.signature(self.trainer_class).parameters
        if "compute_metrics" not in taken:
            del made["compute_metrics"]  # the metrics come by `script`
        return made

    def make_trainer(self, scenario: Scenario, callbacks: list[Any], folder: Path) -> Any:
        keywords = self.make_keywords(scenario, callbacks, folder)
        trainer = self.trainer_class(**keywords)
        script(trainer, scenario if "compute_metrics" not in keywords else None)
        return trainer


def script(trainer: Any, metrics_of: Scenario | None, prefix: str | None = None) -> None:
    """Replace the numbers that a trainer computes by the scenario's, here on this one object.

    The k-th training micro-batch gets loss k, every evaluation batch 0.5; an evaluation gets the
    metrics of the scenario, if one is given. Before their names stands `prefix`, or what stands
    before those of the trainer.
    """
    passes = 0
    compute, loop = trainer.compute_loss, trainer.evaluation_loop

    @functools.wraps(compute)
    def compute_loss(model: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal passes
        found = compute(model, *args, **kwargs)
        loss = found[0] if isinstance(found, tuple) else found
        passes += model.training
        value = float(passes) / _divisor(trainer, kwargs) if model.training else EVAL_LOSS
        scripted = loss - loss.detach() + value
        return (scripted, *found[1:]) if isinstance(found, tuple) else scripted

    trainer.compute_loss = compute_loss
    measure = scripted_metrics(metrics_of) if metrics_of is not None else None
    if measure is None:
        return

    @functools.wraps(loop)
    def evaluation_loop(*args: Any, **kwargs: Any) -> Any:
        output = loop(*args, **kwargs)
        given = inspect.signature(loop).bind(*args, **kwargs).arguments
        before = prefix or given.get("metric_key_prefix", "eval")
        output.metrics.update({f"{before}_{name}": v for name, v in measure(None).items()})
        return output

    trainer.evaluation_loop = evaluation_loop


def _divisor(trainer: Any, kwargs: Mapping[str, Any]) -> int:
    """The length of the group for a loss that is a mean over the whole group already; 1 for one
    that transformers divides by that length after it is computed."""
    scaled = getattr(trainer, "loss_is_scaled_for_ga", None)  # since 5.19 a trainer may say so
    if scaled is None:
        whole = trainer.model_accepts_loss_kwargs and kwargs.get("num_items_in_batch") is not None
        scaled = whole or trainer.compute_loss_func is not None
    return int(trainer.current_gradient_accumulation_steps) if scaled else 1
