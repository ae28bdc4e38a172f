"""Variants that evaluate in another way."""

from __future__ import annotations

from typing import Any

from loopspec_reference import Trainer
from loopspec_reference.best_model import update_best


class LogsWhatOnEvaluateLeft(Trainer):
    def evaluate(
        self,
        eval_dataset: Any = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, Any]:
        if isinstance(self.eval_dataset if eval_dataset is None else eval_dataset, dict):
            return super().evaluate(eval_dataset, ignore_keys, metric_key_prefix)
        loader = self.get_eval_dataloader(eval_dataset)
        loss_only = True if self.compute_metrics is None else None
        with self._closing_bars():
            output = self._timed_loop(
                loader, "Evaluation", loss_only, ignore_keys, metric_key_prefix
            )
            self.control = self.callback_handler.on_evaluate(
                self.args, self.state, self.control, output.metrics
            )
            self.log(output.metrics)  # the bug: after the event
        return output.metrics


class LogsPredictions(Trainer):
    def predict(self, *args: Any, **keywords: Any) -> Any:
        output = super().predict(*args, **keywords)
        self.log(output.metrics)  # the bug
        return output


class TellsOfAllSetsAtOnce(Trainer):
    def evaluate(
        self,
        eval_dataset: Any = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, Any]:
        datasets = self.eval_dataset if eval_dataset is None else eval_dataset
        if not isinstance(datasets, dict):
            return super().evaluate(eval_dataset, ignore_keys, metric_key_prefix)
        metrics: dict[str, Any] = {}
        for name, dataset in datasets.items():
            loader = self.get_eval_dataloader(dataset)
            prefix = f"{metric_key_prefix}_{name}"
            output = self._timed_loop(loader, "Evaluation", None, ignore_keys, prefix)
            metrics |= output.metrics
        self.log(metrics)  # the bug: one log and one event for all sets
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics


class StartCountsForTheBest(Trainer):
    def _evaluate(self, ignore_keys: Any, scheduled: bool = True) -> dict[str, Any]:
        metrics = super()._evaluate(ignore_keys, scheduled)
        if not scheduled:
            update_best(self.args, self.state, metrics)  # the bug: nothing is trained yet
        return metrics
