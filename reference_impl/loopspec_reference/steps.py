"""What a step is made of: forward and backward, the running loss, the schedule, the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from . import best_model, distributed, optimization
from .evaluation import Evaluation
from .position import Position


class Steps(Evaluation):
    """The learning half of a trainer, without the loop."""

    #: Micro-batches in the group that is being trained on.
    current_gradient_accumulation_steps: int
    # Sum since the last log. A tensor, because reading it makes the device wait.
    _loss: torch.Tensor
    # Sum of all logs of this run, and the step from which on it holds the losses.
    _loss_logged: float
    _losses_from: int
    _grad_norm: torch.Tensor | None
    _learning_rate: float | None
    _last_logged_step: int
    _start_time: float
    _current_flos = 0.0
    # Looked up once in a run, as a model takes long to say that it has no such attribute.
    _main_input_name = "input_ids"
    _here: Position
    # Of the batch with that index in its epoch; None where all batches of all processes weigh the
    # same, for one because there is one process alone.
    _weight_of: Callable[[int], float] | None = None

    def training_step(
        self, model: nn.Module, inputs: dict[str, Any], num_items_in_batch: Any = None
    ) -> torch.Tensor:
        """Forward and backward for a micro-batch; returns its share of the step's loss.

        The share is the batch's mean loss over the number of micro-batches in this very group,
        `current_gradient_accumulation_steps`, which is smaller at the end of an epoch.
        """
        model.train()
        inputs = self._prepare_inputs(inputs)
        loss: torch.Tensor = self.compute_loss(model, inputs, num_items_in_batch=num_items_in_batch)
        loss = loss / self.current_gradient_accumulation_steps
        if self._weight_of is not None:
            loss = loss * self._weight_of(self._here.batches)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach()

    def _add_loss(self, loss: torch.Tensor) -> None:
        if self.args.logging_nan_inf_filter:
            # A loss that is not finite counts as the mean so far, decided on the device.
            mean = self._loss / (1 + self.state.global_step - self._last_logged_step)
            loss = torch.where(torch.isfinite(loss), loss, mean)
        self._loss = self._loss + loss

    def _advance_schedule(self) -> None:
        # What is logged for a step is the rate that it used, so it is read before it moves on.
        self._learning_rate = optimization.current_learning_rate(self.optimizer, self.lr_scheduler)
        if not optimization.waits_for_metric(self.lr_scheduler):
            self.lr_scheduler.step()

    def _mean_loss(self) -> float:
        """The running loss, as the mean over all processes."""
        return distributed.total(self._loss.item()) / self.args.world_size

    def _log_training(self) -> None:
        loss = self._mean_loss()
        logs: dict[str, Any] = {"loss": loss / (self.state.global_step - self._last_logged_step)}
        if self._grad_norm is not None:
            logs["grad_norm"] = self._grad_norm.item()
        rate = self._learning_rate
        logs["learning_rate"] = (
            optimization.current_learning_rate(self.optimizer, self.lr_scheduler)
            if rate is None
            else rate
        )
        self._loss_logged += loss
        self._loss = torch.zeros_like(self._loss)
        self._last_logged_step = self.state.global_step
        self.store_flos()
        self.log(logs, self._start_time)

    def _evaluate(self, ignore_keys: list[str] | None, scheduled: bool = True) -> dict[str, Any]:
        metrics = self.evaluate(ignore_keys=ignore_keys)
        if scheduled and optimization.waits_for_metric(self.lr_scheduler):
            self.lr_scheduler.step(best_model.lookup(self.args, metrics))
        return metrics

    def store_flos(self) -> None:
        """Add the operations counted since the last call to the state."""
        self.state.total_flos += distributed.total(self._current_flos)
        self._current_flos = 0.0

    def floating_point_ops(self, inputs: dict[str, Any]) -> float:
        """Operations of one forward and backward pass, where the model can tell; else 0."""
        main = self._main_input_name
        if main not in inputs or not hasattr(self.model, "num_parameters"):
            return 0.0
        count: Any = self.model.num_parameters
        return float(6 * inputs[main].numel() * count(exclude_embeddings=True))

    def _count(self, inputs: dict[str, Any]) -> None:
        """Count what a micro-batch adds to operations and tokens."""
        self._current_flos += self.floating_point_ops(inputs)
        kind, main = self.args.include_num_input_tokens_seen, self._main_input_name
        if kind == "no" or main not in inputs:
            return
        pad = getattr(self.processing_class, "pad_token_id", None)
        if kind == "non_padding" and "attention_mask" in inputs:
            tokens = int(inputs["attention_mask"].sum())
        elif kind == "non_padding" and pad is not None:
            tokens = int((inputs[main] != pad).sum())
        else:
            tokens = inputs[main].numel()
        self.state.num_input_tokens_seen += int(distributed.total(tokens))
