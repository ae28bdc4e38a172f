"""Evaluation and prediction: a pass over a dataset without learning."""

from __future__ import annotations

import contextlib
import inspect
import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from . import data, distributed
from .components import TrainerComponents
from .display import ProgressCallback
from .gathering import Part, concatenate, gathered
from .outputs import EvalLoopOutput, EvalPrediction, PredictionOutput, speed_metrics


class Evaluation(TrainerComponents):
    """The evaluating half of a trainer."""

    #: Seconds it took to prepare the model, known if it was evaluated before it was trained.
    model_preparation_time: float | None = None
    _model_is_prepared = False

    def evaluate(
        self,
        eval_dataset: Any = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, Any]:
        """Evaluate on a dataset, on each of a dict of them, or on the trainer's own.

        Returns the metrics, their names prefixed; those of a dict's datasets also with its key.
        `ignore_keys` are keys of the model's outputs that are no predictions. Raises ValueError
        if there is no dataset.
        """
        datasets = self.eval_dataset if eval_dataset is None else eval_dataset
        if isinstance(datasets, dict):
            metrics: dict[str, Any] = {}
            for name, dataset in datasets.items():
                part = name if eval_dataset is None else dataset
                prefix = f"{metric_key_prefix}_{name}"
                metrics |= self.evaluate(
                    eval_dataset=part, ignore_keys=ignore_keys, metric_key_prefix=prefix
                )
            return metrics
        loader = self.get_eval_dataloader(datasets)
        # Without compute_metrics nobody looks at the predictions, so none are kept.
        loss_only = True if self.compute_metrics is None else None
        with self._closing_bars():
            output = self._timed_loop(
                loader, "Evaluation", loss_only, ignore_keys, metric_key_prefix
            )
            self.log(output.metrics)
            # EVT-32, EVT-34, CTRL-9
            self.control = self.callback_handler.on_evaluate(
                self.args, self.state, self.control, output.metrics
            )
        return output.metrics

    def predict(
        self,
        test_dataset: Any,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "test",
    ) -> PredictionOutput:
        """Predictions, labels and metrics for a dataset; nothing is logged."""
        loader = self.get_test_dataloader(test_dataset)
        with self._closing_bars():
            output = self._timed_loop(loader, "Prediction", None, ignore_keys, metric_key_prefix)
            # EVT-34, EVT-37
            self.control = self.callback_handler.on_predict(
                self.args, self.state, self.control, output.metrics
            )
        return PredictionOutput(output.predictions, output.label_ids, output.metrics)

    @contextlib.contextmanager
    def _closing_bars(self) -> Iterator[None]:
        # SHOW-17: an evaluation that fails leaves no bar, also where a callback catches it.
        try:
            yield
        except BaseException:
            for callback in self.callback_handler.callbacks:
                if isinstance(callback, ProgressCallback):
                    callback.close_prediction_bar()
            raise

    def _timed_loop(
        self,
        loader: DataLoader[Any],
        description: str,
        loss_only: bool | None,
        ignore_keys: list[str] | None,
        prefix: str,
    ) -> EvalLoopOutput:
        start = time.time()
        output = self.evaluation_loop(loader, description, loss_only, ignore_keys, prefix)
        start += output.metrics.get(f"{prefix}_model_preparation_time", 0.0)
        batches = math.ceil(output.num_samples / (self.args.eval_batch_size * self.args.world_size))
        output.metrics.update(speed_metrics(prefix, start, output.num_samples, batches))
        # PROC-6: times differ between processes, and what a metric draws at random.
        return output._replace(metrics=distributed.first_ones(output.metrics))

    def evaluation_loop(
        self,
        dataloader: DataLoader[Any],
        description: str,
        prediction_loss_only: bool | None = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> EvalLoopOutput:
        """Run the model over the batches and compute the metrics.

        The loss is the mean over samples, each with the mean loss of its batch. Losses that are
        not finite are left out if `logging_nan_inf_filter` is set and any other is there.
        """
        args = self.args
        if prediction_loss_only is None:
            prediction_loss_only = args.prediction_loss_only
        self._prepare_model()
        # Not the wrapped one: nothing is exchanged in an evaluation but its results.
        model = self.model
        model.eval()
        distributed.same_buffers(model)
        self.callback_handler.eval_dataloader = dataloader
        keep_inputs = "inputs" in args.include_for_metrics
        parts: list[Part] = []

        for batch in dataloader:
            size = data.find_batch_size(batch) or 1
            loss, logits, labels = self.prediction_step(
                model, batch, prediction_loss_only, ignore_keys
            )
            losses = None if loss is None else loss.repeat(size)
            name = getattr(self.model, "main_input_name", "input_ids")
            parts.append(Part(size, losses, logits, labels, batch[name] if keep_inputs else None))
            # EVT-31
            self.control = self.callback_handler.on_prediction_step(args, self.state, self.control)

        parts = gathered(parts, dataloader)
        seen = sum(part.size for part in parts)
        columns = ([part[i] for part in parts if part[i] is not None] for i in range(1, 5))
        all_losses, predictions, label_ids, inputs = map(concatenate, columns)
        metrics: dict[str, Any] = {}
        if self.compute_metrics and predictions is not None and label_ids is not None:
            kept_losses = all_losses if "loss" in args.include_for_metrics else None
            metrics = self.compute_metrics(
                EvalPrediction(predictions, label_ids, inputs, kept_losses)
            )
        metrics = {name: plain(value) for name, value in metrics.items()}
        if all_losses is not None:
            finite = np.isfinite(all_losses)
            if args.logging_nan_inf_filter and finite.any():
                all_losses = all_losses[finite]
            metrics[f"{metric_key_prefix}_loss"] = all_losses.mean().item()
        if self.model_preparation_time is not None:
            metrics["model_preparation_time"] = self.model_preparation_time
        own, others = f"{metric_key_prefix}_", dict(metrics)
        metrics = {k: others.pop(k) for k in metrics if k.startswith(own)}
        metrics |= {own + name: value for name, value in others.items()}
        dataset = getattr(dataloader, "dataset", None)
        samples = len(dataset) if data.has_length(dataset) else seen
        return EvalLoopOutput(predictions, label_ids, metrics, samples or seen)

    def prediction_step(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        prediction_loss_only: bool,
        ignore_keys: list[str] | None = None,
    ) -> tuple[torch.Tensor | None, Any, Any]:
        """Loss, logits and labels of a batch, each None where there is none.

        There is a loss if all of the model's label inputs are in the batch, or if it has none
        and can return a loss without.
        """
        names = self.label_names
        has_labels = bool(names) and all(inputs.get(name) is not None for name in names)
        with_loss = has_labels or (not names and self._returns_loss(inputs))
        inputs = self._prepare_inputs(inputs)
        if ignore_keys is None:
            config = getattr(self.model, "config", None)
            cached = [] if config is None else ["past_key_values"]
            ignore_keys = getattr(config, "keys_to_ignore_at_inference", cached)
        labels = tuple(inputs.get(name) for name in names) if with_loss else None
        loss = None
        with torch.no_grad():
            if with_loss:
                loss, outputs = self.compute_loss(
                    model, inputs, return_outputs=True, num_items_in_batch=None
                )
                loss = loss.detach().mean()
            else:
                outputs = model(**inputs)
        if prediction_loss_only:
            return loss, None, None
        if isinstance(outputs, dict):
            skipped = {*ignore_keys, "loss"} if with_loss else set(ignore_keys)
            outputs = tuple(value for key, value in outputs.items() if key not in skipped)
        elif with_loss:
            outputs = outputs[1:]
        return loss, _single(outputs), _single(labels)

    def _returns_loss(self, inputs: Mapping[str, Any]) -> bool:
        asked = inputs.get("return_loss")
        parameter = inspect.signature(self.model.forward).parameters.get("return_loss")
        return bool(parameter and parameter.default is True) if asked is None else bool(asked)

    def _prepare_model(self) -> None:
        if not self._model_is_prepared:
            start = time.time()
            self.model_preparation_time = round(time.time() - start, 4)
            self._model_is_prepared = True


def _single(values: Any) -> Any:
    return values[0] if isinstance(values, (tuple, list)) and len(values) == 1 else values


def plain(value: Any) -> Any:
    """`value` as a python number if it is a numpy one or a tensor of one element."""
    if isinstance(value, np.generic) or (isinstance(value, torch.Tensor) and value.numel() == 1):
        return value.item()
    return value
