"""What can be asked of a trainer: transformers' names and defaults, as far as this one goes."""

from __future__ import annotations

import json
import logging
import math
import os
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any

import torch

from . import distributed
from .integrations.report_to import resolve
from .strategies import IntervalStrategy, OptimizerNames, SaveStrategy, SchedulerType

logger = logging.getLogger(__name__)


@dataclass
class TrainingArguments:
    """The settings of a training run. An unknown one is a TypeError, a wrong one a ValueError.

    Every `*_steps` interval is a number of steps, or a share of all steps if below 1.
    """

    output_dir: str | None = None

    # How long and in what portions. `max_steps` wins over `num_train_epochs` if positive.
    num_train_epochs: float = 3.0
    max_steps: int = -1
    per_device_train_batch_size: int = 8
    per_device_eval_batch_size: int = 8
    gradient_accumulation_steps: int = 1

    # Optimization. `max_grad_norm` 0 measures the norm and does not clip.
    optim: OptimizerNames | str = "adamw_torch_fused"
    learning_rate: float = 5e-5
    weight_decay: float = 0.0
    adam_beta1: float = 0.9
    adam_beta2: float = 0.999
    adam_epsilon: float = 1e-8
    max_grad_norm: float = 1.0
    lr_scheduler_type: SchedulerType | str = "linear"
    warmup_steps: float = 0

    # Logging
    logging_strategy: IntervalStrategy | str = "steps"
    logging_steps: float = 500
    logging_first_step: bool = False
    logging_nan_inf_filter: bool = True
    logging_dir: str | None = None
    include_num_input_tokens_seen: str | bool = "no"
    disable_tqdm: bool | None = None
    report_to: Any = "all"
    run_name: str | None = None

    # Evaluation. `eval_delay` is in steps or epochs, as the strategy is.
    eval_strategy: IntervalStrategy | str = "no"
    eval_steps: float | None = None
    eval_delay: float = 0
    eval_on_start: bool = False
    prediction_loss_only: bool = False
    label_names: list[str] | None = None
    include_for_metrics: list[str] = field(default_factory=list)

    # Checkpoints
    save_strategy: SaveStrategy | str = "steps"
    save_steps: float = 500
    save_total_limit: int | None = None
    save_only_model: bool = False
    save_on_each_node: bool = False
    load_best_model_at_end: bool = False
    metric_for_best_model: str | None = None
    greater_is_better: bool | None = None
    resume_from_checkpoint: str | None = None
    restore_callback_states_from_checkpoint: bool = False
    ignore_data_skip: bool = False

    # Machine and data
    seed: int = 42
    data_seed: int | None = None
    use_cpu: bool = False
    dataloader_drop_last: bool = False
    dataloader_num_workers: int = 0
    dataloader_pin_memory: bool = True
    remove_unused_columns: bool = True

    # Several processes. `ddp_timeout` is in seconds; the backend is nccl on GPUs and else gloo.
    ddp_backend: str | None = None
    ddp_timeout: float = 1800
    ddp_find_unused_parameters: bool | None = None

    # For scripts; the trainer does not look at them.
    do_train: bool = False
    do_eval: bool = False
    do_predict: bool = False

    def __post_init__(self) -> None:
        distributed.join(self.device, self.ddp_backend, self.ddp_timeout)
        self.output_dir = os.path.expanduser(self.output_dir or "trainer_output")
        if self.disable_tqdm is None:
            self.disable_tqdm = logger.getEffectiveLevel() > logging.WARNING
        if isinstance(self.include_num_input_tokens_seen, bool):
            self.include_num_input_tokens_seen = (
                "all" if self.include_num_input_tokens_seen else "no"
            )
        self.eval_strategy = IntervalStrategy(self.eval_strategy)
        self.logging_strategy = IntervalStrategy(self.logging_strategy)
        self.save_strategy = SaveStrategy(self.save_strategy)
        self.lr_scheduler_type = SchedulerType(self.lr_scheduler_type)
        self.optim = OptimizerNames(self.optim)
        if self.eval_strategy != "no":
            self.do_eval = True
        if self.load_best_model_at_end and self.metric_for_best_model is None:
            self.metric_for_best_model = "loss"
        if self.greater_is_better is None and self.metric_for_best_model is not None:
            self.greater_is_better = not self.metric_for_best_model.endswith("loss")
        self.report_to = resolve(self.report_to)
        self._check_intervals()
        if self.load_best_model_at_end:
            self._check_best_can_be_saved()
        if self.gradient_accumulation_steps < 1:
            raise ValueError("gradient_accumulation_steps must be at least 1")
        if self.warmup_steps < 0:
            raise ValueError(f"warmup_steps must not be negative, but is {self.warmup_steps}")

    def _check_intervals(self) -> None:
        if self.eval_strategy == "steps" and not self.eval_steps:
            if not self.logging_steps > 0:
                raise ValueError("eval_strategy 'steps' needs non-zero eval_steps or logging_steps")
            self.eval_steps = self.logging_steps
        if self.logging_strategy == "steps" and self.logging_steps == 0:
            raise ValueError("logging_strategy 'steps' needs non-zero logging_steps")
        for kind in ("logging", "eval", "save"):
            steps = getattr(self, f"{kind}_steps")
            if getattr(self, f"{kind}_strategy") == "steps" and steps > 1:
                if steps != int(steps):
                    raise ValueError(f"{kind}_steps above 1 must be an integer, but is {steps}")
                setattr(self, f"{kind}_steps", int(steps))

    def _check_best_can_be_saved(self) -> None:
        if self.save_strategy == "best":
            return
        if self.eval_strategy != self.save_strategy:
            raise ValueError(
                "with load_best_model_at_end each saved model must have been evaluated: set "
                f"save_strategy (now {self.save_strategy}) to eval_strategy (now "
                f"{self.eval_strategy}), or to 'best'"
            )
        if self.eval_strategy != "steps" or self.eval_steps is None:
            return
        if (self.eval_steps < 1) != (self.save_steps < 1):
            raise ValueError(
                "with load_best_model_at_end give save_steps and eval_steps both as ratios or "
                f"both as steps, not {self.save_steps} and {self.eval_steps}"
            )
        # Ratios are compared as integers, since 0.3 % 0.1 is not 0.
        scale = 1_000_000 if self.save_steps < 1 else 1
        if (self.save_steps * scale) % (self.eval_steps * scale) != 0:
            raise ValueError(
                "with load_best_model_at_end save_steps must be a multiple of eval_steps: "
                f"{self.save_steps} is none of {self.eval_steps}"
            )

    @property
    def device(self) -> torch.device:
        """Where the model and its inputs are."""
        if self.use_cpu or not torch.cuda.is_available():
            return torch.device("cpu")
        return torch.device("cuda", distributed.local_rank())

    @property
    def n_gpu(self) -> int:
        """GPUs used by this process: 0 or 1."""
        return int(self.device.type == "cuda")

    @property
    def train_batch_size(self) -> int:
        """Samples in one training batch of this process."""
        return self.per_device_train_batch_size

    @property
    def eval_batch_size(self) -> int:
        """Samples in one evaluation batch of this process."""
        return self.per_device_eval_batch_size

    @property
    def world_size(self) -> int:
        """Processes that train together."""
        return distributed.world_size()

    @property
    def process_index(self) -> int:
        """Index of this process among all."""
        return distributed.rank()

    @property
    def local_process_index(self) -> int:
        """Index of this process on its machine."""
        return distributed.local_rank()

    @property
    def should_log(self) -> bool:
        """Whether this process is the one that logs."""
        return self.process_index == 0

    @property
    def should_save(self) -> bool:
        """Whether this process is the one that writes to disk, or the one of this machine that
        does if `save_on_each_node` is set: where machines have disks of their own."""
        return (self.local_process_index if self.save_on_each_node else self.process_index) == 0

    def get_warmup_steps(self, num_training_steps: int) -> int:
        """Warmup in steps, where `warmup_steps` may be a share of all."""
        if self.warmup_steps >= 1:
            return int(self.warmup_steps)
        return math.ceil(num_training_steps * self.warmup_steps)

    def to_dict(self) -> dict[str, Any]:
        """The fields, enums as their strings."""
        values = {item.name: getattr(self, item.name) for item in fields(self) if item.init}
        return {k: v.value if isinstance(v, Enum) else v for k, v in values.items()}

    def to_json_string(self) -> str:
        """`to_dict` as JSON."""
        return json.dumps(self.to_dict(), indent=2)

    def to_sanitized_dict(self) -> dict[str, Any]:
        """`to_dict` with plain values only, as trackers want their hyperparameters."""
        values = {
            **self.to_dict(),
            "train_batch_size": self.train_batch_size,
            "eval_batch_size": self.eval_batch_size,
        }
        plain = (bool, int, float, str, torch.Tensor)
        return {k: v if type(v) in plain else str(v) for k, v in values.items()}
