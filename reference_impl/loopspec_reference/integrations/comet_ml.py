"""Comet: an experiment on its server, or in an archive that is uploaded later."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .base import TrackerCallback
from .values import parameters

if TYPE_CHECKING:
    from ..arguments import TrainingArguments as Args
    from ..state import TrainerState as State

MODES = ("get_or_create", "create", "get")


class CometCallback(TrackerCallback):
    """Logs numbers as metrics with step and epoch, texts as others, the arguments as parameters.

    An experiment that is given, or runs when training begins, is used and left open; else one is
    started, named `run_name`, and ended: with the tag `failed` if training raises. What is logged
    after the end goes to the same experiment.

    Environment: `COMET_MODE`, "get_or_create" by default, "create" or "get" (which needs
    `COMET_EXPERIMENT_KEY`); `COMET_LOG_ASSETS`, TRUE to upload the output folder at the end of
    training. The package reads `COMET_START_ONLINE`, `COMET_PROJECT_NAME`, `COMET_API_KEY` and
    others.
    """

    name = "comet_ml"
    packages = ("comet_ml",)
    keeps_predictions = True

    def __init__(self, experiment: Any = None, **options: Any) -> None:
        super().__init__(**options)
        self.given = self.experiment = experiment
        self._is_own = False
        self._key: str | None = None

    def setup(self, args: Args, state: State, model: Any) -> None:
        """Take, start or go on with an experiment, and send the parameters."""
        import comet_ml

        running = comet_ml.get_running_experiment()
        # The last one stays the running one when it has ended.
        self.experiment = self.given or (running if running and running.alive else None)
        self._is_own = self.experiment is None
        if self._is_own:
            mode = (os.environ.get("COMET_MODE") or MODES[0]).lower()
            if mode not in MODES:
                raise ValueError(f"COMET_MODE is {', '.join(MODES)}, not {mode!r}")
            known = {"experiment_key": self._key, "mode": "get"} if self._key else {"mode": mode}
            config = comet_ml.ExperimentConfig(name=args.run_name)
            self.experiment = comet_ml.start(experiment_config=config, **known)
            self._key = self.experiment.get_key()
        self._check_alive()
        self.experiment.log_parameters(parameters(args, model))

    def _check_alive(self) -> None:
        # Comet raises nothing: an experiment without a server, or without a disk, drops it all.
        trouble = getattr(self.experiment, "customer_error_message", None)
        if trouble or not self.experiment.alive:
            raise ConnectionError(trouble or "the experiment is not alive, and keeps nothing")

    def log(self, values: dict[str, float], texts: dict[str, str], step: int) -> None:
        """Log numbers, with the epoch among them, and texts."""
        self._check_alive()
        self.experiment.log_metrics(values, step=step, epoch=values.get("train/epoch"))
        self.experiment.log_others(texts)

    def finish(self, args: Args, state: State, model: Any, processing_class: Any) -> None:
        """Upload the output folder, if that is wanted."""
        if os.environ.get("COMET_LOG_ASSETS", "").upper() in ("TRUE", "1"):
            folder = args.output_dir or "."
            self.experiment.log_asset_folder(
                str(folder), step=state.global_step, log_file_name=True, recursive=True
            )
            self.sends_files = True

    def close(self, failed: bool) -> None:
        """End an experiment of its own."""
        if not self._is_own:
            return
        if failed:
            self.experiment.add_tag("failed")
        alive = self.experiment.alive
        self.experiment.end()
        if alive and type(self.experiment).__name__.endswith("OfflineExperiment"):
            self._check_archive(Path(self.experiment.offline_directory))

    def _check_archive(self, folder: Path) -> None:
        archives = [path for path in folder.glob(f"{self._key}*.zip") if zipfile.is_zipfile(path)]
        if not any("messages.json" in zipfile.ZipFile(path).namelist() for path in archives):
            raise OSError(f"the archive of the experiment was not written to {folder}")
