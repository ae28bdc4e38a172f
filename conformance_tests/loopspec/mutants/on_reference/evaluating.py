"""Variants that evaluate in another way."""

from __future__ import annotations

from typing import Any

from loopspec_reference import Trainer


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
        output = self._timed_loop(loader, "Evaluation", loss_only, ignore_keys, metric_key_prefix)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, output.metrics
        )
        self.log(output.metrics)  # the bug: after the event, so that callbacks can add metrics
        return output.metrics
