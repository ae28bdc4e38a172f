"""The trainer's parts: what it is built from, and what a subclass may exchange.

The loop that uses them is in `trainer.py`.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from . import checkpoint, data, durable, optimization
from .arguments import TrainingArguments
from .collate import (
    Collator,
    default_data_collator,
    find_label_names,
    without_unused_columns,
)
from .control import TrainerControl
from .default_flow import DefaultFlowCallback
from .display import PrinterCallback, ProgressCallback
from .exportable import ExportableState, exported
from .handler import CallbackHandler
from .integrations.report_to import callbacks as reporting_callbacks
from .outputs import EvalPrediction, speed_metrics
from .state import TrainerState

logger = logging.getLogger(__name__)


def set_seed(seed: int) -> None:
    """Seed the generators of python, numpy and torch."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


class TrainerComponents:
    """Construction, data, optimizer, callbacks, logs and files of a trainer."""

    def __init__(
        self,
        model: nn.Module | None = None,
        args: TrainingArguments | None = None,
        data_collator: Collator | None = None,
        train_dataset: Any = None,
        eval_dataset: Any = None,
        processing_class: Any = None,
        *,
        compute_metrics: Callable[[EvalPrediction], dict[str, Any]] | None = None,
        callbacks: list[Any] | None = None,
        optimizers: tuple[Any, Any] = (None, None),
    ) -> None:
        """Build a trainer; `on_init_end` is the last thing that happens.

        `model(**batch)` returns the loss: under the key "loss", or first in a tuple. Samples are
        mappings from the model's argument names. `eval_dataset` may be a dict of datasets.
        `callbacks` are instances or classes. `optimizers` is an optimizer and a schedule to use
        instead of those that `args` describes.

        Raises RuntimeError without a model, ValueError for arguments that do not fit together,
        TypeError if `callbacks` is not a list.
        """
        if model is None:
            raise RuntimeError("`Trainer` requires a `model`")
        self.args = args if args is not None else TrainingArguments(output_dir="tmp_trainer")
        # Random numbers of other processes are others: the same dropout everywhere is less of it.
        set_seed(self.args.seed + self.args.process_index)
        self.model = model.to(self.args.device)
        self.model_wrapped: nn.Module = self.model
        self.data_collator = data_collator or default_data_collator
        self.train_dataset = train_dataset
        self.eval_dataset = eval_dataset
        self.processing_class = processing_class
        self.compute_metrics = compute_metrics
        self.optimizer, self.lr_scheduler = optimizers
        self._owns_scheduler = False
        names = self.args.label_names
        self.label_names = find_label_names(model) if names is None else names
        self._validate()

        if callbacks is not None and not isinstance(callbacks, list):
            raise TypeError(f"`callbacks` must be a list, but is a {type(callbacks).__name__}")
        reporters = reporting_callbacks(self.args.report_to)
        self.callback_handler = CallbackHandler(
            [DefaultFlowCallback, *reporters, *(callbacks or [])],
            self.model,
            self.processing_class,
            self.optimizer,
            self.lr_scheduler,
        )
        self.add_callback(PrinterCallback if self.args.disable_tqdm else ProgressCallback)

        if self.args.should_save:
            durable.make(self.output_dir)
        self.is_in_train = False
        self._tokens_before = 0
        self.control: TrainerControl = TrainerControl()
        self.state = self._new_state()
        # EVT-1, the last thing that construction does
        self.control = self.callback_handler.on_init_end(self.args, self.state, self.control)

    def _validate(self) -> None:
        args = self.args
        if args.eval_strategy != "no" and self.eval_dataset is None:
            raise ValueError(
                f"eval_strategy is {args.eval_strategy}, but there is nothing to evaluate on: "
                "give an eval_dataset, or set the strategy to 'no'"
            )
        if args.save_strategy == "best" and args.metric_for_best_model is None:
            raise ValueError("`metric_for_best_model` is needed to save the best model")
        sized = self.train_dataset is None or data.has_length(self.train_dataset)
        if not sized and args.max_steps <= 0:
            raise ValueError("train_dataset has no length, so max_steps has to be specified")

    @property
    def output_dir(self) -> Path:
        """Folder of the checkpoints."""
        return Path(self.args.output_dir or ".")

    def is_world_process_zero(self) -> bool:
        """Whether this process is the first of all."""
        return self.args.process_index == 0

    def is_local_process_zero(self) -> bool:
        """Whether this process is the first on its machine."""
        return self.args.local_process_index == 0

    # Callbacks

    def add_callback(self, callback: Any) -> None:
        """Append a callback; see `CallbackHandler.add_callback`."""
        self.callback_handler.add_callback(callback)

    def pop_callback(self, callback: Any) -> Any:
        """Remove and return a callback; see `CallbackHandler.pop_callback`."""
        return self.callback_handler.pop_callback(callback)

    def remove_callback(self, callback: Any) -> None:
        """Remove a callback; see `CallbackHandler.remove_callback`."""
        self.callback_handler.remove_callback(callback)

    def _stateful(self) -> list[Any]:
        objects = [*self.callback_handler.callbacks, self.control]
        # Asking a declared exporter lets one without `state` fail now and not at the first save.
        return [
            obj for obj in objects if isinstance(obj, ExportableState) or exported(obj) is not None
        ]

    def _new_state(self) -> TrainerState:
        return TrainerState(
            is_local_process_zero=self.is_local_process_zero(),
            is_world_process_zero=self.is_world_process_zero(),
            stateful_callbacks=self._stateful(),
        )

    # Data

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The training batches, shuffled. Raises ValueError without a train_dataset."""
        if self.train_dataset is None:
            raise ValueError("Trainer: training requires a train_dataset.")
        return self._loader(self.train_dataset, self.args.train_batch_size, shuffle=True)

    def get_eval_dataloader(self, eval_dataset: Any = None) -> DataLoader[Any]:
        """The evaluation batches of a dataset, or of the one of that name, or of the default one.

        Raises ValueError if there is none.
        """
        if eval_dataset is None:
            eval_dataset = self.eval_dataset
        if eval_dataset is None:
            raise ValueError("Trainer: evaluation requires an eval_dataset.")
        if isinstance(eval_dataset, str):
            eval_dataset = self.eval_dataset[eval_dataset]
        return self._loader(eval_dataset, self.args.eval_batch_size, shuffle=False)

    def get_test_dataloader(self, test_dataset: Any) -> DataLoader[Any]:
        """The batches of a dataset to predict on."""
        return self._loader(test_dataset, self.args.eval_batch_size, shuffle=False)

    def _loader(self, dataset: Any, batch_size: int, shuffle: bool) -> DataLoader[Any]:
        collate = self.data_collator
        if self.args.remove_unused_columns:
            collate = without_unused_columns(collate, self.model, self.label_names)
        return data.make_dataloader(self.args, dataset, batch_size, collate, shuffle)

    def _prepare_inputs(self, inputs: dict[str, Any]) -> dict[str, Any]:
        prepared: dict[str, Any] = data.to_device(inputs, self.args.device)
        return prepared

    # Loss, optimizer, schedule

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """The loss of a batch, a scalar tensor; with `return_outputs` also the model's outputs.

        Raises ValueError if the model returns a mapping without "loss".
        """
        outputs = model(**inputs)
        if isinstance(outputs, dict):
            if "loss" not in outputs:
                raise ValueError(
                    f"the model returned no loss, only {', '.join(outputs)}; "
                    f"it was given {', '.join(inputs)}"
                )
            loss = outputs["loss"]
        else:
            loss = outputs[0]
        return (loss, outputs) if return_outputs else loss

    def create_optimizer(self) -> Any:
        """Make `self.optimizer` unless there is one; it lives on from one train() to the next."""
        if self.optimizer is None:
            self.optimizer = optimization.make_optimizer(self.args, self.model)
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """Make `self.lr_scheduler` for a run of that many steps unless one was passed in."""
        if self._owns_scheduler or self.lr_scheduler is None:
            self._owns_scheduler = True
            self.lr_scheduler = optimization.make_scheduler(
                self.args, optimizer or self.optimizer, num_training_steps
            )
        return self.lr_scheduler

    # Logs and files

    def log(self, logs: dict[str, Any], start_time: float | None = None) -> None:
        """Add the epoch to `logs`, keep a copy in the history, and fire `on_log`.

        Callbacks share the dict itself. `start_time`, of `time.time()`, is that of the training
        whose tokens per second are logged if tokens are counted.
        """
        if self.state.epoch is not None:
            logs["epoch"] = self.state.epoch
        if self.args.include_num_input_tokens_seen != "no":
            logs["num_input_tokens_seen"] = self.state.num_input_tokens_seen
            if start_time is not None:
                tokens = self.state.num_input_tokens_seen - self._tokens_before
                logs.update(speed_metrics("train", start_time, num_tokens=tokens))
        self.state.log_history.append({**logs, "step": self.state.global_step})
        # STATE-1, STATE-2, CTRL-10
        self.control = self.callback_handler.on_log(self.args, self.state, self.control, logs)

    def save_model(self, output_dir: str | Path | None = None) -> None:
        """Write weights, tokenizer and arguments to a folder. Fires no event."""
        if not self.args.should_save:
            return
        folder = Path(output_dir or self.output_dir)
        checkpoint.write_model(folder, self.model, self.processing_class)
        checkpoint.dump(self.args, folder / checkpoint.ARGS_NAME)

    def push_to_hub(self, commit_message: str = "End of training") -> Any:
        """Upload the model; gives what `upload_folder` gives. Fires `on_push_begin` before it."""
        # EVT-41
        self.control = self.callback_handler.on_push_begin(self.args, self.state, self.control)
        self.save_model()
        if self.is_world_process_zero():
            return self.upload_folder(self.output_dir, commit_message)
        return None

    def upload_folder(self, folder: Path, commit_message: str) -> Any:
        """Upload a folder, checkpoints left out, to the hub as a repository of its name.

        Override it to upload elsewhere. Raises ImportError without `huggingface_hub`.
        """
        from huggingface_hub import HfApi

        hub = HfApi()
        repository = hub.create_repo(folder.absolute().name, exist_ok=True).repo_id
        return hub.upload_folder(
            repo_id=repository,
            folder_path=str(folder),
            commit_message=commit_message,
            ignore_patterns=["_*", "checkpoint-*"],
        )

    def save_state(self) -> None:
        """Write the trainer's state to the output folder. Fires no event."""
        if self.args.should_save:
            self.state.save_to_json(self.output_dir / checkpoint.STATE_NAME)
