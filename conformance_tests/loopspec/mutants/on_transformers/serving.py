"""Variants whose loop serves the flags in another way."""

from __future__ import annotations

from typing import Any

from transformers import Trainer


class TakesTheLatestOfEquals(Trainer):
    def _determine_best_metric(self, metrics: dict[str, float], trial: Any) -> bool:
        better: bool = super()._determine_best_metric(metrics, trial)
        name = self.args.metric_for_best_model
        if name is None or self.args.save_strategy == "no":
            return better
        key = name if name.startswith("eval_") else f"eval_{name}"
        if metrics[key] == self.state.best_metric:  # the bug: the older one stays
            self.state.best_global_step = self.state.global_step
            return True
        return better
