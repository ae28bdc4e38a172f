"""Weights & Biases: a run on its server, or in a folder that is synchronized later."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..checkpoint import write_model
from .base import TrackerCallback
from .values import parameters

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..control import TrainerControl as Control
    from ..state import TrainerState as State

logger = logging.getLogger(__name__)

STEP = "train/global_step"


class WandbCallback(TrackerCallback):
    """Logs numbers and texts against `train/global_step`, and the arguments as the config.

    A run that is given, or open when training begins, is used and left open; else one is started,
    named `run_name`, and finished: as failed if training raises. What is logged after the end goes
    to the same run.

    Environment: `WANDB_PROJECT`, by default "huggingface"; `WANDB_LOG_MODEL`, "end" to upload the
    model at the end of training, "checkpoint" to upload each checkpoint too, "false" by default;
    `WANDB_WATCH`, "gradients", "parameters" or "all" to log their distributions every 100 steps,
    or every `logging_steps` if that is more, "false" by default. The package reads others.
    """

    name = "wandb"
    packages = ("wandb",)
    keeps_predictions = True

    def __init__(self, run: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.given = self.run = run
        self._is_own = False
        self._id: str | None = None
        self._log_model = _choice("WANDB_LOG_MODEL", "end", "checkpoint")
        self._watch = _choice("WANDB_WATCH", "gradients", "parameters", "all")

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Take, start or go on with a run, and send the config."""
        import wandb

        self.run = self.given or wandb.run
        self._is_own = self.run is None
        if self._is_own:
            project = os.environ.get("WANDB_PROJECT") or "huggingface"
            resume = {"id": self._id, "resume": "allow"} if self._id else {}
            self.run = wandb.init(project=project, name=args.run_name, **resume)
            self._id = self.run.id
        self.run.config.update(parameters(args, model), allow_val_change=True)
        self.run.define_metric(STEP)
        self.run.define_metric("*", step_metric=STEP, step_sync=True)

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Log one row. The run's own steps count rows, so that none goes back."""
        self.run.log({**values, **texts, STEP: step})

    def save(self, checkpoint: Path, args: Args, state: State) -> None:
        """Upload a checkpoint, if that is wanted."""
        if self._log_model == "checkpoint":
            step = f"checkpoint_global_step_{state.global_step}"
            self._upload(checkpoint, args, [f"epoch_{round(state.epoch or 0, 2)}", step])

    def finish(self, args: Args, state: State, model: Any, processing_class: Any) -> None:
        """Upload the model, if that is wanted: the best one, if it was loaded at the end."""
        if self._log_model != "false":
            with tempfile.TemporaryDirectory() as folder:
                write_model(Path(folder), model, processing_class)
                self._upload(Path(folder), args, ["final_model"])

    def _upload(self, folder: Path, args: Args, aliases: list[str]) -> None:
        import wandb

        summary = {k: v for k, v in dict(self.run.summary).items() if isinstance(v, int | float)}
        name = f"model-{args.run_name or self.run.id}"
        artifact = wandb.Artifact(name, type="model", metadata=summary)
        artifact.add_dir(str(folder))
        self.run.log_artifact(artifact, aliases=aliases)
        self.sends_files = True

    def close(self, failed: bool) -> None:
        """Finish a run of its own."""
        if self._is_own:
            self.run.finish(exit_code=int(failed))

    def on_pre_optimizer_step(
        self, args: Args, state: State, control: Control, model: Any = None, **kwargs: Any
    ) -> None:
        """Log distributions, if that is wanted.

        The package's own `watch` logs them from hooks inside of the model, where a failure ends
        training and a silent server holds it up.
        """
        step = state.global_step + 1
        if not self._is_open or self._watch == "false" or step % max(100, args.logging_steps):
            return
        tensors = {}
        for name, parameter in model.named_parameters():
            if self._watch != "gradients":
                tensors[f"parameters/{name}"] = parameter
            if self._watch != "parameters" and parameter.grad is not None:
                tensors[f"gradients/{name}"] = parameter.grad
        held = {name: _finite(tensor) for name, tensor in tensors.items()}
        self._try(lambda: self._log_distributions(held, step))

    def _log_distributions(self, held: dict[str, Any], step: int) -> None:
        import wandb

        found = {name: wandb.Histogram(array) for name, array in held.items() if array.size}
        self.run.log({**found, STEP: step})


def _finite(tensor: Any) -> Any:
    values = tensor.detach().float().flatten()
    return values[values.isfinite()].cpu().numpy()


def _choice(variable: str, *known: str) -> str:
    chosen = (os.environ.get(variable) or "false").lower()
    if chosen in known:
        return chosen
    if chosen != "false":
        logger.warning(
            "%s is %s or false, not %r: taken as false.", variable, ", ".join(known), chosen
        )
    return "false"
