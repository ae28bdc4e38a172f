"""ClearML: a task on its server, or in a folder that is sent to one later."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .base import TrackerCallback
from .environment import is_on
from .overheard import Overheard
from .values import model_config, parameters

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..state import TrainerState as State

PARAMETERS, MODEL = "Transformers", "Model Configuration"
"""The sections that hold the arguments and the model's configuration."""


class ClearMLCallback(TrackerCallback):
    """Reports numbers as scalars by steps, those of the whole training as single values too, texts
    to the console, arguments as hyperparameters.

    The current task is used, and left open; else one is made, and closed: as failed if training
    raises. What is logged after the end goes to the same task. ClearML would hold a number that is
    not finite as 0: it becomes a line in the console.

    Environment: `CLEARML_PROJECT`, by default "HuggingFace Transformers"; `CLEARML_TASK`, by
    default "Trainer"; `CLEARML_LOG_MODEL`, to upload each checkpoint as an artifact, off by
    default. The package reads others.
    """

    name = "clearml"
    packages = ("clearml",)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.task: Any = None
        self._is_own = False
        self._id: str | None = None
        self._overheard = Overheard("clearml")

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Take, make or go on with a task; send parameters and the model's configuration."""
        from clearml import Task

        self._overheard.start()
        current = Task.current_task()
        self._is_own = current is None and Task.running_locally()
        self.task = current or self._make()
        held = parameters(args, None)
        self.task.update_parameters({f"{PARAMETERS}/{k}": str(v) for k, v in held.items()})
        if config := model_config(model):
            self.task.set_configuration_object(MODEL, config_dict=config)
        self._overheard.check()

    def _make(self) -> Any:
        from clearml import Task

        # The process that reports would be forked from one with threads, which now and then has
        # the task never close.
        Task._report_subprocess_enabled = False
        task = Task.init(
            project_name=os.environ.get("CLEARML_PROJECT") or "HuggingFace Transformers",
            task_name=os.environ.get("CLEARML_TASK") or "Trainer",
            # By default the last task of this name is emptied and used again.
            reuse_last_task_id=self._id or False,
            continue_last_task=0 if self._id else False,
            output_uri=True,
            auto_connect_frameworks={"tensorboard": False, "pytorch": False},
        )
        self._id = task.id
        return task

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Report, and wait until it is sent: what fails in ClearML's threads is only logged."""
        logger = self.task.get_logger()
        for name, value in values.items():
            title, _, series = name.partition("/")
            if not math.isfinite(value):
                logger.report_text(f"{name}: {value} at step {step}")
                continue
            logger.report_scalar(title, series, value, step)
            if series.startswith("train_") or series == "total_flos":
                logger.report_single_value(series, value)
        for name, text in texts.items():
            logger.report_text(f"{name}: {text}")
        logger.flush(wait=True)
        self._overheard.check()

    def save(self, checkpoint: Path, args: Args, state: State) -> None:
        """Upload a checkpoint, if that is wanted."""
        if not is_on("CLEARML_LOG_MODEL"):
            return
        if not self.task.upload_artifact(checkpoint.name, checkpoint, wait_on_upload=True):
            raise RuntimeError(f"{checkpoint.name} could not be uploaded")
        self._overheard.check()

    def close(self, failed: bool) -> None:
        """Close a task of its own."""
        task, self.task = self.task, None
        try:
            if self._is_own and task is not None:
                if failed:
                    task.mark_failed(status_reason="training raised", force=True)
                task.close()
            self._overheard.check()
        finally:
            self._overheard.stop()
